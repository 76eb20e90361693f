//! The mapping from a photo to a model's input and back.
//!
//! The numbers follow torchvision and timm to the pixel (integer sizes, centre crops rounded half to
//! even), because a shift by one pixel changes probabilities. The inverse mapping places a heat map on
//! the pixels of the original photo.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;

mod crop_mode;
mod filter;

pub use crop_mode::CropMode;
pub use filter::Filter;

/// What to do with a photo whose aspect ratio is not that of the model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The model's own preprocessing, a [`CropMode`]: for most, scale the short side and crop the centre.
    /// The rest is not seen.
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
            Fit::Crop => "Center crop",
            Fit::Stretch => "Stretch",
            Fit::Pad => "Letterbox",
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

/// The largest [`Frame::crop_pct`].
pub const MAX_CROP_PCT: f64 = 8.0;

/// The geometry of a model's preprocessing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The input's width in pixels, at least 1.
    pub width: u32,
    /// The input's height in pixels, at least 1.
    pub height: u32,
    /// The input's side as a fraction of the resized photo's, in (0, [`MAX_CROP_PCT`]]. Above 1, the photo
    /// is made smaller than the input, and padded.
    pub crop_pct: f64,
    /// What [`Fit::Crop`] does.
    pub mode: CropMode,
    /// The kernel that resizes the photo.
    pub filter: Filter,
    /// The colour of the padding under [`Fit::Pad`] and [`CropMode::Border`]; elsewhere it is black.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

impl PixelBox {
    /// What lies in `part`, seen from the corner of `part`. Empty if nothing does.
    #[must_use]
    pub fn within(self, part: PixelBox) -> PixelBox {
        let axis = |first: u32, count: u32, from: u32, room: u32| {
            let end = first.saturating_add(count).min(from.saturating_add(room));
            let first = first.clamp(from, from.saturating_add(room));
            (first - from, end.saturating_sub(first))
        };
        let (x, width) = axis(self.x, self.width, part.x, part.width);
        let (y, height) = axis(self.y, self.height, part.y, part.height);
        PixelBox {
            x,
            y,
            width,
            height,
        }
    }
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
    /// Where the input's corner lies in the whole photo after scaling; negative where it is padded.
    pub origin: (i64, i64),
    /// The part of the image, in image pixels, that the input covers; where it is padded, it extends
    /// beyond the image.
    pub source: Rect,
}

impl Placement {
    /// Places an image of this size; each side counts as at least 1.
    pub fn new(image: (u32, u32), frame: &Frame, fit: Fit) -> Self {
        let image = (image.0.max(1), image.1.max(1));
        let input = (frame.width.max(1), frame.height.max(1));
        let (mode, pct) = match fit {
            Fit::Crop => (frame.mode, frame.crop_pct),
            Fit::Stretch => (CropMode::Squash, 1.0),
            Fit::Pad => (CropMode::Border, 1.0),
        };
        let resized = mode.resized(image, input, pct);
        let origin = (
            mode.origin(input.0, resized.0),
            mode.origin(input.1, resized.1),
        );
        let (x, width) = source_axis(origin.0, image.0, input.0, resized.0);
        let (y, height) = source_axis(origin.1, image.1, input.1, resized.1);
        Self {
            fit,
            image,
            input,
            resized,
            origin,
            source: Rect {
                x,
                y,
                width,
                height,
            },
        }
    }

    /// The colour of what the image does not cover.
    pub fn fill(&self, frame: &Frame) -> [u8; 3] {
        if self.is_filled(frame) {
            frame.fill
        } else {
            [0; 3]
        }
    }

    /// Whether what the image does not cover has [`Frame::fill`]; else it is black.
    pub fn is_filled(&self, frame: &Frame) -> bool {
        match (self.fit, frame.mode) {
            (Fit::Pad, _) | (Fit::Crop, CropMode::Border) => true,
            (Fit::Stretch, _)
            | (Fit::Crop, CropMode::Centre | CropMode::CentreFloor | CropMode::Squash) => false,
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

    /// The placement for a part of the image, as an image of its own.
    #[must_use]
    pub fn of_part(&self, part: PixelBox) -> Placement {
        Placement {
            image: (part.width.max(1), part.height.max(1)),
            source: Rect {
                x: self.source.x - f64::from(part.x),
                y: self.source.y - f64::from(part.y),
                ..self.source
            },
            ..*self
        }
    }
}

/// The origin and the extent, in image pixels, of what the input covers along one axis.
fn source_axis(origin: i64, image: u32, input: u32, resized: u32) -> (f64, f64) {
    let scale = f64::from(image) / f64::from(resized);
    // Not larger than a side of an image or of an input, so exact.
    (origin as f64 * scale, f64::from(input) * scale)
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
