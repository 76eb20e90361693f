//! How a photo meets a model's input, and the way back.
//!
//! The numbers follow torchvision and timm to the pixel (integer sizes, centre crops rounded half
//! to even), because a shift of one pixel moves probabilities; the way back is what lets a heat map
//! lie on the original's own pixels.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;

/// What to do with a picture whose shape is not the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The model's own way: scale the short side, take the centre. The rest is not seen.
    #[default]
    Crop,
    /// The whole picture, its shape given up.
    Stretch,
    /// The whole picture, its shape kept, the rest filled with the mean colour.
    Pad,
}

impl Fit {
    pub const ALL: [Fit; 3] = [Fit::Crop, Fit::Stretch, Fit::Pad];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Fit::Crop => "Crop",
            Fit::Stretch => "Stretch",
            Fit::Pad => "Pad",
        }
    }

    /// What the command line calls it.
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

/// The kernel a picture is resampled with; all but `Nearest` widen with the reduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    Nearest,
    #[default]
    Bilinear,
    Bicubic,
    Lanczos,
}

impl Filter {
    pub const ALL: [Filter; 4] = [
        Filter::Nearest,
        Filter::Bilinear,
        Filter::Bicubic,
        Filter::Lanczos,
    ];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Filter::Nearest => "Nearest",
            Filter::Bilinear => "Bilinear",
            Filter::Bicubic => "Bicubic",
            Filter::Lanczos => "Lanczos",
        }
    }

    /// timm's name of it.
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

/// What a model wants of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The input's width in pixels, at least 1.
    pub width: u32,
    /// The input's height in pixels, at least 1.
    pub height: u32,
    /// The part of the resized short side that the centre crop keeps, in (0, 1].
    pub crop_pct: f64,
    pub filter: Filter,
    /// The colour around the picture under [`Fit::Pad`].
    pub fill: [u8; 3],
}

/// A rectangle in fractional pixels; (0, 0) is the corner of the first pixel, not its centre.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelBox {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Where a picture lies in a model's input. Sizes are (width, height) in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    pub fit: Fit,
    pub image: (u32, u32),
    pub input: (u32, u32),
    /// The size the whole picture is scaled to before the crop or the padding.
    pub resized: (u32, u32),
    /// The part of the image, in image pixels, that the input covers; under [`Fit::Pad`] it reaches
    /// beyond the image.
    pub source: Rect,
}

impl Placement {
    /// Places an image of `image` pixels (each side taken as at least 1).
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

    /// From image pixels to input pixels, corners at whole numbers.
    pub fn to_input(&self, x: f64, y: f64) -> (f64, f64) {
        (
            (x - self.source.x) * f64::from(self.input.0) / self.source.width,
            (y - self.source.y) * f64::from(self.input.1) / self.source.height,
        )
    }

    /// From input pixels to image pixels, corners at whole numbers.
    pub fn to_image(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.source.x + x * self.source.width / f64::from(self.input.0),
            self.source.y + y * self.source.height / f64::from(self.input.1),
        )
    }

    /// The image pixels whose centres lie in `source`; never empty: where a sliver of a pixel is
    /// all the network saw, it is that pixel.
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

    /// The same for a copy of the image at another size, such as a reduced one for the screen.
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

/// torchvision's `Resize` for a square target, timm's `ResizeKeepRatio` for any other; never
/// smaller than the crop that follows.
fn resized_for_crop(image: (u32, u32), input: (u32, u32), crop_pct: f64) -> (u32, u32) {
    let pct = if crop_pct > 0.0 && crop_pct <= 1.0 {
        crop_pct
    } else {
        1.0
    };
    // As Python does it, in doubles: 224 / 0.875 is 256 exactly.
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

/// The long side meets the input, the other keeps the shape.
fn resized_for_pad(image: (u32, u32), input: (u32, u32)) -> (u32, u32) {
    let across = f64::from(image.0) / f64::from(input.0);
    let down = f64::from(image.1) / f64::from(input.1);
    let resized = scaled_down(image, across.max(down));
    (resized.0.clamp(1, input.0), resized.1.clamp(1, input.1))
}

/// Each side divided by `ratio`, rounded half to even as Python rounds.
fn scaled_down(image: (u32, u32), ratio: f64) -> (u32, u32) {
    let side = |side: u32| (f64::from(side) / ratio).round_ties_even() as u32;
    (side(image.0), side(image.1))
}

/// Origin and extent, in image pixels, of what the input covers along one axis.
fn source_axis(fit: Fit, image: u32, input: u32, resized: u32) -> (f64, f64) {
    let scale = f64::from(image) / f64::from(resized);
    let start = match fit {
        Fit::Crop => (f64::from(resized - input) / 2.0).round_ties_even(),
        Fit::Stretch => 0.0,
        Fit::Pad => -f64::from((input - resized) / 2),
    };
    (start * scale, f64::from(input) * scale)
}

/// First pixel and count of those whose centres lie in `[origin, origin + extent)`.
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
