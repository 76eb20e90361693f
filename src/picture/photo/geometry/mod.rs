//! The mapping from a photo to a model's input and back.
//!
//! The numbers follow torchvision and timm to the pixel (integer sizes, centre crops rounded half to
//! even), because a shift by one pixel changes probabilities. The inverse mapping places a heat map on
//! the pixels of the original photo.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;

/// What to do with a photo whose aspect ratio is not that of the model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The usual preprocessing: scale the short side and crop the centre. The rest is not seen.
    #[default]
    Crop,
    /// The whole photo, without keeping the aspect ratio.
    Stretch,
    /// The whole photo with its aspect ratio, the rest filled with the mean colour.
    Pad,
}

impl Fit {
    /// In the order in which the window offers them.
    pub const ALL: [Fit; 3] = [Fit::Crop, Fit::Stretch, Fit::Pad];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Fit::Crop => "Crop",
            Fit::Stretch => "Stretch",
            Fit::Pad => "Pad",
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Fit::Crop => "crop",
            Fit::Stretch => "stretch",
            Fit::Pad => "pad",
        }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Fit {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|fit| fit.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("fit", name, Self::ALL.map(Fit::name)))
    }
}

/// The resampling kernel; all but `Nearest` widen when the image is reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// The nearest pixel.
    Nearest,
    /// A triangle that reaches 1 pixel to each side.
    #[default]
    Bilinear,
    /// The Catmull-Rom cubic, which reaches 2 pixels to each side.
    Bicubic,
    /// The windowed sinc that reaches 3 pixels to each side.
    Lanczos,
}

impl Filter {
    /// In the order in which the window offers them.
    pub const ALL: [Filter; 4] = [
        Filter::Nearest,
        Filter::Bilinear,
        Filter::Bicubic,
        Filter::Lanczos,
    ];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Filter::Nearest => "Nearest",
            Filter::Bilinear => "Bilinear",
            Filter::Bicubic => "Bicubic",
            Filter::Lanczos => "Lanczos",
        }
    }

    /// Its name in timm.
    pub fn name(self) -> &'static str {
        match self {
            Filter::Nearest => "nearest",
            Filter::Bilinear => "bilinear",
            Filter::Bicubic => "bicubic",
            Filter::Lanczos => "lanczos",
        }
    }
}

impl FromStr for Filter {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|filter| filter.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("interpolation", name, Self::ALL.map(Filter::name)))
    }
}

/// The geometry of a model's preprocessing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The input's width in pixels, at least 1.
    pub width: u32,
    /// The input's height in pixels, at least 1.
    pub height: u32,
    /// The fraction of the resized short side that the centre crop keeps, in (0, 1].
    pub crop_pct: f64,
    /// The kernel that resizes the photo.
    pub filter: Filter,
    /// The colour of the padding under [`Fit::Pad`].
    pub fill: [u8; 3],
}

/// A rectangle in fractional pixels; (0, 0) is the corner of the first pixel, not its centre.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// The left edge.
    pub x: f64,
    /// The top edge; y points down.
    pub y: f64,
    /// From the left edge to the right edge.
    pub width: f64,
    /// From the top edge to the bottom edge.
    pub height: f64,
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelBox {
    /// The first column, counted from 0.
    pub x: u32,
    /// The first row, counted from 0 at the top.
    pub y: u32,
    /// The number of columns.
    pub width: u32,
    /// The number of rows.
    pub height: u32,
}

/// Where a photo lies in a model's input. Sizes are (width, height) in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// How the photo was fitted to the input.
    pub fit: Fit,
    /// The size of the photo, or of the copy that [`Placement::at_size`] was given.
    pub image: (u32, u32),
    /// The size of the model's input.
    pub input: (u32, u32),
    /// The size of the whole photo after scaling, before the crop or the padding.
    pub resized: (u32, u32),
    /// The part of the image, in image pixels, that the input covers; under [`Fit::Pad`] it extends
    /// beyond the image.
    pub source: Rect,
}

impl Placement {
    /// Places an image of this size; each side counts as at least 1.
    pub fn new(image: (u32, u32), frame: &Frame, fit: Fit) -> Self {
        let image = (image.0.max(1), image.1.max(1));
        let input = (frame.width.max(1), frame.height.max(1));
        let resized = match fit {
            Fit::Crop => resized_for_crop(image, input, frame.crop_pct),
            Fit::Stretch => input,
            Fit::Pad => resized_for_pad(image, input),
        };
        let (x, width) = source_axis(fit, image.0, input.0, resized.0);
        let (y, height) = source_axis(fit, image.1, input.1, resized.1);
        Self {
            fit,
            image,
            input,
            resized,
            source: Rect {
                x,
                y,
                width,
                height,
            },
        }
    }

    /// From image pixels to input pixels, corners at integers.
    pub fn to_input(&self, x: f64, y: f64) -> (f64, f64) {
        (
            (x - self.source.x) * f64::from(self.input.0) / self.source.width,
            (y - self.source.y) * f64::from(self.input.1) / self.source.height,
        )
    }

    /// From input pixels to image pixels, corners at integers.
    pub fn to_image(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.source.x + x * self.source.width / f64::from(self.input.0),
            self.source.y + y * self.source.height / f64::from(self.input.1),
        )
    }

    /// The image pixels whose centres lie in `source`. Never empty: if the network saw only a fraction of
    /// a pixel, it is that pixel.
    pub fn seen(&self) -> PixelBox {
        let (x, width) = seen_axis(self.source.x, self.source.width, self.image.0);
        let (y, height) = seen_axis(self.source.y, self.source.height, self.image.1);
        PixelBox {
            x,
            y,
            width,
            height,
        }
    }

    /// The placement for a copy of the image at another size, such as a reduced one for the screen.
    #[must_use]
    pub fn at_size(&self, width: u32, height: u32) -> Placement {
        let (width, height) = (width.max(1), height.max(1));
        let across = f64::from(width) / f64::from(self.image.0);
        let down = f64::from(height) / f64::from(self.image.1);
        Placement {
            image: (width, height),
            source: Rect {
                x: self.source.x * across,
                y: self.source.y * down,
                width: self.source.width * across,
                height: self.source.height * down,
            },
            ..*self
        }
    }
}

/// torchvision's `Resize` for a square target, timm's `ResizeKeepRatio` for others; never smaller than
/// the crop that follows.
fn resized_for_crop(image: (u32, u32), input: (u32, u32), crop_pct: f64) -> (u32, u32) {
    let pct = if crop_pct > 0.0 && crop_pct <= 1.0 {
        crop_pct
    } else {
        1.0
    };
    // In float64 as in Python: 224 / 0.875 is exactly 256.
    let target = |side: u32| (f64::from(side) / pct).floor() as u32;
    let target = (target(input.0), target(input.1));
    let resized = if target.0 == target.1 {
        let long = |long: u32, short: u32| {
            let side = u64::from(target.0) * u64::from(long) / u64::from(short);
            u32::try_from(side).unwrap_or(u32::MAX)
        };
        if image.0 <= image.1 {
            (target.0, long(image.1, image.0))
        } else {
            (long(image.0, image.1), target.1)
        }
    } else {
        let across = f64::from(image.0) / f64::from(target.0);
        let down = f64::from(image.1) / f64::from(target.1);
        scaled_down(image, across.min(down))
    };
    (resized.0.max(input.0), resized.1.max(input.1))
}

/// Fits the long side to the input and keeps the aspect ratio.
fn resized_for_pad(image: (u32, u32), input: (u32, u32)) -> (u32, u32) {
    let across = f64::from(image.0) / f64::from(input.0);
    let down = f64::from(image.1) / f64::from(input.1);
    let resized = scaled_down(image, across.max(down));
    (resized.0.clamp(1, input.0), resized.1.clamp(1, input.1))
}

/// Each side divided by `ratio`, rounded half to even as in Python.
fn scaled_down(image: (u32, u32), ratio: f64) -> (u32, u32) {
    let side = |side: u32| (f64::from(side) / ratio).round_ties_even() as u32;
    (side(image.0), side(image.1))
}

/// The origin and the extent, in image pixels, of what the input covers along one axis.
fn source_axis(fit: Fit, image: u32, input: u32, resized: u32) -> (f64, f64) {
    let scale = f64::from(image) / f64::from(resized);
    let start = match fit {
        Fit::Crop => (f64::from(resized - input) / 2.0).round_ties_even(),
        Fit::Stretch => 0.0,
        Fit::Pad => -f64::from((input - resized) / 2),
    };
    (start * scale, f64::from(input) * scale)
}

/// The first and the number of the pixels whose centres lie in `[origin, origin + extent)`.
fn seen_axis(origin: f64, extent: f64, image: u32) -> (u32, u32) {
    let within = |edge: f64| (edge - 0.5).ceil().clamp(0.0, f64::from(image)) as u32;
    let (first, end) = (within(origin), within(origin + extent));
    if first < end {
        return (first, end - first);
    }
    let middle = (origin + extent / 2.0).clamp(0.0, f64::from(image - 1));
    (middle as u32, 1)
}

#[cfg(test)]
mod tests;
