//! Resamples a photo for the model's input, and makes smaller copies for the screen.
//!
//! Published accuracies come from Pillow's antialiased resampling, in which the kernel widens when the
//! image is reduced; other resamplers change probabilities by several percent, and even a single level is
//! seen in them. The crop is taken from the source instead of the resized image, so a 10000 × 1 image costs no
//! more than its 224 × 224 input. Only what the second pass reads is kept between the passes. For a stretched
//! image that is everything, which is bounded by the longest side that [`Photo`](super::decode::Photo) opens.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage, imageops};

use super::geometry::{Frame, Placement};
use crate::picture::Error;
use cut::Cut;

pub mod bands;
mod cut;
mod pillow;
mod plain;

/// The model's input in 8-bit RGB, exactly `frame.width` × `frame.height`. `placement` must have been
/// made for this image and frame.
///
/// If nothing has to be scaled, the bytes are unchanged.
///
/// # Errors
/// [`Error::Resample`] if the placement is for an image of another size.
pub fn resample(rgb: &RgbImage, placement: &Placement, frame: &Frame) -> Result<RgbImage, Error> {
    let cut = Cut::new(rgb.dimensions(), placement)?;
    let pixels: &[[u8; 3]] = rgb.as_chunks().0;
    let pixels = cut.scaled(pixels, frame.filter)?;
    let (across, down) = (&cut.across, &cut.down);
    let picture = RgbImage::from_raw(across.length, down.length, pixels.into_flattened());
    let picture = picture.ok_or_else(wrong_length)?;
    if picture.dimensions() == cut.input {
        return Ok(picture);
    }
    let mut input = RgbImage::from_pixel(cut.input.0, cut.input.1, Rgb(placement.fill(frame)));
    imageops::replace(&mut input, &picture, across.start.into(), down.start.into());
    Ok(input)
}

fn failed(reason: String) -> Error {
    Error::Resample { reason }
}

fn wrong_length() -> Error {
    failed("a buffer has the wrong length".into())
}

/// A copy whose long side is `max_px` (at least 1), or `None` if the image is not larger than that.
pub fn reduced(rgb: &RgbImage, max_px: u32) -> Option<RgbImage> {
    let long = rgb.width().max(rgb.height());
    let max_px = max_px.max(1);
    if long <= max_px {
        return None;
    }
    at_size(rgb, fitted(rgb.dimensions(), max_px))
}

/// A size (width, height) scaled to a long side of `px` (at least 1), with its aspect ratio and no side
/// below 1.
pub fn fitted((width, height): (u32, u32), px: u32) -> (u32, u32) {
    let px = px.max(1);
    let scale = f64::from(px) / f64::from(width.max(height).max(1));
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, px);
    (side(width), side(height))
}

/// A copy of this size (each side at least 1), reduced or enlarged; `None` if the image already has it. For the
/// screen: fast, and within a level of what Pillow makes.
pub fn at_size(rgb: &RgbImage, size: (u32, u32)) -> Option<RgbImage> {
    if rgb.dimensions() == size {
        return None;
    }
    let source = ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3).ok()?;
    let mut target = Image::new(size.0, size.1, PixelType::U8x3);
    let bilinear = ResizeAlg::Convolution(FilterType::Bilinear);
    let options = ResizeOptions::new().resize_alg(bilinear);
    // Fails only for buffers of the wrong length, which an `RgbImage` cannot have.
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    RgbImage::from_raw(size.0, size.1, target.into_vec())
}

#[cfg(test)]
mod tests;
