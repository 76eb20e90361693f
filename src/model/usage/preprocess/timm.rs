//! timm's keys, which `preprocess.json` has, and the `pretrained_cfg` of timm's `config.json`.

use serde::Deserialize;

use super::Stated;
use super::json::{self, Form};
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

const FORMS: [(&str, Form); 10] = [
    ("input_size", Form::InputSize),
    ("interpolation", Form::Text),
    ("crop_pct", Form::Number),
    ("crop_mode", Form::Text),
    ("mean", Form::Numbers),
    ("std", Form::Numbers),
    ("channels", Form::Text),
    ("num_classes", Form::Whole),
    ("test_input_size", Form::InputSize),
    ("test_crop_pct", Form::Number),
];

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
    let value = json::of_text(text.trim_start_matches('\u{feff}'))?;
    json::read::<Written>(value, &FORMS)?.stated()
}

impl Written {
    pub(super) fn stated(self) -> Result<Stated, String> {
        let interpolation = match self.interpolation.as_deref() {
            // While training, timm draws between the first and bicubic for each image; evaluation has one.
            Some("random") => Some(Filter::Bilinear),
            name => parsed(name, "interpolation", &Filter::ALL.map(Filter::name))?,
        };
        let mode = parsed(
            self.crop_mode.as_deref(),
            "crop_mode",
            &CropMode::ALL.map(CropMode::name),
        )?;
        Ok(Stated {
            input_size: self.input_size,
            interpolation,
            crop_pct: self.crop_pct,
            short_side: None,
            // A crop is timm's own, unless another is named.
            mode: mode.or(self.crop_pct.map(|_| CropMode::Centre)),
            mean: self.mean.map(Numbers::each),
            std: self.std.map(Numbers::each),
            channels: parsed(
                self.channels.as_deref(),
                "channels",
                &["rgb", "bgr", "grey"],
            )?,
        })
    }
}

/// Width and height of the input, as a `config.json` says of the pretrained network.
pub(super) fn size_in_config(text: &str) -> Option<(u32, u32)> {
    #[derive(Deserialize)]
    struct Config {
        pretrained_cfg: Sized,
    }
    #[derive(Deserialize)]
    struct Sized {
        input_size: [u32; 3],
    }
    let config: Config = serde_json::from_str(text).ok()?;
    let [_, height, width] = config.pretrained_cfg.input_size;
    Some((width, height))
}

/// What a `config.json` says of the pretrained network, for one of `classes` classes (if that matters) whose
/// input has this size; `None` if it is not one of timm's.
///
/// # Errors
/// What is wrong with it, or that it is of another model, as a clause that follows its name.
pub(super) fn of_config(
    text: &str,
    classes: Option<usize>,
    width: u32,
    height: u32,
) -> Result<Option<Stated>, String> {
    #[derive(Deserialize)]
    struct Config {
        num_classes: Option<usize>,
        pretrained_cfg: Option<serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Pretrained {
        num_classes: Option<usize>,
        test_input_size: Option<[usize; 3]>,
        test_crop_pct: Option<f64>,
        #[serde(flatten)]
        written: Written,
    }
    let value = json::any(text)?;
    if value.get("pretrained_cfg").is_none() {
        return Ok(None);
    }
    let forms = [("num_classes", Form::Whole), ("pretrained_cfg", Form::Keys)];
    let config: Config = json::read(value, &forms)?;
    let Some(pretrained) = config.pretrained_cfg else {
        return Ok(None);
    };
    let pretrained: Pretrained = json::read(pretrained, &FORMS)?;
    // The network's own number, where it was trained further.
    if let Some(count) = config.num_classes.or(pretrained.num_classes)
        && let Some(classes) = classes
        && count != classes
    {
        return Err(format!(
            "is of a model with {count} classes, and this one has {classes}"
        ));
    }
    let mut stated = pretrained.written.stated()?;
    // What timm evaluates with at another size.
    if let Some([_, high, wide]) = pretrained.test_input_size
        && (wide, high) == (width as usize, height as usize)
    {
        stated.crop_pct = pretrained.test_crop_pct.or(stated.crop_pct);
        stated.input_size = pretrained.test_input_size;
    }
    Ok(Some(stated))
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
