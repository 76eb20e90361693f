//! Thumbnail textures for the images on screen and a few beside them. Only a few new ones are uploaded
//! per frame.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::RgbImage;

use crate::picture::photo::resample;

use crate::app::textures::rgb;

/// The number of new thumbnails per frame, so that uploading them does not delay a frame.
const MAX_NEW_PER_FRAME: usize = 8;

/// The thumbnails that the gallery draws.
#[derive(Default)]
pub struct ThumbnailTextures {
    /// With the thumbnail that each was made from.
    held: HashMap<usize, (TextureHandle, Arc<RgbImage>)>,
    /// The longest side that they were made for, in screen pixels.
    max_px: u32,
}

impl ThumbnailTextures {
    /// Uploads the thumbnails of `in_sight` and frees all others. `thumbnail` returns the
    /// thumbnails that are loaded; `max_px` is the longest side drawn, in screen pixels.
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
            let Some(thumbnail) = thumbnail(index) else {
                continue;
            };
            let same = |(_, from): &(TextureHandle, Arc<RgbImage>)| Arc::ptr_eq(from, thumbnail);
            if self.held.get(&index).is_some_and(same) {
                continue;
            }
            if new == MAX_NEW_PER_FRAME {
                ctx.request_repaint();
                return;
            }
            // A larger texture would flicker when drawn reduced.
            let picture = reduced(thumbnail, max_px);
            let texture = ctx.load_texture("thumbnail", picture, TextureOptions::LINEAR);
            self.held.insert(index, (texture, Arc::clone(thumbnail)));
            new += 1;
        }
    }

    pub fn get(&self, index: usize) -> Option<&TextureHandle> {
        self.held.get(&index).map(|(texture, _)| texture)
    }
}

fn reduced(thumbnail: &RgbImage, max_px: u32) -> ColorImage {
    match resample::reduced(thumbnail, max_px) {
        Some(smaller) => rgb(&smaller),
        None => rgb(thumbnail),
    }
}
