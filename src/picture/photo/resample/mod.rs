//! Resamples a photo for the model's input, and makes smaller copies for the screen.
//!
//! Published accuracies come from Pillow's antialiased resampling, in which the kernel widens when the
//! image is reduced; other resamplers change probabilities by several percent, and even a single level is
//! seen in them. The crop is taken from
//! the source instead of the resized image, so a 10000 × 1 image costs no more than its 224 × 224
//! input. Only the rows that the second pass reads are kept between the passes. For a stretched image
//! these are all rows, which is bounded by the longest side that [`Photo`](super::decode::Photo) opens.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage, imageops};

use super::geometry::{Filter, Frame, Placement};
use crate::picture::Error;

pub mod bands;
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
    Ok(cut.padded(cut.scaled(rgb, frame.filter)?, placement.fill(frame)))
}

/// The part of an image that a model's input covers, and where it lies in the input.
struct Cut {
    across: Covered,
    down: Covered,
    /// The size of the image.
    size: (u32, u32),
    input: (u32, u32),
}

impl Cut {
    /// # Errors
    /// [`Error::Resample`] if the placement is for an image of another size.
    fn new(size: (u32, u32), placement: &Placement) -> Result<Cut, Error> {
        if size != placement.image {
            let (width, height) = placement.image;
            let reason = format!(
                "it is {} × {} pixels, not {width} × {height}",
                size.0, size.1
            );
            return Err(Error::Resample { reason });
        }
        let across = Covered::new(placement.origin.0, placement.input.0, placement.resized.0);
        let down = Covered::new(placement.origin.1, placement.input.1, placement.resized.1);
        Ok(Cut {
            across,
            down,
            size,
            input: placement.input,
        })
    }

    /// The part, as large as it is in the input.
    fn scaled(&self, rgb: &RgbImage, filter: Filter) -> Result<RgbImage, Error> {
        let (across, down) = (self.across.axis(self.size.0), self.down.axis(self.size.1));
        let pixels = rgb.as_raw().as_chunks().0;
        let by_pillow = pillow::scaled(pixels, self.size.0 as usize, (&across, &down), filter);
        let levels: Vec<[u8; 3]> = match (by_pillow, plain::Kernel::of(filter)) {
            (Some(levels), _) => levels,
            (None, Some(kernel)) => {
                let colour = |x, y| rgb.get_pixel(x, y).0.map(f32::from);
                let sums = plain::sums(&across, &down, kernel, colour);
                // A cast from float saturates.
                let level = |sum: f32| sum.round_ties_even() as u8;
                sums.into_iter().map(|sum| sum.map(level)).collect()
            }
            (None, None) => return Err(failed("no such filter")),
        };
        let levels = levels.into_flattened();
        RgbImage::from_raw(across.length, down.length, levels).ok_or_else(wrong_length)
    }

    /// The whole input.
    fn padded(&self, picture: RgbImage, fill: [u8; 3]) -> RgbImage {
        if picture.dimensions() == self.input {
            return picture;
        }
        let mut input = RgbImage::from_pixel(self.input.0, self.input.1, Rgb(fill));
        let (x, y) = (self.across.start.into(), self.down.start.into());
        imageops::replace(&mut input, &picture, x, y);
        input
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Resample {
        reason: error.to_string(),
    }
}

fn wrong_length() -> Error {
    failed("the resized buffer has the wrong length")
}

/// The pixels of the input that the image covers, along one axis.
struct Covered {
    start: u32,
    length: u32,
    /// Where the first of them lies in the whole resized image, and how long that is.
    first: u32,
    resized: u32,
}

impl Covered {
    fn new(origin: i64, input: u32, resized: u32) -> Covered {
        let within = |edge: i64| u32::try_from(edge.clamp(0, input.into())).unwrap_or_default();
        let start = within(-origin);
        let end = within(i64::from(resized) - origin);
        Covered {
            start,
            // At least one, because both are centred.
            length: end.saturating_sub(start).max(1),
            first: u32::try_from(origin.max(0)).unwrap_or_default(),
            resized,
        }
    }

    /// The same for an image of `side` pixels.
    fn axis(&self, side: u32) -> plain::Axis {
        plain::Axis {
            side,
            resized: self.resized,
            first: self.first,
            length: self.length,
        }
    }
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
