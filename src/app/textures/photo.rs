//! A photo on the graphics card: the one large thing there, so its copies are made once and off the
//! window's thread.

use egui::{Context, TextureFilter, TextureHandle, TextureOptions};

use crate::picture::photo::decode::Photo;
use crate::picture::photo::resample;

use super::rgb;

/// Longest side of a display copy; the file written by an export is always made from the original.
const MAX_SIDE: u32 = 4096;

/// One pixel of the picture stays one square of the screen when magnified.
const SQUARES: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

/// A photo ready to be drawn.
pub struct PhotoTexture {
    /// The file's name.
    pub name: String,
    /// Of the original, in pixels.
    pub size: (u32, u32),
    /// From the largest copy to the smallest, each half the one before or less: drawn small, a
    /// large copy would flicker.
    levels: Vec<(TextureHandle, f32)>,
}

impl PhotoTexture {
    /// The smallest copy that still has a pixel for each pixel of the screen.
    pub fn level(&self, width_on_screen: f32) -> &TextureHandle {
        let enough = self
            .levels
            .iter()
            .rev()
            .find(|(_, width)| *width >= width_on_screen);
        &enough.unwrap_or(&self.levels[0]).0
    }
}

/// Makes the copies of a photo.
pub fn photo_texture(ctx: &Context, photo: &Photo) -> PhotoTexture {
    let longest = MAX_SIDE.min(ctx.input(|i| i.max_texture_side) as u32);
    let mut levels = Vec::new();
    let mut copy = resample::reduced(&photo.rgb, longest);
    loop {
        let picture = copy.as_ref().unwrap_or(&photo.rgb);
        let (width, height) = picture.dimensions();
        levels.push((
            ctx.load_texture("photo", rgb(picture), SQUARES),
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
