//! timm's keys, which `preprocess.json` has, and the `pretrained_cfg` of timm's `config.json`.

use serde::Deserialize;

use super::Stated;
use crate::model::usage::channels::InputChannels;
use crate::picture::photo::geometry::{CropMode, Filter};

/// timm's keys; those left out are as torchvision has them for ImageNet.
#[derive(Deserialize)]
pub(super) struct Written {
    input_size: Option<[usize; 3]>,
    interpolation: Option<String>,
    crop_pct: Option<f64>,
    crop_mode: Option<String>,
    mean: Option<Numbers>,
    std: Option<Numbers>,
    /// Not one of timm's: `rgb`, `bgr` or `grey`.
    channels: Option<String>,
}

/// One number for each channel, or one for all.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Numbers {
    Each(Vec<f64>),
    All(f64),
}

impl Numbers {
    pub(super) fn each(self) -> Vec<f64> {
        match self {
            Numbers::Each(numbers) => numbers,
            Numbers::All(number) => vec![number],
        }
    }
}

/// What a `preprocess.json` says.
///
/// # Errors
/// What is wrong with it, as a clause that follows its name.
pub(super) fn stated(text: &str) -> Result<Stated, String> {
    let text = text.trim_start_matches('\u{feff}');
    let written: Written =
        serde_json::from_str(text).map_err(|error| format!("cannot be read ({error})"))?;
    written.stated()
}

impl Written {
    pub(super) fn stated(self) -> Result<Stated, String> {
        let interpolation = match self.interpolation.as_deref() {
            // While training, timm draws between the first and bicubic for each image; evaluation has one.
            Some("random") => Some(Filter::Bilinear),
            name => parsed(name, "interpolation", &Filter::ALL.map(Filter::name))?,
        };
        Ok(Stated {
            input_size: self.input_size,
            interpolation,
            crop_pct: self.crop_pct,
            mode: parsed(
                self.crop_mode.as_deref(),
                "crop_mode",
                &CropMode::ALL.map(CropMode::name),
            )?,
            mean: self.mean.map(Numbers::each),
            std: self.std.map(Numbers::each),
            channels: parsed(
                self.channels.as_deref(),
                "channels",
                &InputChannels::ALL.map(InputChannels::name),
            )?,
        })
    }
}

/// The choice with this name.
fn parsed<T: std::str::FromStr>(
    name: Option<&str>,
    key: &str,
    known: &[&str],
) -> Result<Option<T>, String> {
    let Some(name) = name else {
        return Ok(None);
    };
    let unknown = |_| format!("has {key} {name:?}; supported are {}", known.join(", "));
    name.parse().map(Some).map_err(unknown)
}
