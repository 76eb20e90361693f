//! How an image becomes the input of the model: size, resampling, crop and normalisation, in the terms
//! of timm.

use std::path::Path;

use super::channels::InputChannels;
use super::pixels::{Levels, known};
use crate::model::error::{Error, Fault};
use crate::picture::photo::geometry::{CropMode, Filter, Frame};

mod given;
mod json;
mod levels;
mod library;
mod metadata;
pub(crate) mod resolve;
mod source;
mod stated;
mod timm;
mod transformers;
mod usual;

pub use given::GivenPreprocess;
pub use source::{PreprocessSource, Sources};
pub use stated::Stated;

/// The preprocessing that the model was trained with.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocess {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The filter that resizes an image to the size of the crop.
    pub interpolation: Filter,
    /// The input's side as a share of the resized image's, above 0. Above 1, the image is padded.
    pub crop_pct: f64,
    /// What is done with an image of another aspect ratio.
    pub mode: CropMode,
    /// Subtracted from values in [0, 1] before they are divided by `std`: one for each of `channels`, in
    /// their order.
    pub mean: Vec<f64>,
    /// Divides what is left after `mean` was subtracted; one for each of `channels`.
    pub std: Vec<f64>,
    /// What the channels are, and in which order.
    pub channels: InputChannels,
}

impl Preprocess {
    /// torchvision's preprocessing for ImageNet, at the size of the model's input in pixels.
    pub fn imagenet(width: u32, height: u32) -> Preprocess {
        Preprocess {
            width,
            height,
            interpolation: Filter::Bilinear,
            crop_pct: 0.875,
            mode: CropMode::Centre,
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

    /// Reads `preprocess.json`, with timm's keys, for a model whose input has the size and the number of channels of `assumed`,
    /// which is also what holds for keys that are left out.
    ///
    /// # Errors
    /// [`Fault::Preprocess`] in the file `model`.
    pub fn from_json(text: &str, assumed: &Preprocess, model: &Path) -> Result<Preprocess, Error> {
        timm::stated(text)
            .and_then(|stated| stated.sized(assumed))
            .map_err(|reason| Fault::Preprocess(reason).at(model))
    }

    /// Width and height in pixels, where timm's keys state them.
    pub(crate) fn stated_size(text: &str) -> Option<(u32, u32)> {
        let [_, height, width] = timm::stated(text).ok()?.input_size?;
        let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        (width > 0 && height > 0).then_some((width, height))
    }

    /// In a few words: `from 0 to 1, cropped, bilinear`.
    pub fn words(&self) -> String {
        let levels = Levels::of(&self.mean, &self.std).map_or_else(
            || {
                if known::near(&self.mean, &known::IMAGENET.0)
                    && known::near(&self.std, &known::IMAGENET.1)
                {
                    "normalised as for ImageNet".to_owned()
                } else {
                    let list = |numbers: &[f64]| {
                        let numbers = numbers.iter().map(|n| format!("{n:.3}"));
                        numbers.collect::<Vec<_>>().join(", ")
                    };
                    format!("minus {}, divided by {}", list(&self.mean), list(&self.std))
                }
            },
            |levels| levels.words().to_owned(),
        );
        let order = match self.channels {
            InputChannels::Rgb | InputChannels::Grey | InputChannels::Bands(_) => "",
            InputChannels::Bgr => ", blue first",
        };
        let fitting = match self.mode {
            CropMode::Centre | CropMode::CentreFloor if self.crop_pct > 1.0 => "padded",
            CropMode::Centre | CropMode::CentreFloor => "cropped",
            CropMode::Squash => "stretched",
            CropMode::Border => "padded",
        };
        let filter = self.interpolation.label().to_lowercase();
        format!("{levels}{order}, {fitting}, {filter}")
    }

    /// The frame that an image is fitted into. Padding has the mean colour, which is zero once it is
    /// normalised.
    pub fn frame(&self) -> Frame {
        let mean = |channel: usize| self.mean.get(channel).copied().unwrap_or_default();
        let rgb = match self.channels {
            // Bands are filled each with its own.
            InputChannels::Rgb | InputChannels::Bands(_) => [0, 1, 2],
            InputChannels::Bgr => [2, 1, 0],
            InputChannels::Grey => [0; 3],
        };
        Frame {
            width: self.width,
            height: self.height,
            crop_pct: self.crop_pct,
            mode: self.mode,
            filter: self.interpolation,
            // A cast from float saturates.
            fill: rgb.map(|channel| (mean(channel) * 255.0).round() as u8),
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod keys {
    use super::*;
    use crate::picture::photo::geometry::{Fit, Placement};
    use crate::picture::photo::resample::resample;

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
    fn reads_the_means_of_levels_up_to_255() {
        let read = |text| {
            let read = Preprocess::from_json(text, &Preprocess::imagenet(8, 8), Path::new("m.pt2"));
            let read = read.unwrap();
            let near = |numbers: &[f64]| -> Vec<f64> {
                numbers.iter().map(|n| (n * 1e6).round() / 1e6).collect()
            };
            (near(&read.mean), near(&read.std))
        };
        // mmpretrain's `data_preprocessor`, Caffe's, and a plain scaling.
        let levels = r#"{"mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}"#;
        let imagenet = Preprocess::imagenet(8, 8);
        assert_eq!(read(levels), (imagenet.mean.clone(), imagenet.std.clone()));
        let without_std = r#"{"mean": [123.675, 116.28, 103.53]}"#;
        assert_eq!(read(without_std), (imagenet.mean, imagenet.std));
        let caffe = r#"{"mean": [102, 114.75, 127.5], "std": [1, 1, 1]}"#;
        assert_eq!(read(caffe), (vec![0.4, 0.45, 0.5], vec![0.003_922; 3]));
        let scaled = r#"{"mean": [0, 0, 0], "std": [255, 255, 255]}"#;
        assert_eq!(read(scaled), (vec![0.0; 3], vec![1.0; 3]));
        let whole = r#"{"mean": [0, 0, 0], "std": [0.00392156862745098]}"#;
        assert_eq!(read(whole), (vec![0.0; 3], vec![0.003_922; 3]));
    }

    /// Against timm's own transform of a picture; `tests/preprocessing/make.py`.
    #[test]
    fn prepares_a_picture_as_timm_does() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
        let open = |path: &str| image::open(format!("{root}/{path}")).unwrap().into_rgb8();
        let source = open("pictures/resample_source.png");
        let mut tried = 0;
        for entry in std::fs::read_dir(format!("{root}/preprocessing/timm")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let name = path.file_stem().unwrap().to_string_lossy();
            let expected = open(&format!("preprocessing/timm/{name}.png"));
            let (width, height) = expected.dimensions();
            let text = std::fs::read_to_string(&path).unwrap();
            let assumed = Preprocess::imagenet(width, height);
            let frame = Preprocess::from_json(&text, &assumed, &path)
                .unwrap()
                .frame();
            let placement = Placement::new(source.dimensions(), &frame, Fit::Crop);
            let actual = resample(&source, &placement, &frame).unwrap();
            let pairs = actual.as_raw().iter().zip(expected.as_raw());
            let worst = pairs.map(|(a, e)| a.abs_diff(*e)).max().unwrap();
            assert!(worst <= 1, "{name}: {worst} levels apart");
            tried += 1;
        }
        assert_eq!(tried, 10);
    }

    #[test]
    fn refuses_invalid_values() {
        for (text, word) in [
            ("", "is empty"),
            ("[]", "holds [], but it has to hold keys"),
            (r#"{"input_size": [3, 224]}"#, "has input_size [3,224], but"),
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
            (r#"{"crop_pct": 9}"#, "crop_pct"),
            (r#"{"crop_mode": "tile"}"#, "tile"),
            (r#"{"mean": [0.5, 0.5, 256]}"#, "mean"),
            (r#"{"mean": [0.5, -0.5, 0.5]}"#, "mean"),
            (r#"{"channels": "gbr"}"#, "gbr"),
            (r#"{"channels": "grey"}"#, "the model takes 3"),
            (r#"{"mean": [0.5, 0.5]}"#, "a mean of 2 numbers"),
            (r#"{"std": []}"#, "has std [], but"),
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
