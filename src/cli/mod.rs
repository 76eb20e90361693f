//! What can be asked on the command line, and who answers it.

pub(crate) mod commands;
mod explained;
mod npz;
mod options;
mod pattern;
mod sidecar;
#[cfg(all(target_os = "linux", feature = "window"))]
mod spin;
mod terminal;
mod window;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use commands::{classes, compare, export, layers};
use gradcam::engine::{Error, ModelInfo, Session};
use gradcam::model;
use gradcam::model::error::Fault;
use gradcam::picture::photo::geometry::Fit;

/// Exit code where something failed; 0 is all well, 1 nothing to do.
const FAILED: u8 = 2;
/// Exit code where no window can be opened.
const NO_WINDOW: u8 = 3;

/// The model taken where none is named, looked for below the current folder and beside the program.
const DEFAULT_MODEL: &str = "models/efficientnet_lite0.pt2";

/// See where a vision network looks and why.
///
/// Without a command the explorer's window opens.
#[derive(Debug, Parser)]
#[command(name = "gradcam", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(export::Export),
    Compare(compare::Compare),
    Classes(classes::Classes),
    Layers(layers::Layers),
}

#[derive(Debug, Args)]
struct Window {
    /// The picture, the folder of pictures or the session (.json) to open; several pictures stand in
    /// a strip [default: what was open last]
    #[arg(value_name = "IMAGE|FOLDER|SESSION.json")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelFile,
    /// The layer to start at [default: the last feature map before the classifier]
    #[arg(long, value_name = "PATH")]
    layer: Option<String>,
    /// The class to start with: an index, an exact label, or topN for the N-th best [default: top1]
    #[arg(long, value_name = "C")]
    class: Option<String>,
}

#[derive(Debug, Default, Args)]
struct ModelFile {
    /// The model: a .pt2 archive of torch.export.save, an .onnx file, or the weights of a known network
    /// (.pth, .pt, .safetensors) [default: EfficientNet-Lite0]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    architecture: ArchitectureChoice,
}

#[derive(Debug, Clone, Default, Args)]
struct ArchitectureChoice {
    /// The network that weights alone are of, where they fit several
    #[arg(long = "architecture", value_name = "NAME")]
    name: Option<String>,
}

impl ModelFile {
    fn path(&self) -> Result<PathBuf> {
        match &self.model {
            Some(path) => Ok(path.clone()),
            None => default_model().context("no model was named and the one that comes along was not found; name one with --model FILE"),
        }
    }

    fn open(&self, session: &mut Session) -> Result<Arc<ModelInfo>> {
        let path = self.path()?;
        let model = open_model(session, &path, &self.architecture)?;
        let path = path.display();
        match (&self.architecture.name, &model.architecture) {
            (Some(named), Some(is)) if named != is => {
                bail!("the weights are of {is}, not of {named}: {path}")
            }
            (Some(_), None) => bail!(
                "--architecture is for weights alone, and the file has a graph of its own: {path}"
            ),
            _ => Ok(model),
        }
    }
}

/// Opens a model and tells what a person should know of it.
fn open_model(
    session: &mut Session,
    path: &Path,
    architecture: &ArchitectureChoice,
) -> Result<Arc<ModelInfo>> {
    let go_on = &mut |_| ControlFlow::Continue(());
    let model = session.open_model_as(path, architecture.name.as_deref(), go_on)?;
    model.notes.iter().for_each(|note| terminal::aside(note));
    Ok(model)
}

#[derive(Debug, Clone, Args)]
struct FitChoice {
    /// How the picture meets the model: crop (the model's own way), stretch or pad
    #[arg(long, value_name = "FIT", default_value = "crop", value_parser = parse_fit)]
    fit: Fit,
}

fn parse_fit(text: &str) -> Result<Fit, String> {
    text.parse().map_err(|_| "crop, stretch or pad".to_owned())
}

/// The longest side of a panel, in pixels.
fn parse_panel_px(text: &str) -> Result<u32, String> {
    const PIXELS: std::ops::RangeInclusive<u32> = 16..=16_384;
    let px = text.parse().ok().filter(|px| PIXELS.contains(px));
    px.ok_or_else(|| format!("pixels from {} to {}", PIXELS.start(), PIXELS.end()))
}

fn default_model() -> Option<PathBuf> {
    let here = PathBuf::from(DEFAULT_MODEL);
    if here.is_file() {
        return Some(here);
    }
    let program = std::env::current_exe().ok()?;
    program
        .ancestors()
        .map(|folder| folder.join(DEFAULT_MODEL))
        .find(|path| path.is_file())
}

/// Does what was asked and says with which exit code to end.
///
/// # Errors
/// Whatever kept it from being done, to be printed once.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.command {
        Some(Command::Export(export)) => export.run(),
        Some(Command::Compare(compare)) => compare.run(),
        Some(Command::Classes(classes)) => classes.run(),
        Some(Command::Layers(layers)) => layers.run(),
        None => window::open(arguments.window),
    }
}

/// Tells what went wrong, once, and gives the exit code for it.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    if terminal::reader_left(error) {
        return ExitCode::SUCCESS;
    }
    terminal::aside(&format!("{error:#}"));
    if let Some(Error::Model(model::Error::File {
        fault: Fault::SeveralArchitectures(_),
        ..
    })) = error.downcast_ref()
    {
        terminal::aside("choose one with --architecture NAME");
    }
    ExitCode::from(if window::has_no_place(error) {
        NO_WINDOW
    } else {
        FAILED
    })
}
