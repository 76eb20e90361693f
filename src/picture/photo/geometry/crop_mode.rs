//! How a preprocessing makes a photo of any size into an input of one size.

use std::str::FromStr;

use super::MAX_CROP_PCT;
use crate::picture::UnknownName;

/// What the model's own preprocessing does with a photo of another aspect ratio. First the photo is
/// resized to a target, the input's size divided by `crop_pct`; then its centre is cropped, or padded
/// where it is smaller than the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CropMode {
    /// The short side meets the target; timm's `center`, torchvision's `Resize` and `CenterCrop`.
    #[default]
    Centre,
    /// As [`CropMode::Centre`], with half a pixel of margin rounded down: transformers, albumentations.
    CentreFloor,
    /// Each side meets the target by itself; timm's `squash`.
    Squash,
    /// The long side meets the target, the rest has the mean colour; timm's `border`.
    Border,
}

impl CropMode {
    /// All of them.
    pub const ALL: [CropMode; 4] = [
        CropMode::Centre,
        CropMode::CentreFloor,
        CropMode::Squash,
        CropMode::Border,
    ];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            CropMode::Centre => "Crop",
            CropMode::CentreFloor => "Crop, rounded down",
            CropMode::Squash => "Stretch",
            CropMode::Border => "Pad",
        }
    }

    /// Its name in files: timm's, where timm has it.
    pub fn name(self) -> &'static str {
        match self {
            CropMode::Centre => "center",
            CropMode::CentreFloor => "center_floor",
            CropMode::Squash => "squash",
            CropMode::Border => "border",
        }
    }

    /// The size of the whole image after scaling.
    pub(super) fn resized(self, image: (u32, u32), input: (u32, u32), pct: f64) -> (u32, u32) {
        let pct = if pct > 0.0 && pct <= MAX_CROP_PCT {
            pct
        } else {
            1.0
        };
        // In float64 as in Python: 224 / 0.875 is exactly 256.
        let target = |side: u32| ((f64::from(side) / pct).floor() as u32).max(1);
        let target = (target(input.0), target(input.1));
        let resized = match self {
            CropMode::Centre | CropMode::CentreFloor => cover(image, target),
            CropMode::Squash => target,
            CropMode::Border => within(image, target),
        };
        match self {
            // Never smaller than the crop that follows.
            CropMode::Centre | CropMode::CentreFloor if pct <= 1.0 => {
                (resized.0.max(input.0), resized.1.max(input.1))
            }
            CropMode::Centre | CropMode::CentreFloor | CropMode::Squash | CropMode::Border => {
                resized
            }
        }
    }

    /// Where the input begins in the resized image, along one axis; negative where it is padded.
    pub(super) fn origin(self, input: u32, resized: u32) -> i64 {
        if resized < input {
            return -i64::from((input - resized) / 2);
        }
        let margin = resized - input;
        match self {
            CropMode::Centre | CropMode::Squash | CropMode::Border => {
                // Half of a `u32`, so exact.
                (f64::from(margin) / 2.0).round_ties_even() as i64
            }
            CropMode::CentreFloor => i64::from(margin / 2),
        }
    }
}

impl FromStr for CropMode {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("crop mode", name, Self::ALL.map(CropMode::name)))
    }
}

/// torchvision's `Resize` for a square target, timm's `ResizeKeepRatio` for others.
fn cover(image: (u32, u32), target: (u32, u32)) -> (u32, u32) {
    if target.0 == target.1 {
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
    }
}

/// Fits the long side to the target and keeps the aspect ratio: timm's `ResizeKeepRatio(longest=1)`.
fn within(image: (u32, u32), target: (u32, u32)) -> (u32, u32) {
    let across = f64::from(image.0) / f64::from(target.0);
    let down = f64::from(image.1) / f64::from(target.1);
    let resized = scaled_down(image, across.max(down));
    (resized.0.clamp(1, target.0), resized.1.clamp(1, target.1))
}

/// Each side divided by `ratio`, rounded half to even as in Python.
fn scaled_down(image: (u32, u32), ratio: f64) -> (u32, u32) {
    let side = |side: u32| ((f64::from(side) / ratio).round_ties_even() as u32).max(1);
    (side(image.0), side(image.1))
}
