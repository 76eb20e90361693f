//! `gradcam doctor`: what the program makes of a model file, and whether the numbers can be believed.
//!
//! A person whose model looks wrong first asks what was read and what was assumed. This command answers
//! in one page, and measures the gradient instead of trusting it.

mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use gradcam::engine::Session;
use gradcam::explain::Score;
use gradcam::image::{Rgb, RgbImage};
use gradcam::model::{InputChannels, ReluRule};
use gradcam::picture::photo::decode::bands::{Bands, Meaning, Planes};
use gradcam::picture::photo::decode::{Decoding, Photo};

use crate::cli::options::{FitChoice, ModelFile};
use crate::cli::pictures::{BandFiles, DecodingChoice, Pictures, Source};
use crate::cli::{exit, terminal};
use report::{Report, Run, TimingsMs};

/// Report what was read from a model file, what was assumed, and whether its gradients are right
#[derive(Debug, Args)]
pub struct Doctor {
    /// The model; the same as --model
    #[arg(value_name = "MODEL", conflicts_with = "model")]
    file: Option<PathBuf>,
    /// An image to check the model with [default: a synthetic one]
    #[arg(conflicts_with = "bands")]
    image: Option<PathBuf>,
    #[command(flatten)]
    bands: BandFiles,
    #[command(flatten)]
    decoding: DecodingChoice,
    #[command(flatten)]
    model: ModelFile,
    #[command(flatten)]
    fit: FitChoice,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub fn run(self) -> Result<ExitCode> {
        let mut file = self.model;
        file.model = self.file.or(file.model);
        file.opening.decoding = self.decoding.decoding();
        let mut session = Session::default();
        let start = Instant::now();
        // The notes are part of the report.
        let model = file.open_silently(&mut session)?;
        let opening = start.elapsed().as_secs_f64() * 1e3;

        let image = Source::one(self.image, &self.bands);
        let photo = match &image {
            Some(image) => Pictures::new(self.decoding).open(image, &[&model])?,
            None => synthetic(model.preprocess.channels)?,
        };
        let prediction = session.predict(&photo, self.fit.fit, &mut |_| Ok(()))?;
        let class = prediction.ranking.first().copied();
        let class = class.context("the model has no classes")?;
        let score = Score::For(class);
        let layer = model.layers.recommended().map(|layer| layer.path.clone());
        let heat_map = match &layer {
            Some(layer) => Some(session.heat_map(score, layer)?),
            None => None,
        };
        let start = Instant::now();
        session.input_gradient(score, ReluRule::Guided)?;
        let guided = start.elapsed().as_secs_f64() * 1e3;
        let check = session.self_check(score, layer.as_deref())?;

        let report = Report {
            model: &model,
            run: Run {
                image: image.as_ref().map(Source::path),
                class,
                prediction: &prediction,
                check,
            },
            timings_ms: TimingsMs {
                opening,
                heat_map: heat_map.map(|map| map.ms),
                guided,
            },
        };
        if self.json {
            terminal::line(&serde_json::to_string_pretty(&report.json())?)?;
        } else {
            report
                .lines()
                .iter()
                .try_for_each(|line| terminal::line(line))?;
        }
        Ok(if report.is_healthy() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(exit::FAILED)
        })
    }
}

/// A picture of smooth waves in all channels: something for every filter to respond to.
fn synthetic(channels: InputChannels) -> Result<Photo> {
    const SIDE: u32 = 512;
    let wave = |x: u32, y: u32, across: f64, down: f64| {
        let phase = f64::from(x) / across + f64::from(y) / down;
        // A cast from float saturates.
        (127.5 + 127.5 * phase.sin()) as u8
    };
    let path = PathBuf::from("synthetic");
    if let InputChannels::Bands(count) = channels {
        let plane = |band: u16| {
            let (across, down) = (
                9.0 + 14.0 * f64::from(band),
                31.0 - 12.0 * f64::from(band % 3),
            );
            let row = |y| (0..SIDE).map(move |x| wave(x, y, across, down));
            (0..SIDE).flat_map(row).collect()
        };
        let bands = Bands {
            width: SIDE,
            height: SIDE,
            meaning: Meaning::Bands,
            planes: Planes::Bytes((0..count).map(plane).collect()),
        };
        return Ok(Photo::of_bands(path, bands, Decoding::default())?);
    }
    let pixels = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        Rgb([
            wave(x, y, 9.0, 31.0),
            wave(y, x, 23.0, 7.0),
            wave(x, y, -41.0, 13.0),
        ])
    });
    Ok(Photo::from_rgb(path, pixels))
}
