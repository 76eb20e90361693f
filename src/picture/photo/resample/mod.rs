//! The picture as the model gets it, and smaller copies for the screen.
//!
//! Labels and probabilities published with a model come from Pillow's antialiased resampling, in
//! which the kernel widens with the reduction; other resamplers shift probabilities by several
//! percent. The crop is cut out of the source instead of out of the resized picture, so a
//! 10000 × 1 picture costs no more than its 224 × 224 answer. Between the passes there are only the
//! rows that the second one reads; a stretched picture's are all of them, which the longest side
//! that [`Photo`](super::decode::Photo) opens keeps in bounds.

use std::ops::Range;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage, imageops};

use super::geometry::{Filter, Fit, Frame, Placement, Rect};
use crate::picture::Error;

/// The model's input in 8-bit RGB, exactly `frame.width` × `frame.height`; `placement` must have
/// been made for this picture and frame.
///
/// Where nothing has to be scaled, the bytes come through unchanged.
///
/// # Errors
/// [`Error::Resample`] where the placement does not belong to the picture.
pub fn resample(rgb: &RgbImage, placement: &Placement, frame: &Frame) -> Result<RgbImage, Error> {
    if rgb.dimensions() != placement.image {
        let (width, height) = placement.image;
        return Err(Error::Resample {
            reason: format!(
                "it is {} × {} pixels, not {width} × {height}",
                rgb.width(),
                rgb.height()
            ),
        });
    }
    if placement.fit != Fit::Pad {
        return scaled(rgb, placement.source, placement.input, frame.filter);
    }
    let whole = Rect {
        x: 0.0,
        y: 0.0,
        width: f64::from(rgb.width()),
        height: f64::from(rgb.height()),
    };
    let picture = scaled(rgb, whole, placement.resized, frame.filter)?;
    let mut input = RgbImage::from_pixel(placement.input.0, placement.input.1, Rgb(frame.fill));
    let left = (placement.input.0 - placement.resized.0) / 2;
    let top = (placement.input.1 - placement.resized.1) / 2;
    imageops::replace(&mut input, &picture, i64::from(left), i64::from(top));
    Ok(input)
}

/// A copy for the screen whose long side is `max_px` (at least 1), or `None` where the picture is
/// no larger than that already.
pub fn reduced(rgb: &RgbImage, max_px: u32) -> Option<RgbImage> {
    let long = rgb.width().max(rgb.height());
    let max_px = max_px.max(1);
    if long <= max_px {
        return None;
    }
    at_size(rgb, fitted(rgb.dimensions(), max_px))
}

/// A size (width, height) brought to a long side of `px` (at least 1), its shape kept, no side
/// below 1.
pub fn fitted((width, height): (u32, u32), px: u32) -> (u32, u32) {
    let px = px.max(1);
    let scale = f64::from(px) / f64::from(width.max(height).max(1));
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, px);
    (side(width), side(height))
}

/// A copy of that size (each side at least 1), reduced or enlarged; `None` where the picture has it
/// already.
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
    // Fails only for buffers that do not match their sizes, which an `RgbImage` cannot hold.
    scaled(rgb, whole, size, Filter::Bilinear).ok()
}

/// `part` of the picture at `size`; kernels reach beyond the part, as Pillow's do.
///
/// Across first and then down, as Pillow does it: between the passes values are cut to 8 bits, and
/// where a kernel overshoots an edge the other order comes out ten levels apart.
fn scaled(rgb: &RgbImage, part: Rect, size: (u32, u32), filter: Filter) -> Result<RgbImage, Error> {
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
    let narrowed = one_pass(rgb, across, (size.0, rows.end - rows.start), filter)?;
    one_pass(&narrowed, down, size, filter)
}

/// The rows of a picture `height` high that `part` at `rows` rows is made of; never empty.
fn rows_read(height: u32, part: &Rect, rows: u32, filter: Filter) -> Range<u32> {
    let radius = match filter {
        Filter::Nearest => 0.5,
        Filter::Bilinear => 1.0,
        Filter::Bicubic => 2.0,
        Filter::Lanczos => 3.0,
    };
    let reach = radius * (part.height / f64::from(rows)).max(1.0);
    // A row more on either side, for rounding errors.
    let first = (part.y - reach).floor() - 1.0;
    let end = (part.y + part.height + reach).ceil() + 1.0;
    let first = first.clamp(0.0, f64::from(height.saturating_sub(1))) as u32;
    let end = end.clamp(0.0, f64::from(height)) as u32;
    first..end.max(first + 1)
}

/// `part` of the picture at `size`, which differs from it along one axis at most.
fn one_pass(
    rgb: &RgbImage,
    part: Rect,
    size: (u32, u32),
    filter: Filter,
) -> Result<RgbImage, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Resample {
        reason: error.to_string(),
    };
    let source = ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(size.0, size.1, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(algorithm(filter)).crop(
        part.x,
        part.y,
        extent_within(part.x, part.width, rgb.width()),
        extent_within(part.y, part.height, rgb.height()),
    );
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(&error))?;
    RgbImage::from_raw(size.0, size.1, target.into_vec()).ok_or_else(|| Error::Resample {
        reason: "the resized buffer has the wrong length".to_owned(),
    })
}

fn algorithm(filter: Filter) -> ResizeAlg {
    match filter {
        Filter::Nearest => ResizeAlg::Nearest,
        Filter::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
        Filter::Bicubic => ResizeAlg::Convolution(FilterType::CatmullRom),
        Filter::Lanczos => ResizeAlg::Convolution(FilterType::Lanczos3),
    }
}

/// `extent`, less the rounding errors by which `origin + extent` passes the picture's edge.
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
