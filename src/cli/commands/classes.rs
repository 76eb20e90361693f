//! `gradcam classes`: what the model predicts for an image.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use gradcam::engine::{ModelInfo, Session, Trial};
use gradcam::picture::photo::decode::Photo;
use serde_json::json;

use crate::cli::options::{FitChoice, ModelFile};
use crate::cli::pictures::{BandFiles, DecodingChoice, Pictures, Source};
use crate::cli::terminal;

/// List the classes the model predicts for an image
#[derive(Debug, Args)]
pub struct Classes {
    /// The image to classify
    #[arg(required_unless_present = "bands", conflicts_with = "bands")]
    image: Option<PathBuf>,
    #[command(flatten)]
    bands: BandFiles,
    #[command(flatten)]
    decoding: DecodingChoice,
    #[command(flatten)]
    model: ModelFile,
    /// The number of classes
    #[arg(short, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,
    #[command(flatten)]
    fit: FitChoice,
    /// Instead, the best class under each of the usual preprocessings
    #[arg(long, conflicts_with = "k")]
    which_fits: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Classes {
    /// The best class under each of the usual preprocessings, the present one first.
    fn compare_preprocessings(
        &self,
        session: &Session,
        model: &ModelInfo,
        photo: &Photo,
    ) -> Result<ExitCode> {
        let trials = session.try_preprocessings(photo, self.fit.fit, &mut || Ok(()))?;
        if self.json {
            let row = |trial: &Trial| {
                let preprocess = &trial.preprocess;
                json!({
                    "name": trial.name,
                    "class": trial.class,
                    "label": model.labels[trial.class],
                    "probability": trial.probability,
                    "logit": trial.logit,
                    "preprocess": {
                        "mean": preprocess.mean,
                        "std": preprocess.std,
                        "channels": preprocess.channels.name(),
                        "interpolation": preprocess.interpolation.name(),
                        "crop_pct": preprocess.crop_pct,
                        "crop_mode": preprocess.mode.name(),
                    },
                })
            };
            let rows: Vec<_> = trials.iter().map(row).collect();
            terminal::line(&serde_json::to_string_pretty(&rows)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        for trial in &trials {
            terminal::line(&format!(
                "{:6.2} %  {:>8}  {:4}  {:<32}  {}",
                trial.probability * 100.0,
                terminal::fixed(trial.logit.into(), 3),
                trial.class,
                model.labels[trial.class],
                trial.name
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    pub fn run(mut self) -> Result<ExitCode> {
        self.model.opening.decoding = self.decoding.decoding();
        let mut session = Session::default();
        let model = self.model.open(&mut session)?;
        let image = Source::one(self.image.take(), &self.bands).context("name an image")?;
        let photo = Pictures::new(self.decoding).open(&image, &[&model])?;
        if self.which_fits {
            return self.compare_preprocessings(&session, &model, &photo);
        }
        let answer = session.predict(&photo, self.fit.fit, &mut |_| Ok(()))?;
        let best = answer.ranking.iter().take(self.k as usize);
        if self.json {
            let rows: Vec<_> = best
                .map(|&class| {
                    let mut row = json!({
                        "class": class,
                        "label": model.labels[class],
                        "logit": answer.logits[class],
                    });
                    let key = answer.value_kind().name();
                    row[key] = answer.probabilities[class].into();
                    if model.outputs.len() > 1 {
                        let output = &model.outputs[model.output];
                        row["output"] = output.name.as_str().into();
                    }
                    row
                })
                .collect();
            terminal::line(&serde_json::to_string_pretty(&rows)?)?;
        } else {
            for &class in best {
                let value = answer.probabilities[class];
                let value = if answer.reading.gives_probabilities() {
                    let logit = terminal::fixed(answer.logits[class].into(), 3);
                    format!("{:6.2} %  {logit:>8}", value * 100.0)
                } else {
                    format!("{:>18}", terminal::fixed(value.into(), 4))
                };
                terminal::line(&format!("{value}  {class:4}  {}", model.labels[class]))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
