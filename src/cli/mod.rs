//! The command line: its options, its commands and their exit codes.
//!
//! This belongs to the program, not to the library. It may use everything public in the library. Hints
//! that name commands or flags are added here, because the library does not know them.

pub(crate) mod commands;
mod exit;
mod explained;
mod options;
mod page;
mod pattern;
mod pictures;
mod preparing;
mod terminal;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use commands::{classes, compare, doctor, export, layers};
use gradcam::engine::Error;
use gradcam::model;
use gradcam::model::error::Fault;

use options::ModelFile;
use pictures::DecodingChoice;

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
    Doctor(doctor::Doctor),
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
    #[command(flatten)]
    decoding: DecodingChoice,
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
        Some(Command::Doctor(doctor)) => doctor.run(),
        None => window::open(arguments.window),
    }
}

/// Reports an error and returns the exit code for it.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    if terminal::is_closed_pipe(error) {
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
    if let Some(Error::Model(model::Error::File {
        fault: Fault::SeveralPictures(_),
        ..
    })) = error.downcast_ref()
    {
        terminal::aside("give it with --input NAME=FILE");
    }
    ExitCode::from(if window::is_without_window(error) {
        exit::NO_WINDOW
    } else {
        exit::FAILED
    })
}
