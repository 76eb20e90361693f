//! The `gradcam` program: the explorer's window, and its commands without a window.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => cli::failed(&error),
    }
}
