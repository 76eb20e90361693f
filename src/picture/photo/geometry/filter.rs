//! The resampling kernels of the tools that models are trained with.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;

/// How an image is resampled. Pillow's kernels widen when the image is reduced (antialiasing); those of
/// tensors and of OpenCV do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The nearest pixel; Pillow's, which is also Keras' default.
    Nearest,
    /// Pillow's `BOX`.
    Box,
    /// Pillow's, and torchvision's with `antialias=True`.
    #[default]
    Bilinear,
    /// Pillow's `HAMMING`.
    Hamming,
    /// Pillow's, and torchvision's with `antialias=True`.
    Bicubic,
    /// Pillow's `LANCZOS`.
    Lanczos,
    /// Between the four pixels around a point: OpenCV's `INTER_LINEAR`, torch tensors with
    /// `antialias=False`, TensorFlow's `resize`.
    Linear,
    /// Between sixteen pixels, with -0.75 as the kernel's parameter: OpenCV's `INTER_CUBIC`, torch tensors
    /// with `antialias=False`.
    Cubic,
    /// The mean over the area that is reduced to a pixel; `Linear` within a pixel where it is enlarged.
    /// OpenCV's `INTER_AREA`.
    Area,
}

impl Filter {
    /// All of them.
    pub const ALL: [Filter; 9] = [
        Filter::Nearest,
        Filter::Box,
        Filter::Bilinear,
        Filter::Hamming,
        Filter::Bicubic,
        Filter::Lanczos,
        Filter::Linear,
        Filter::Cubic,
        Filter::Area,
    ];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Filter::Nearest => "Nearest",
            Filter::Box => "Box",
            Filter::Bilinear => "Bilinear",
            Filter::Hamming => "Hamming",
            Filter::Bicubic => "Bicubic",
            Filter::Lanczos => "Lanczos",
            Filter::Linear => "Linear (OpenCV, tensors)",
            Filter::Cubic => "Cubic (OpenCV, tensors)",
            Filter::Area => "Area (OpenCV)",
        }
    }

    /// Its name in files: timm's and Pillow's, where they have it.
    pub fn name(self) -> &'static str {
        match self {
            Filter::Nearest => "nearest",
            Filter::Box => "box",
            Filter::Bilinear => "bilinear",
            Filter::Hamming => "hamming",
            Filter::Bicubic => "bicubic",
            Filter::Lanczos => "lanczos",
            Filter::Linear => "linear",
            Filter::Cubic => "cubic",
            Filter::Area => "area",
        }
    }

    /// The filter that Pillow has under this number, as transformers' `resample` says it.
    pub fn of_pillow(number: u64) -> Option<Filter> {
        Some(match number {
            0 => Filter::Nearest,
            1 => Filter::Lanczos,
            2 => Filter::Bilinear,
            3 => Filter::Bicubic,
            4 => Filter::Box,
            5 => Filter::Hamming,
            _ => return None,
        })
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
