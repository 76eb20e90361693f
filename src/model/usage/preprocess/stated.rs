//! What one source says about the preprocessing of a model.

use crate::model::usage::channels::InputChannels;
use crate::picture::photo::geometry::{CropMode, Filter, MAX_CROP_PCT};

use super::Preprocess;

/// What one source says about the preprocessing; `None` where it is silent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stated {
    /// Channels, height and width.
    pub input_size: Option<[usize; 3]>,
    /// How images are resampled.
    pub interpolation: Option<Filter>,
    /// As [`Preprocess::crop_pct`].
    pub crop_pct: Option<f64>,
    /// In place of `crop_pct`: the short side of the resized image in pixels.
    pub short_side: Option<u32>,
    /// As [`Preprocess::mode`].
    pub mode: Option<CropMode>,
    /// In levels from 0 to 1 or, if one is above 1, from 0 to 255; one for each channel, or one for all.
    pub mean: Option<Vec<f64>>,
    /// In the unit of `mean`.
    pub std: Option<Vec<f64>>,
    /// The order of the channels.
    pub channels: Option<InputChannels>,
}

impl Stated {
    /// `assumed`, with what is stated in place of its own.
    ///
    /// # Errors
    /// What is not possible for this input, as a clause that follows the name of the source.
    pub fn over(&self, assumed: &Preprocess) -> Result<Preprocess, String> {
        let count = assumed.channels.count();
        let crop_pct = match self.short_side {
            Some(side) => share(assumed.width.min(assumed.height), side)?,
            None => self.crop_pct.unwrap_or(assumed.crop_pct),
        };
        if !(MIN_CROP_PCT..=MAX_CROP_PCT).contains(&crop_pct) {
            return Err(format!(
                "has crop_pct {crop_pct}, but it has to be from {MIN_CROP_PCT} to {MAX_CROP_PCT}: it is the share of \
                 the resized image that the model sees"
            ));
        }
        let channels = self.channels.unwrap_or(assumed.channels);
        if channels.count() != count {
            return Err(format!(
                "has channels {channels}, but the model takes {count}"
            ));
        }
        let mut assumed = assumed.clone();
        if channels != assumed.channels {
            // What is assumed of red stays with red.
            assumed.mean.reverse();
            assumed.std.reverse();
        }
        let assumed = &assumed;
        let (mean, std) = self.normalisation(assumed)?;
        Ok(Preprocess {
            width: assumed.width,
            height: assumed.height,
            interpolation: self.interpolation.unwrap_or(assumed.interpolation),
            crop_pct,
            mode: self.mode.unwrap_or(assumed.mode),
            mean,
            std,
            channels,
        })
    }

    /// As [`Stated::over`], for a source that belongs to this very input: a stated size has to be its size.
    ///
    /// # Errors
    /// As [`Stated::over`].
    pub fn sized(&self, assumed: &Preprocess) -> Result<Preprocess, String> {
        let size = [
            assumed.channels.count(),
            assumed.height as usize,
            assumed.width as usize,
        ];
        match self.input_size {
            Some(stated) if stated != size => Err(format!(
                "has the input size {stated:?}, but that of the model is {size:?}"
            )),
            _ => self.over(assumed),
        }
    }

    /// Means and deviations of levels from 0 to 1.
    fn normalisation(&self, assumed: &Preprocess) -> Result<(Vec<f64>, Vec<f64>), String> {
        let count = assumed.channels.count();
        let mean = self.mean.as_ref().map(|mean| each(mean, count, "mean"));
        let std = self.std.as_ref().map(|std| each(std, count, "std"));
        let (mean, std) = (mean.transpose()?, std.transpose()?);
        if let Some(std) = std.iter().flatten().find(|std| !is_deviation(**std)) {
            return Err(format!("has a std of {std}, but it has to be above 0"));
        }
        let unit = if is_in_levels(mean.as_deref(), std.as_deref()) {
            255.0
        } else {
            1.0
        };
        // Of levels up to 1 the deviation is below 1, and of levels up to 255 above it, apart from 1, which divides
        // nothing.
        let other = |std: f64| {
            if unit > 1.0 {
                std < 1.0
            } else {
                std > DEVIATION
            }
        };
        if let (Some(mean), Some(std)) = (&mean, &std)
            && mean.iter().any(|mean| *mean > 0.0)
            && let Some(std) = std.iter().copied().find(|std| other(*std))
        {
            let most = mean.iter().copied().fold(0.0, f64::max);
            let (of_mean, of_std) = if unit > 1.0 {
                ("255", "1")
            } else {
                ("1", "255")
            };
            return Err(format!(
                "has a mean of {most}, which is one of levels from 0 to {of_mean}, and a std of {std}, which is one of \
                 levels from 0 to {of_std}; both have to be in the same unit"
            ));
        }
        let within = 0.0..=unit;
        if let Some(mean) = mean.iter().flatten().find(|mean| !within.contains(*mean)) {
            return Err(format!(
                "has a mean of {mean}, but it has to be from 0 to 1, or from 0 to 255"
            ));
        }
        let scaled = |numbers: Option<Vec<f64>>, assumed: &[f64]| match numbers {
            Some(numbers) => numbers.iter().map(|number| number / unit).collect(),
            None => assumed.to_vec(),
        };
        Ok((scaled(mean, &assumed.mean), scaled(std, &assumed.std)))
    }
}

/// The share that a crop of `crop` pixels is of `resized`, such that dividing by it gives that again.
///
/// # Errors
/// Where one of them is 0.
pub(super) fn share(crop: u32, resized: u32) -> Result<f64, String> {
    if crop == 0 || resized == 0 {
        return Err("has a size of 0".into());
    }
    let mut share = f64::from(crop) / f64::from(resized);
    while (f64::from(crop) / share).floor() < f64::from(resized) {
        share = share.next_down();
    }
    Ok(share)
}

fn is_deviation(std: f64) -> bool {
    std > 0.0 && std.is_finite()
}

/// Smallest share of a resized image that a model may see.
const MIN_CROP_PCT: f64 = 0.01;

/// Larger ones could not be deviations of levels from 0 to 1.
const DEVIATION: f64 = 16.0;

/// Whether they are for levels from 0 to 255: a mean is above 1, or nothing is subtracted and the deviation
/// could not be one of levels from 0 to 1.
fn is_in_levels(mean: Option<&[f64]>, std: Option<&[f64]>) -> bool {
    let mean = mean.unwrap_or_default();
    let above = |numbers: &[f64], least: f64| numbers.iter().any(|number| *number > least);
    above(mean, 1.0) || (!above(mean, 0.0) && std.is_some_and(|std| above(std, DEVIATION)))
}

/// One number for each of `count` channels; a single one holds for all of them.
fn each(numbers: &[f64], count: usize, key: &str) -> Result<Vec<f64>, String> {
    match numbers {
        [number] => Ok(vec![*number; count]),
        _ if numbers.len() == count => Ok(numbers.to_vec()),
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
    fn mean_and_deviation_have_to_be_in_one_unit() {
        let of = |mean: [f64; 3], std: [f64; 3]| {
            let stated = Stated {
                mean: Some(mean.to_vec()),
                std: Some(std.to_vec()),
                ..Stated::default()
            };
            stated.over(&Preprocess::imagenet(8, 8))
        };
        let levels = [123.675, 116.28, 103.53];
        let why = of(levels, [0.229, 0.224, 0.225]).unwrap_err();
        let said = "has a mean of 123.675, which is one of levels from 0 to 255, and a std of 0.229, which is one of \
                    levels from 0 to 1; both";
        assert!(why.starts_with(said), "{why}");
        let why = of([0.485, 0.456, 0.406], [58.395, 57.12, 57.375]).unwrap_err();
        let said = "has a mean of 0.485, which is one of levels from 0 to 1, and a std of 58.395, which is one of \
                    levels from 0 to 255; both";
        assert!(why.starts_with(said), "{why}");
        // Only one of them divides by a number of the other unit.
        assert!(of(levels, [57.0, 57.0, 0.2]).is_err());
        for right in [
            of(levels, [58.395, 57.12, 57.375]),
            of(levels, [1.0; 3]),
            of([127.5; 3], [127.5; 3]),
            of([0.0; 3], [255.0; 3]),
            of([0.0; 3], [1.0; 3]),
            of([0.5; 3], [1.0; 3]),
        ] {
            right.unwrap();
        }
    }

    #[test]
    fn a_crop_takes_a_part_that_can_be_seen() {
        let of = |crop_pct| {
            let stated = Stated {
                crop_pct: Some(crop_pct),
                ..Stated::default()
            };
            stated.over(&Preprocess::imagenet(8, 8))
        };
        for wrong in [1e-9, 0.0, -1.0, 9.0, f64::NAN] {
            let why = of(wrong).unwrap_err();
            assert!(why.contains("from 0.01 to 8"), "{why}");
        }
        for right in [0.01, 0.5, 1.0, 8.0] {
            of(right).unwrap();
        }
    }

    #[test]
    fn another_order_of_channels_takes_what_is_assumed_along() {
        let assumed = Preprocess::imagenet(8, 8);
        let stated = Stated {
            channels: Some(InputChannels::Bgr),
            ..Stated::default()
        };
        let found = stated.over(&assumed).unwrap();
        assert_eq!(found.mean, [0.406, 0.456, 0.485]);
        assert_eq!(found.std, [0.225, 0.224, 0.229]);
        let stated = Stated {
            mean: Some(vec![0.1, 0.2, 0.3]),
            ..stated
        };
        let found = stated.over(&assumed).unwrap();
        assert_eq!(found.mean, [0.1, 0.2, 0.3]);
        assert_eq!(found.std, [0.225, 0.224, 0.229]);
    }
}
