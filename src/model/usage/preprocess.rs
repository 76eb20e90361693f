//! How an image becomes the input of the model: size, resampling, crop and normalisation, in the terms
//! of timm.

use std::path::Path;

use serde::Deserialize;

use crate::model::error::{Error, Fault};
use crate::picture::photo::geometry::{Filter, Frame};

/// The preprocessing that the model was trained with.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocess {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The filter that resizes an image to the size of the crop.
    pub interpolation: Filter,
    /// The share of the resized image's short side that the crop keeps, above 0 and at most 1.
    pub crop_pct: f64,
    /// Subtracted from values in [0, 1] before they are divided by `std`; in the order of the channels.
    pub mean: [f64; 3],
    /// Divides what is left after `mean` was subtracted; in the order of the channels.
    pub std: [f64; 3],
    /// Whether blue comes first, as in networks trained with OpenCV or Caffe.
    pub bgr: bool,
}

/// timm's keys; those left out are as torchvision has them for ImageNet.
#[derive(Deserialize)]
struct Written {
    input_size: Option<[u32; 3]>,
    interpolation: Option<String>,
    crop_pct: Option<f64>,
    mean: Option<[f64; 3]>,
    std: Option<[f64; 3]>,
    /// Not one of timm's: `rgb` or `bgr`.
    channels: Option<String>,
}

impl Preprocess {
    /// torchvision's preprocessing for ImageNet, at the size of the model's input in pixels.
    pub fn imagenet(width: u32, height: u32) -> Preprocess {
        Preprocess {
            width,
            height,
            interpolation: Filter::Bilinear,
            crop_pct: 0.875,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
            bgr: false,
        }
    }

    /// Pixels from 0 to 255 and no crop, for a network that normalises them itself.
    pub fn whole_pixels(width: u32, height: u32) -> Preprocess {
        Preprocess {
            crop_pct: 1.0,
            mean: [0.0; 3],
            std: [1.0 / 255.0; 3],
            ..Preprocess::imagenet(width, height)
        }
    }

    /// Reads timm's keys for a model whose input is `width` × `height` pixels.
    ///
    /// # Errors
    /// [`Fault::Preprocess`] in the file `model`.
    pub fn from_json(
        text: &str,
        width: u32,
        height: u32,
        model: &Path,
    ) -> Result<Preprocess, Error> {
        read(text, width, height).map_err(|reason| Fault::Preprocess(reason).at(model))
    }

    /// The frame that an image is fitted into. Padding has the mean colour, which is zero once it is
    /// normalised.
    pub fn frame(&self) -> Frame {
        let [first, green, last] = self.mean;
        let rgb = if self.bgr {
            [last, green, first]
        } else {
            self.mean
        };
        Frame {
            width: self.width,
            height: self.height,
            crop_pct: self.crop_pct,
            filter: self.interpolation,
            // A cast from float saturates.
            fill: rgb.map(|mean| (mean * 255.0).round() as u8),
        }
    }
}

fn read(text: &str, width: u32, height: u32) -> Result<Preprocess, String> {
    let written: Written =
        serde_json::from_str(text).map_err(|error| format!("cannot be read ({error})"))?;
    let assumed = Preprocess::imagenet(width, height);
    if let Some(size) = written.input_size
        && size != [3, height, width]
    {
        return Err(format!(
            "has the input size {size:?}, but that of the model is [3, {height}, {width}]"
        ));
    }
    let interpolation = match written.interpolation.as_deref() {
        None => assumed.interpolation,
        Some("nearest") => Filter::Nearest,
        Some("bilinear") => Filter::Bilinear,
        Some("bicubic") => Filter::Bicubic,
        Some("lanczos") => Filter::Lanczos,
        Some(other) => {
            return Err(format!(
                "has interpolation {other:?}; nearest, bilinear, bicubic and lanczos are supported"
            ));
        }
    };
    let crop_pct = written.crop_pct.unwrap_or(assumed.crop_pct);
    if !(crop_pct > 0.0 && crop_pct <= 1.0) {
        return Err(format!(
            "has crop_pct {crop_pct}, but it has to be above 0 and at most 1"
        ));
    }
    let bgr = match written.channels.as_deref() {
        None | Some("rgb" | "RGB") => false,
        Some("bgr" | "BGR") => true,
        Some(other) => return Err(format!("has channels {other:?}; rgb and bgr are supported")),
    };
    let mean = written.mean.unwrap_or(assumed.mean);
    if let Some(mean) = mean.iter().find(|mean| !(0.0..=1.0).contains(*mean)) {
        return Err(format!(
            "has a mean of {mean}, but it has to be from 0 to 1"
        ));
    }
    let std = written.std.unwrap_or(assumed.std);
    if let Some(std) = std.iter().find(|std| !(**std > 0.0 && std.is_finite())) {
        return Err(format!("has a std of {std}, but it has to be above 0"));
    }
    Ok(Preprocess {
        width,
        height,
        interpolation,
        crop_pct,
        mean,
        std,
        bgr,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_timms_keys() {
        let text = r#"{"input_size": [3, 224, 240], "interpolation": "bicubic", "crop_pct": 0.9,
            "mean": [0.5, 0.25, 0.0], "std": [0.5, 0.5, 1], "fixed_input_size": false}"#;
        let read = Preprocess::from_json(text, 240, 224, Path::new("m.pt2")).unwrap();
        assert_eq!((read.width, read.height), (240, 224));
        assert!(matches!(read.interpolation, Filter::Bicubic));
        assert_eq!(
            (read.crop_pct, read.mean, read.std),
            (0.9, [0.5, 0.25, 0.0], [0.5, 0.5, 1.0])
        );
        assert_eq!(read.frame().fill, [128, 64, 0]);
    }

    #[test]
    fn defaults_to_imagenet() {
        let read = Preprocess::from_json("{}", 300, 200, Path::new("m.pt2")).unwrap();
        assert_eq!(read, Preprocess::imagenet(300, 200));
        assert_eq!(read.frame().fill, [124, 116, 104]);
    }

    #[test]
    fn puts_the_mean_of_blue_first_if_blue_comes_first() {
        let text = r#"{"channels": "bgr", "mean": [0.0, 0.25, 1.0]}"#;
        let read = Preprocess::from_json(text, 8, 8, Path::new("m.pt2")).unwrap();
        assert!(read.bgr);
        assert_eq!(read.frame().fill, [255, 64, 0]);
    }

    #[test]
    fn refuses_invalid_values() {
        for (text, word) in [
            ("", "cannot be read"),
            ("[]", "cannot be read"),
            (r#"{"input_size": [3, 224]}"#, "cannot be read"),
            (
                r#"{"input_size": [3, 299, 299]}"#,
                "that of the model is [3, 224, 224]",
            ),
            (
                r#"{"input_size": [1, 224, 224]}"#,
                "that of the model is [3, 224, 224]",
            ),
            (r#"{"interpolation": "magic"}"#, "magic"),
            (r#"{"crop_pct": 0}"#, "crop_pct"),
            (r#"{"crop_pct": 1.5}"#, "crop_pct"),
            (r#"{"mean": [0.5, 0.5, 128]}"#, "mean"),
            (r#"{"channels": "gbr"}"#, "gbr"),
            (r#"{"std": [0.5, 0, 0.5]}"#, "std"),
        ] {
            let error = Preprocess::from_json(text, 224, 224, Path::new("m.pt2")).unwrap_err();
            let message = error.to_string();
            assert!(message.contains(word), "{text} gave {message}");
            assert!(message.ends_with("m.pt2"), "{message}");
        }
    }
}
