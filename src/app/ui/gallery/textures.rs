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
    held: HashMap<usize, Held>,
}

struct Held {
    texture: TextureHandle,
    /// The thumbnail that it was made from.
    from: Arc<RgbImage>,
    /// The longest side that it was made for, in screen pixels.
    max_px: u32,
}

impl ThumbnailTextures {
    /// Uploads the thumbnails of `in_sight` and frees all others. `thumbnail` returns the
    /// thumbnails that are loaded; `max_px` is the longest side drawn, in screen pixels. Those of another
    /// size stay until they are replaced.
    pub fn update<'a>(
        &mut self,
        ctx: &Context,
        in_sight: &[usize],
        max_px: u32,
        thumbnail: impl Fn(usize) -> Option<&'a Arc<RgbImage>>,
    ) {
        self.held.retain(|index, _| in_sight.contains(index));
        let mut new = 0;
        for &index in in_sight {
            let Some(thumbnail) = thumbnail(index) else {
                continue;
            };
            let same = |held: &Held| held.max_px == max_px && Arc::ptr_eq(&held.from, thumbnail);
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
            let from = Arc::clone(thumbnail);
            let held = Held {
                texture,
                from,
                max_px,
            };
            self.held.insert(index, held);
            new += 1;
        }
    }

    pub fn get(&self, index: usize) -> Option<&TextureHandle> {
        self.held.get(&index).map(|held| &held.texture)
    }
}

fn reduced(thumbnail: &RgbImage, max_px: u32) -> ColorImage {
    match resample::reduced(thumbnail, max_px) {
        Some(smaller) => rgb(&smaller),
        None => rgb(thumbnail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbnails_of_another_size_stay_until_they_are_replaced() {
        let ctx = Context::default();
        let count = 3 * MAX_NEW_PER_FRAME;
        let thumbnail = Arc::new(RgbImage::new(100, 80));
        let in_sight: Vec<usize> = (0..count).collect();
        let mut textures = ThumbnailTextures::default();
        let update = |textures: &mut ThumbnailTextures, max_px: u32| {
            textures.update(&ctx, &in_sight, max_px, |_| Some(&thumbnail));
            let widths = in_sight.iter().filter_map(|index| textures.get(*index));
            let widths: Vec<usize> = widths.map(|texture| texture.size()[0]).collect();
            (widths.len(), widths.iter().filter(|w| **w == 50).count())
        };
        for _ in 0..3 {
            update(&mut textures, 50);
        }
        assert_eq!(update(&mut textures, 50), (count, count));
        assert_eq!(
            update(&mut textures, 60),
            (count, count - MAX_NEW_PER_FRAME),
            "none is missing meanwhile"
        );
    }
}
