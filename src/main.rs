//! The `gradcam` program: the explorer's window, and the same work without one.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => cli::failed(&error),
    }
}
