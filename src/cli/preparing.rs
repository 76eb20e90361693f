//! Options that set how images are prepared for a model.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use gradcam::model::{GivenPreprocess, InputChannels, Levels, Stated};
use gradcam::picture::photo::geometry::{CropMode, Filter};

/// How images are prepared, where it is not to be as the model file says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Preprocessing, in place of the model's own")]
pub struct Preparing {
    /// Read it from a preprocess.json, preprocessor_config.json or config.json of timm
    #[arg(long, value_name = "FILE")]
    preprocess: Option<PathBuf>,
    /// What is subtracted, one number or one for each channel: 0.485,0.456,0.406, or in levels up to 255
    #[arg(long, value_name = "NUMBERS", value_parser = parse_numbers, allow_hyphen_values = true)]
    mean: Option<Numbers>,
    /// What the rest is divided by, in the unit of the mean
    #[arg(long, value_name = "NUMBERS", value_parser = parse_numbers, allow_hyphen_values = true)]
    std: Option<Numbers>,
    /// The levels that the model takes, in place of mean and std: 0..1, 0..255 or -1..1
    #[arg(long, value_name = "RANGE", value_parser = parse_range, allow_hyphen_values = true, conflicts_with_all = ["mean", "std"])]
    range: Option<Levels>,
    /// The order of the channels: rgb, bgr or grey
    #[arg(long, value_name = "ORDER", value_parser = parse_channels)]
    channels: Option<InputChannels>,
    /// The size of the input in pixels: 224, or 320x240 (width x height)
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    size: Option<(u32, u32)>,
    /// How images are resized, one or several of: crop, stretch or pad; the short side before the crop, in
    /// pixels; a filter (bilinear, bicubic, nearest, lanczos, box, hamming, linear, cubic, area)
    #[arg(long, value_name = "HOW", value_parser = parse_resize)]
    resize: Option<Resize>,
}

/// One number, or one for each channel.
#[derive(Debug, Clone)]
struct Numbers(Vec<f64>);

#[derive(Debug, Clone, Copy, Default)]
struct Resize {
    mode: Option<CropMode>,
    short_side: Option<u32>,
    filter: Option<Filter>,
}

impl Preparing {
    /// What was given; `None` if nothing was.
    pub fn given(&self) -> Result<Option<GivenPreprocess>> {
        let mut given = GivenPreprocess::default();
        if let Some(path) = &self.preprocess {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("--preprocess cannot be read: {}", path.display()))?;
            GivenPreprocess::check(&text)
                .map_err(|reason| anyhow!("--preprocess: the file {reason}: {}", path.display()))?;
            given.text = Some(text);
        }
        let resize = self.resize.unwrap_or_default();
        given.stated = Stated {
            interpolation: resize.filter,
            short_side: resize.short_side,
            mode: resize.mode,
            mean: self.mean.clone().map(|Numbers(mean)| mean),
            std: self.std.clone().map(|Numbers(std)| std),
            channels: self.channels,
            ..Stated::default()
        };
        // Stretched or padded, nothing is lost, unless the size of the resized image is given too.
        if matches!(resize.mode, Some(CropMode::Squash | CropMode::Border)) {
            given.stated.crop_pct = Some(1.0);
        }
        if let Some(levels) = self.range {
            let (mean, std) = levels.normalisation();
            given.stated.mean = Some(vec![mean]);
            given.stated.std = Some(vec![std]);
        }
        given.size = self.size;
        Ok((given != GivenPreprocess::default()).then_some(given))
    }
}

fn parse_numbers(text: &str) -> Result<Numbers, String> {
    let numbers = text.split(',').map(|number| number.trim().parse());
    let numbers: Result<Vec<f64>, _> = numbers.collect();
    numbers
        .ok()
        .filter(|numbers| numbers.iter().all(|number| number.is_finite()))
        .map(Numbers)
        .ok_or_else(|| "numbers with commas between them, such as 0.5 or 0.485,0.456,0.406".into())
}

fn parse_range(text: &str) -> Result<Levels, String> {
    match text.replace('−', "-").as_str() {
        "0..1" | "0-1" | "unit" => Ok(Levels::Unit),
        "0..255" | "0-255" | "bytes" => Ok(Levels::Bytes),
        "-1..1" | "signed" => Ok(Levels::Signed),
        _ => Err("0..1, 0..255 or -1..1".into()),
    }
}

fn parse_channels(text: &str) -> Result<InputChannels, String> {
    text.parse()
        .map_err(|_| "rgb, bgr, grey or a number of bands".into())
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    const SIDES: std::ops::RangeInclusive<u32> = 8..=4096;
    let (width, height) = text.split_once(['x', '×']).unwrap_or((text, text));
    let side = |text: &str| text.parse().ok().filter(|side| SIDES.contains(side));
    side(width).zip(side(height)).ok_or_else(|| {
        format!(
            "pixels from {} to {}, such as 224 or 320x240",
            SIDES.start(),
            SIDES.end()
        )
    })
}

fn parse_resize(text: &str) -> Result<Resize, String> {
    let mut resize = Resize::default();
    for part in text.split(',').map(str::trim) {
        if let Ok(side) = part.parse::<u32>() {
            if side == 0 || resize.short_side.replace(side).is_some() {
                return Err("one side in pixels, above 0".into());
            }
        } else if let Ok(filter) = part.parse::<Filter>() {
            if resize.filter.replace(filter).is_some() {
                return Err("one filter".into());
            }
        } else {
            let mode = match part {
                "crop" => CropMode::Centre,
                "stretch" => CropMode::Squash,
                "pad" => CropMode::Border,
                other => other.parse().map_err(|_| {
                    format!(
                        "crop, stretch or pad; a side in pixels; or a filter: {}",
                        Filter::ALL.map(Filter::name).join(", ")
                    )
                })?,
            };
            if resize.mode.replace(mode).is_some() {
                return Err("one of crop, stretch and pad".into());
            }
        }
    }
    Ok(resize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_how_images_are_resized() {
        let resize = parse_resize("stretch, 256,bicubic").unwrap();
        assert_eq!(resize.mode, Some(CropMode::Squash));
        assert_eq!(
            (resize.short_side, resize.filter),
            (Some(256), Some(Filter::Bicubic))
        );
        for wrong in ["tile", "0", "12,13", "crop,pad", "area,box", "", "1.5"] {
            assert!(parse_resize(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parses_numbers_sizes_and_ranges() {
        assert_eq!(parse_numbers("0.5, 1e-1,-2").unwrap().0, [0.5, 0.1, -2.0]);
        for wrong in ["", "a", "1,,2", "nan", "inf"] {
            assert!(parse_numbers(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_size("224"), Ok((224, 224)));
        assert_eq!(parse_size("320x240"), Ok((320, 240)));
        for wrong in ["0", "7", "1x", "320x", "9999", "-8"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_range("−1..1"), Ok(Levels::Signed));
        assert!(parse_range("0..2").is_err());
    }
}
