//! The texture of a photo. Photos are the only large textures, so their copies are made once, on a
//! background thread.

use egui::{Context, TextureFilter, TextureHandle, TextureOptions};

use image::RgbImage;

use crate::picture::map::compose::in_grey;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::resample;

use super::rgb;

/// The longest side of a display copy. Exports are always made from the original.
const MAX_SIDE: u32 = 4096;

/// Pixels stay sharp squares when magnified.
const SHARP_PIXELS: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

/// A photo ready to be drawn.
pub struct PhotoTexture {
    /// The file's name.
    pub name: String,
    /// The size of the original, in pixels.
    pub size: (u32, u32),
    /// The copies and their widths, largest first, each at most half the size of the one before. A
    /// large copy would flicker when drawn small.
    levels: Vec<(TextureHandle, f32)>,
}

impl PhotoTexture {
    /// The smallest copy that has a texel for each screen pixel.
    pub fn level(&self, width_on_screen: f32) -> &TextureHandle {
        let enough = self
            .levels
            .iter()
            .rev()
            .find(|(_, width)| *width >= width_on_screen);
        &enough.unwrap_or(&self.levels[0]).0
    }
}

/// Makes the display copies of a photo.
pub fn photo_texture(ctx: &Context, photo: &Photo) -> PhotoTexture {
    textures_of(ctx, photo, &photo.rgb)
}

/// The same without its colours.
pub fn grey_texture(ctx: &Context, photo: &Photo) -> PhotoTexture {
    textures_of(ctx, photo, &in_grey(&photo.rgb))
}

fn textures_of(ctx: &Context, photo: &Photo, rgb_image: &RgbImage) -> PhotoTexture {
    let longest = MAX_SIDE.min(ctx.input(|i| i.max_texture_side) as u32);
    let mut levels = Vec::new();
    let mut copy = resample::reduced(rgb_image, longest);
    loop {
        let picture = copy.as_ref().unwrap_or(rgb_image);
        let (width, height) = picture.dimensions();
        levels.push((
            ctx.load_texture("photo", rgb(picture), SHARP_PIXELS),
            width as f32,
        ));
        let half = width.max(height) / 2;
        if half < 64 {
            break;
        }
        match resample::reduced(picture, half) {
            Some(smaller) => copy = Some(smaller),
            None => break,
        }
    }
    PhotoTexture {
        name: photo.name(),
        size: (photo.rgb.width(), photo.rgb.height()),
        levels,
    }
}
