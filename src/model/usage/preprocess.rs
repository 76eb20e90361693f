//! How an image becomes the input of the model: size, resampling, crop and normalisation, in the terms
//! of timm.

use std::path::Path;

use serde::Deserialize;

use super::channels::InputChannels;
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
    /// Subtracted from values in [0, 1] before they are divided by `std`: one for each of `channels`, in
    /// their order.
    pub mean: Vec<f64>,
    /// Divides what is left after `mean` was subtracted; one for each of `channels`.
    pub std: Vec<f64>,
    /// What the channels are, and in which order.
    pub channels: InputChannels,
}

/// timm's keys; those left out are as torchvision has them for ImageNet.
#[derive(Deserialize)]
struct Written {
    input_size: Option<[usize; 3]>,
    interpolation: Option<String>,
    crop_pct: Option<f64>,
    mean: Option<Vec<f64>>,
    std: Option<Vec<f64>>,
    /// Not one of timm's: `rgb`, `bgr` or `grey`.
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
            mean: vec![0.485, 0.456, 0.406],
            std: vec![0.229, 0.224, 0.225],
            channels: InputChannels::Rgb,
        }
    }

    /// Pixels from 0 to 255 and no crop, for a network that normalises them itself.
    pub fn whole_pixels(width: u32, height: u32) -> Preprocess {
        Preprocess {
            crop_pct: 1.0,
            mean: vec![0.0; 3],
            std: vec![1.0 / 255.0; 3],
            ..Preprocess::imagenet(width, height)
        }
    }

    /// Reads timm's keys for a model whose input has the size and the number of channels of `assumed`,
    /// which is also what holds for keys that are left out.
    ///
    /// # Errors
    /// [`Fault::Preprocess`] in the file `model`.
    pub fn from_json(text: &str, assumed: &Preprocess, model: &Path) -> Result<Preprocess, Error> {
        read(text, assumed).map_err(|reason| Fault::Preprocess(reason).at(model))
    }

    /// Width and height in pixels, where timm's keys state them.
    pub(crate) fn stated_size(text: &str) -> Option<(u32, u32)> {
        #[derive(Deserialize)]
        struct Size {
            input_size: (u32, u32, u32),
        }
        let Size {
            input_size: (_, height, width),
        } = serde_json::from_str(text).ok()?;
        (width > 0 && height > 0).then_some((width, height))
    }

    /// The frame that an image is fitted into. Padding has the mean colour, which is zero once it is
    /// normalised.
    pub fn frame(&self) -> Frame {
        let mean = |channel: usize| self.mean.get(channel).copied().unwrap_or_default();
        let rgb = match self.channels {
            InputChannels::Rgb => [0, 1, 2],
            InputChannels::Bgr => [2, 1, 0],
            InputChannels::Grey => [0; 3],
        };
        Frame {
            width: self.width,
            height: self.height,
            crop_pct: self.crop_pct,
            filter: self.interpolation,
            // A cast from float saturates.
            fill: rgb.map(|channel| (mean(channel) * 255.0).round() as u8),
        }
    }
}

fn read(text: &str, assumed: &Preprocess) -> Result<Preprocess, String> {
    let written: Written =
        serde_json::from_str(text).map_err(|error| format!("cannot be read ({error})"))?;
    let count = assumed.channels.count();
    let stated = [count, assumed.height as usize, assumed.width as usize];
    if let Some(size) = written.input_size
        && size != stated
    {
        return Err(format!(
            "has the input size {size:?}, but that of the model is {stated:?}"
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
    let channels = match written.channels.as_deref() {
        None => assumed.channels,
        Some(name) => name.parse().map_err(|_| {
            let known = InputChannels::ALL.map(InputChannels::name).join(", ");
            format!("has channels {name:?}; supported are {known}")
        })?,
    };
    if channels.count() != count {
        return Err(format!(
            "has channels {channels}, but the model takes {count}"
        ));
    }
    let mean = written.mean.map(|mean| for_each(mean, count, "mean"));
    let mean = mean.unwrap_or_else(|| Ok(assumed.mean.clone()))?;
    if let Some(mean) = mean.iter().find(|mean| !(0.0..=1.0).contains(*mean)) {
        return Err(format!(
            "has a mean of {mean}, but it has to be from 0 to 1"
        ));
    }
    let std = written.std.map(|std| for_each(std, count, "std"));
    let std = std.unwrap_or_else(|| Ok(assumed.std.clone()))?;
    if let Some(std) = std.iter().find(|std| !(**std > 0.0 && std.is_finite())) {
        return Err(format!("has a std of {std}, but it has to be above 0"));
    }
    Ok(Preprocess {
        width: assumed.width,
        height: assumed.height,
        interpolation,
        crop_pct,
        mean,
        std,
        channels,
    })
}

/// One number for each of `count` channels; a single one holds for all of them.
fn for_each(numbers: Vec<f64>, count: usize, key: &str) -> Result<Vec<f64>, String> {
    match numbers[..] {
        [number] => Ok(vec![number; count]),
        _ if numbers.len() == count => Ok(numbers),
        _ => Err(format!(
            "has a {key} of {} numbers, but the model has {count} channels",
            numbers.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_timms_keys() {
        let text = r#"{"input_size": [3, 224, 240], "interpolation": "bicubic", "crop_pct": 0.9,
            "mean": [0.5, 0.25, 0.0], "std": [0.5, 0.5, 1], "fixed_input_size": false}"#;
        let read = Preprocess::from_json(text, &Preprocess::imagenet(240, 224), Path::new("m.pt2"))
            .unwrap();
        assert_eq!((read.width, read.height), (240, 224));
        assert!(matches!(read.interpolation, Filter::Bicubic));
        assert_eq!(
            (read.crop_pct, &read.mean[..], &read.std[..]),
            (0.9, &[0.5, 0.25, 0.0][..], &[0.5, 0.5, 1.0][..])
        );
        assert_eq!(read.frame().fill, [128, 64, 0]);
    }

    #[test]
    fn defaults_to_imagenet() {
        let read = Preprocess::from_json("{}", &Preprocess::imagenet(300, 200), Path::new("m.pt2"))
            .unwrap();
        assert_eq!(read, Preprocess::imagenet(300, 200));
        assert_eq!(read.frame().fill, [124, 116, 104]);
    }

    #[test]
    fn puts_the_mean_of_blue_first_if_blue_comes_first() {
        let text = r#"{"channels": "bgr", "mean": [0.0, 0.25, 1.0]}"#;
        let read =
            Preprocess::from_json(text, &Preprocess::imagenet(8, 8), Path::new("m.pt2")).unwrap();
        assert_eq!(read.channels, InputChannels::Bgr);
        assert_eq!(read.frame().fill, [255, 64, 0]);
    }

    #[test]
    fn reads_a_grey_input_and_one_number_for_all_channels() {
        let grey = Preprocess {
            mean: vec![0.5],
            std: vec![0.5],
            channels: InputChannels::Grey,
            ..Preprocess::imagenet(28, 28)
        };
        let read =
            |text, assumed| Preprocess::from_json(text, assumed, Path::new("m.pt2")).unwrap();
        assert_eq!(read("{}", &grey), grey);
        let mnist = read(
            r#"{"input_size": [1, 28, 28], "mean": [0.1307], "std": [0.3081]}"#,
            &grey,
        );
        assert_eq!((mnist.mean, mnist.std), (vec![0.1307], vec![0.3081]));
        assert_eq!(grey.frame().fill, [128; 3]);
        let rgb = read(r#"{"mean": [0.5]}"#, &Preprocess::imagenet(8, 8));
        assert_eq!(rgb.mean, [0.5; 3]);
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
            (r#"{"channels": "grey"}"#, "the model takes 3"),
            (r#"{"mean": [0.5, 0.5]}"#, "a mean of 2 numbers"),
            (r#"{"std": []}"#, "a std of 0 numbers"),
            (r#"{"std": [0.5, 0, 0.5]}"#, "std"),
        ] {
            let error =
                Preprocess::from_json(text, &Preprocess::imagenet(224, 224), Path::new("m.pt2"))
                    .unwrap_err();
            let message = error.to_string();
            assert!(message.contains(word), "{text} gave {message}");
            assert!(message.ends_with("m.pt2"), "{message}");
        }
    }
}
