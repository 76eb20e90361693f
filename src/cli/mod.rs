//! The command line: its options, its commands and their exit codes.
//!
//! This belongs to the program, not to the library. It may use everything public in the library. Hints
//! that name commands or flags are added here, because the library does not know them.

pub(crate) mod commands;
mod exit;
mod explained;
mod npz;
mod options;
mod pattern;
mod sidecar;
#[cfg(target_os = "linux")]
mod spin;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use gradcam::app::{LostDisplay, NoWindow};

use commands::{classes, compare, export, layers};
use options::{ModelFile, default_model};

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
    /// The image, the folder of images or the session (.json) to open; several images are shown in a
    /// strip [default: what was open last]
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

/// Runs the command and returns the exit code.
///
/// # Errors
/// Any error that ends the command, to be reported with [`failed`].
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.command {
        Some(Command::Export(export)) => export.run(),
        Some(Command::Compare(compare)) => compare.run(),
        Some(Command::Classes(classes)) => classes.run(),
        Some(Command::Layers(layers)) => layers.run(),
        None => window(arguments.window),
    }
}

/// Reports an error and returns the exit code for it.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    if terminal::is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    terminal::aside(&format!("{error:#}"));
    let no_display = error.is::<NoWindow>() || error.is::<LostDisplay>();
    ExitCode::from(if no_display {
        exit::NO_DISPLAY
    } else {
        exit::FAILED
    })
}

fn window(window: Window) -> Result<ExitCode> {
    // A mistyped command also arrives here, as an image that does not exist.
    if let Some(missing) = window.images.iter().find(|path| !path.exists()) {
        bail!(
            "there is no such file, and no such command: {}",
            missing.display()
        );
    }
    if cfg!(target_os = "linux") && !has_display() {
        bail!(NoWindow("no display is set".into()));
    }
    #[cfg(target_os = "linux")]
    spin::bound();
    let mut images = window.images.into_iter();
    gradcam::app::run(gradcam::app::Start {
        image: images.next(),
        images: images.collect(),
        model: window.model.model,
        architecture: window.model.architecture.name,
        layer: window.layer,
        class: window.class,
        default_model: default_model(),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
