//! transformers' `preprocessor_config.json`, which says what its image processors do.

use serde::Deserialize;
use serde_json::Value;

use super::Stated;
use super::json::{self, Form};
use super::stated::share;
use super::timm::Numbers;
use crate::model::usage::channels::InputChannels;
use crate::picture::photo::geometry::{CropMode, Filter};

#[derive(Deserialize)]
struct Written {
    /// The class of the processor; older files have a feature extractor.
    #[serde(alias = "feature_extractor_type")]
    image_processor_type: Option<String>,
    do_resize: Option<bool>,
    size: Option<Size>,
    resample: Option<u64>,
    do_center_crop: Option<bool>,
    crop_size: Option<Size>,
    crop_pct: Option<f64>,
    do_rescale: Option<bool>,
    rescale_factor: Option<f64>,
    rescale_offset: Option<bool>,
    offset: Option<bool>,
    do_normalize: Option<bool>,
    include_top: Option<bool>,
    image_mean: Option<Numbers>,
    image_std: Option<Numbers>,
    do_flip_channel_order: Option<bool>,
    size_divisor: Option<u32>,
}

const FORMS: [(&str, Form); 19] = [
    ("image_processor_type", Form::Text),
    ("feature_extractor_type", Form::Text),
    ("do_resize", Form::YesNo),
    ("size", Form::Size),
    ("resample", Form::Whole),
    ("do_center_crop", Form::YesNo),
    ("crop_size", Form::Size),
    ("crop_pct", Form::Number),
    ("do_rescale", Form::YesNo),
    ("rescale_factor", Form::Number),
    ("rescale_offset", Form::YesNo),
    ("offset", Form::YesNo),
    ("do_normalize", Form::YesNo),
    ("include_top", Form::YesNo),
    ("image_mean", Form::Numbers),
    ("image_std", Form::Numbers),
    ("do_flip_channel_order", Form::YesNo),
    ("size_divisor", Form::Whole),
    ("image_processor", Form::Keys),
];

/// A size in any of its forms.
#[derive(Deserialize, Clone, Copy)]
#[serde(untagged)]
enum Size {
    One(u32),
    /// Height and width.
    Pair([u32; 2]),
    Sides {
        height: u32,
        width: u32,
    },
    Short {
        shortest_edge: u32,
        longest_edge: Option<u32>,
    },
}

/// What `preprocessor_config.json` says for an input of `width` × `height` pixels.
///
/// # Errors
/// What is wrong with it, as a clause that follows its name.
pub(super) fn stated(text: &str, width: u32, height: u32) -> Result<Stated, String> {
    let value = of_images(text)?;
    if value.get("size").is_none() && value.get("image_mean").is_none() {
        return Err("says nothing about images".into());
    }
    json::read::<Written>(value, &FORMS)?.stated(width, height)
}

/// Width and height of what the processor makes of an image, where it is one size.
pub(super) fn stated_size(text: &str) -> Option<(u32, u32)> {
    let written: Written = json::read(of_images(text).ok()?, &FORMS).ok()?;
    let square = |side: u32| Some((side, side));
    let of = |size: Size| match size {
        Size::One(side) => square(side),
        Size::Sides { height, width } | Size::Pair([height, width]) => Some((width, height)),
        Size::Short { shortest_edge, .. } => square(shortest_edge),
    };
    match (written.do_center_crop, written.crop_size, written.size) {
        (_, _, Some(size)) if written.is("Perceiver") => of(size),
        (Some(true), Some(crop), _) => of(crop),
        // Another shape than a square stays what it is.
        (_, _, Some(Size::Short { shortest_edge, .. })) if written.is("ConvN") => {
            square(shortest_edge)
        }
        (_, _, Some(Size::Short { .. })) => None,
        (_, _, Some(Size::One(_))) if written.keeps_shape() => None,
        // Cropped to the processor's own default.
        (Some(true), None, _) => None,
        (_, _, size) if written.do_resize != Some(false) => of(size?),
        _ => None,
    }
}

/// What a processor does that does not resize pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unresized {
    /// It takes the centre of them.
    Cropped,
    Whole,
}

/// What the processor does with pictures; `None` where it resizes them.
pub(super) fn unresized(text: &str) -> Option<Unresized> {
    let value = of_images(text).ok()?;
    let is = |key: &str, due: bool| value.get(key) == Some(&Value::Bool(due));
    match (is("do_resize", false), is("do_center_crop", true)) {
        (false, _) => None,
        (true, true) => Some(Unresized::Cropped),
        (true, false) => Some(Unresized::Whole),
    }
}

/// Whether the processor crops pictures before it resizes them.
pub(super) fn crops_first(text: &str) -> bool {
    let written = of_images(text).and_then(|value| json::read::<Written>(value, &FORMS));
    written.is_ok_and(|written| written.is("Perceiver") && written.do_center_crop == Some(true))
}

/// The part about images: processors of several kinds of data hold it.
fn of_images(text: &str) -> Result<Value, String> {
    let mut value = json::of_text(text)?;
    Ok(match value.get_mut("image_processor") {
        Some(inner) if !inner.is_object() => {
            return Err("has an image_processor that holds no keys".into());
        }
        Some(inner) => inner.take(),
        None => value,
    })
}

impl Written {
    fn stated(self, width: u32, height: u32) -> Result<Stated, String> {
        let (mode, crop_pct) = self.fitting(width, height)?;
        let interpolation = match self.resample {
            None => Filter::Bilinear,
            Some(number) => {
                Filter::of_pillow(number).ok_or_else(|| {
                    format!("has resample {number}, but it has to be the number of a filter of Pillow, from 0 to 5")
                })?
            }
        };
        // MobileViT's networks take blue first, unless the file says otherwise.
        let flips = self.is("MobileViT");
        let flips = self.do_flip_channel_order.unwrap_or(flips);
        let (mean, std) = self.normalisation()?;
        Ok(Stated {
            input_size: None,
            interpolation: Some(interpolation),
            crop_pct: Some(crop_pct),
            short_side: None,
            mode: Some(mode),
            mean: Some(mean),
            std: Some(std),
            channels: flips.then_some(InputChannels::Bgr),
        })
    }

    /// Whether the processor's class is one of this network.
    fn is(&self, network: &str) -> bool {
        let class = self.image_processor_type.as_deref();
        class.is_some_and(|class| class.starts_with(network))
    }

    /// How an image of any shape becomes `width` × `height` pixels.
    fn fitting(&self, width: u32, height: u32) -> Result<(CropMode, f64), String> {
        if self.do_resize == Some(false) {
            return Ok((CropMode::CentreFloor, 1.0));
        }
        let size = self.size.ok_or("has no size")?;
        if let Some(divisor) = self.size_divisor {
            return Err(format!(
                "rounds sides to multiples of {divisor}, which is not supported"
            ));
        }
        let crops = self.do_center_crop.unwrap_or(false);
        let cropped = match self.crop_size {
            Some(Size::One(side)) => side,
            Some(Size::Sides { height, width } | Size::Pair([height, width])) => height.min(width),
            Some(Size::Short { shortest_edge, .. }) => shortest_edge,
            None => width.min(height),
        };
        let edge = match size {
            Size::One(side) if self.keeps_shape() => Ok(side),
            Size::One(side) => Err((side, side)),
            Size::Short {
                longest_edge: Some(longest),
                shortest_edge,
            } if longest != shortest_edge => {
                return Err("bounds the longest edge, which is not supported".into());
            }
            Size::Short { shortest_edge, .. } => Ok(shortest_edge),
            Size::Sides { height, width } | Size::Pair([height, width]) => Err((width, height)),
        };
        match edge {
            // The side of the resized image is rounded down.
            Ok(short) if self.is("ConvNext") || self.is("ConvNeXT") => Ok(if short >= 384 {
                (CropMode::Squash, 1.0)
            } else {
                let pct = self.crop_pct.unwrap_or(0.875);
                let resized = rounded_down(f64::from(short) / pct)?;
                (CropMode::CentreFloor, share(short, resized)?)
            }),
            Ok(short) => {
                let resized = if self.is("Levit") || self.is("LeViT") {
                    rounded_down(256.0 / 224.0 * f64::from(short))?
                } else if let Some(pct) = self.crop_pct.filter(|_| self.is("PoolFormer")) {
                    rounded_down(f64::from(short) / pct)?
                } else {
                    short
                };
                let cropped = if crops { cropped } else { short };
                Ok((CropMode::CentreFloor, share(cropped, resized)?))
            }
            Err((wide, high)) if self.is("PoolFormer") && wide == high => {
                let pct = self.crop_pct.unwrap_or(1.0);
                let resized = rounded_down(f64::from(wide) / pct)?;
                Ok((CropMode::CentreFloor, share(cropped, resized)?))
            }
            // It crops before it resizes.
            Err((wide, high)) if crops && self.is("Perceiver") => {
                Ok((CropMode::CentreFloor, share(wide.min(high), cropped)?))
            }
            Err((wide, high)) if crops => Ok((CropMode::Squash, share(cropped, wide.min(high))?)),
            Err(_) => Ok((CropMode::Squash, 1.0)),
        }
    }

    /// Whether a size of one number is that of the short side; else it is that of both.
    fn keeps_shape(&self) -> bool {
        const OF_BOTH: [&str; 8] = [
            "ViT",
            "DeiT",
            "Beit",
            "Segformer",
            "EfficientNet",
            "Perceiver",
            "ImageGPT",
            "Pvt",
        ];
        !OF_BOTH.iter().any(|network| self.is(network))
    }

    /// Mean and deviation of levels from 0 to 1.
    fn normalisation(self) -> Result<(Vec<f64>, Vec<f64>), String> {
        let twice = self.is("EfficientNet") && self.include_top.unwrap_or(true);
        // A level from 0 to 1, times this, is what is normalised.
        let factor = if self.do_rescale == Some(false) {
            255.0
        } else {
            255.0 * self.rescale_factor.unwrap_or(1.0 / 255.0)
        };
        if !(factor > 0.0 && factor.is_finite()) {
            return Err("has a rescale_factor that is not above 0".into());
        }
        // The offset belongs to the rescaling.
        let offset = if self.do_rescale != Some(false)
            && (self.rescale_offset == Some(true) || self.offset == Some(true))
        {
            1.0
        } else {
            0.0
        };
        let usual = self.image_mean.is_some() && !self.is("MobileViT");
        let does = self.do_normalize.unwrap_or(usual);
        let (mean, std) = if does {
            let mean = self.image_mean.ok_or("has no image_mean")?.each();
            let std = self.image_std.ok_or("has no image_std")?.each();
            (mean, std)
        } else {
            (vec![0.0], vec![1.0])
        };
        let mean: Vec<f64> = mean.iter().map(|mean| (mean + offset) / factor).collect();
        if let Some(mean) = mean.iter().find(|mean| !(0.0..=1.0).contains(*mean)) {
            return Err(format!(
                "subtracts a mean that is {mean} in levels from 0 to 1"
            ));
        }
        let again = |std: &f64| if twice && does { std * std } else { *std };
        Ok((mean, std.iter().map(|std| again(std) / factor).collect()))
    }
}

fn rounded_down(side: f64) -> Result<u32, String> {
    if (1.0..=65_536.0).contains(&side) {
        // Within the range of the type.
        Ok(side.floor() as u32)
    } else {
        Err(format!("resizes to {side} pixels"))
    }
}
