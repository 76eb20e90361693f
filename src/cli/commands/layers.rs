//! `gradcam layers`: the model's layers, and which of them have a map.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use gradcam::engine::Session;
use gradcam::model::{Layer, Target};
use serde_json::json;

use crate::cli::options::ModelFile;
use crate::cli::terminal;

/// List the model's layers, and why some have no map
#[derive(Debug, Args)]
pub struct Layers {
    #[command(flatten)]
    model: ModelFile,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Layers {
    pub fn run(self) -> Result<ExitCode> {
        let mut session = Session::default();
        let model = self.model.open(&mut session)?;
        let recommended = model.layers.recommended().map(|layer| layer.path.as_str());
        if self.json {
            let rows: Vec<_> = model
                .layers
                .layers
                .iter()
                .map(|layer| as_json(layer, recommended))
                .collect();
            terminal::line(&serde_json::to_string_pretty(&rows)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        for layer in &model.layers.layers {
            let mark = if Some(layer.path.as_str()) == recommended {
                "●"
            } else {
                " "
            };
            let name = format!("{}{}", "  ".repeat(layer.depth), layer.path);
            let (shape, why) = match &layer.target {
                Target::Spatial {
                    channels,
                    height,
                    width,
                } => (format!("{channels}×{height}×{width}"), ""),
                Target::None(why) => ("–".to_owned(), why.as_str()),
            };
            let row = format!("{mark} {name:40} {:20} {shape:>14}  {why}", layer.kind);
            terminal::line(row.trim_end())?;
        }
        if let Some((_, why)) = &model.layers.recommended {
            terminal::line(&format!("\n● {why}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(layer: &Layer, recommended: Option<&str>) -> serde_json::Value {
    let why = match &layer.target {
        Target::Spatial { .. } => None,
        Target::None(why) => Some(why),
    };
    json!({
        "path": layer.path,
        "type": layer.kind,
        "shape": layer.shape,
        "target": layer.is_target(),
        "recommended": Some(layer.path.as_str()) == recommended,
        "reason": why,
    })
}
