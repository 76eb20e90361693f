//! Resamples a photo for the model's input, and makes smaller copies for the screen.
//!
//! Published accuracies come from Pillow's antialiased resampling, in which the kernel widens when the
//! image is reduced; other resamplers change probabilities by several percent. The crop is taken from
//! the source instead of the resized image, so a 10000 × 1 image costs no more than its 224 × 224
//! input. Only the rows that the second pass reads are kept between the passes. For a stretched image
//! these are all rows, which is bounded by the longest side that [`Photo`](super::decode::Photo) opens.

use std::ops::Range;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage, imageops};

use super::geometry::{Filter, Frame, Placement, Rect};

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
    /// In image pixels.
    part: Rect,
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
        let (x, width) = across.source(placement.source.x, placement.source.width, size.0);
        let (y, height) = down.source(placement.source.y, placement.source.height, size.1);
        Ok(Cut {
            across,
            down,
            part: Rect {
                x,
                y,
                width,
                height,
            },
            size,
            input: placement.input,
        })
    }

    /// The size of the part in the input.
    fn length(&self) -> (u32, u32) {
        (self.across.length, self.down.length)
    }

    /// The part, as large as it is in the input.
    fn scaled(&self, rgb: &RgbImage, filter: Filter) -> Result<RgbImage, Error> {
        let Some(kernel) = plain::Kernel::of(filter) else {
            return scaled(rgb, self.part, self.length(), filter);
        };
        let (across, down) = (self.across.axis(self.size.0), self.down.axis(self.size.1));
        let colour = |x, y| rgb.get_pixel(x, y).0.map(f32::from);
        let sums = plain::sums(&across, &down, kernel, colour);
        let mut scaled = RgbImage::new(across.length, down.length);
        for (pixel, sum) in scaled.pixels_mut().zip(sums) {
            // A cast from float saturates.
            pixel.0 = sum.map(|sum| sum.round_ties_even() as u8);
        }
        Ok(scaled)
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
    /// The length of the input.
    input: u32,
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
            input,
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

    /// The part of the image, of `side` pixels, that is scaled to these pixels; `origin` and `extent` are
    /// what the whole input covers.
    fn source(&self, origin: f64, extent: f64, side: u32) -> (f64, f64) {
        if self.length == self.input {
            (origin, extent)
        } else if self.length == self.resized {
            (0.0, f64::from(side))
        } else {
            let scale = f64::from(side) / f64::from(self.resized);
            let start = origin + f64::from(self.start) * scale;
            (start.max(0.0), f64::from(self.length) * scale)
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

/// A copy of this size (each side at least 1), reduced or enlarged; `None` if the image already has it.
pub fn at_size(rgb: &RgbImage, size: (u32, u32)) -> Option<RgbImage> {
    if rgb.dimensions() == size {
        return None;
    }
    let whole = Rect {
        x: 0.0,
        y: 0.0,
        width: f64::from(rgb.width()),
        height: f64::from(rgb.height()),
    };
    // Fails only for buffers of the wrong length, which an `RgbImage` cannot have.
    scaled(rgb, whole, size, Filter::Bilinear).ok()
}

/// `part` of the image, scaled to `size`. As in Pillow, kernels reach beyond the part.
///
/// Horizontally first and then vertically, as in Pillow: values are clamped to 8 bits between the
/// passes, and if a kernel overshoots at an edge, the other order differs by ten levels.
fn scaled(rgb: &RgbImage, part: Rect, size: (u32, u32), filter: Filter) -> Result<RgbImage, Error> {
    let kernel = algorithm(filter);
    let rows = rows_read(rgb.height(), &part, size.1, filter);
    let across = Rect {
        y: f64::from(rows.start),
        height: f64::from(rows.end - rows.start),
        ..part
    };
    let down = Rect {
        x: 0.0,
        y: part.y - f64::from(rows.start),
        width: f64::from(size.0),
        height: part.height,
    };
    let narrowed = one_pass(rgb, across, (size.0, rows.end - rows.start), kernel)?;
    one_pass(&narrowed, down, size, kernel)
}

/// Pillow's algorithm. Those without one are resampled by [`plain`], and have a near one here.
fn algorithm(filter: Filter) -> ResizeAlg {
    match filter {
        Filter::Nearest => ResizeAlg::Nearest,
        Filter::Bilinear | Filter::Linear | Filter::Box | Filter::Area => {
            ResizeAlg::Convolution(FilterType::Bilinear)
        }
        Filter::Hamming => ResizeAlg::Convolution(FilterType::Hamming),
        Filter::Bicubic | Filter::Cubic => ResizeAlg::Convolution(FilterType::CatmullRom),
        Filter::Lanczos => ResizeAlg::Convolution(FilterType::Lanczos3),
    }
}

/// The rows of an image of this height that are read to scale `part` to `rows` rows; never empty.
fn rows_read(height: u32, part: &Rect, rows: u32, filter: Filter) -> Range<u32> {
    let radius = match filter {
        Filter::Nearest => 0.5,
        Filter::Bilinear | Filter::Hamming | Filter::Linear | Filter::Box | Filter::Area => 1.0,
        Filter::Bicubic | Filter::Cubic => 2.0,
        Filter::Lanczos => 3.0,
    };
    let reach = radius * (part.height / f64::from(rows)).max(1.0);
    // One more row on either side, for rounding errors.
    let first = (part.y - reach).floor() - 1.0;
    let end = (part.y + part.height + reach).ceil() + 1.0;
    let first = first.clamp(0.0, f64::from(height.saturating_sub(1))) as u32;
    let end = end.clamp(0.0, f64::from(height)) as u32;
    first..end.max(first + 1)
}

/// `part` of the image, scaled to `size` along at most one axis.
fn one_pass(
    rgb: &RgbImage,
    part: Rect,
    size: (u32, u32),
    kernel: ResizeAlg,
) -> Result<RgbImage, Error> {
    let source = ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3);
    let source = source.map_err(failed)?;
    let mut target = Image::new(size.0, size.1, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(kernel).crop(
        part.x,
        part.y,
        extent_within(part.x, part.width, rgb.width()),
        extent_within(part.y, part.height, rgb.height()),
    );
    let done = Resizer::new().resize(&source, &mut target, &options);
    done.map_err(failed)?;
    RgbImage::from_raw(size.0, size.1, target.into_vec()).ok_or_else(wrong_length)
}

/// `extent`, reduced by the rounding errors that would put `origin + extent` beyond the image.
fn extent_within(origin: f64, extent: f64, side: u32) -> f64 {
    let side = f64::from(side);
    let mut extent = extent.min(side - origin);
    while origin + extent > side {
        extent = extent.next_down();
    }
    extent
}

#[cfg(test)]
mod tests;
