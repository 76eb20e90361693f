//! Thumbnails on the graphics card: those on screen and a few beside them, a few new ones a frame.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::RgbImage;

use crate::picture::photo::resample;

use crate::app::textures::rgb;

/// New thumbnails a frame, so that no frame is late because of them.
const A_FRAME: usize = 8;

/// What the gallery draws.
#[derive(Default)]
pub struct ThumbnailTextures {
    held: HashMap<usize, TextureHandle>,
    /// The longest side that they were made for, in pixels of the screen.
    max_px: u32,
}

impl ThumbnailTextures {
    /// Brings the thumbnails of `in_sight` to the card and frees all others. `thumbnail` gives
    /// those there are; `max_px` is the longest side that is drawn, in pixels of the screen.
    pub fn update<'a>(
        &mut self,
        ctx: &Context,
        in_sight: &[usize],
        max_px: u32,
        thumbnail: impl Fn(usize) -> Option<&'a Arc<RgbImage>>,
    ) {
        if max_px != self.max_px {
            self.held.clear();
            self.max_px = max_px;
        }
        self.held.retain(|index, _| in_sight.contains(index));
        let mut new = 0;
        for &index in in_sight {
            if self.held.contains_key(&index) {
                continue;
            }
            let Some(thumbnail) = thumbnail(index) else {
                continue;
            };
            if new == A_FRAME {
                ctx.request_repaint();
                return;
            }
            // Drawn smaller than it is, it would flicker.
            let picture = reduced(thumbnail, max_px);
            let texture = ctx.load_texture("thumbnail", picture, TextureOptions::LINEAR);
            self.held.insert(index, texture);
            new += 1;
        }
    }

    pub fn get(&self, index: usize) -> Option<&TextureHandle> {
        self.held.get(&index)
    }
}

fn reduced(thumbnail: &RgbImage, max_px: u32) -> ColorImage {
    match resample::reduced(thumbnail, max_px) {
        Some(smaller) => rgb(&smaller),
        None => rgb(thumbnail),
    }
}
