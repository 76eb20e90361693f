//! Output to a terminal. Text from files is printed without control characters, which a terminal would
//! interpret. A closed pipe is not an error.

use std::io::{self, IsTerminal, Write};

use gradcam::engine::WHICH_FITS;

/// The text without control characters.
pub fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

/// Prints a line to standard output.
///
/// # Errors
/// If it cannot be written, for example because the pipe is closed.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(plain(text).as_bytes())?;
    out.write_all(b"\n")
}

/// Prints a line to standard error. Errors are ignored: there is nowhere to report them.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "gradcam: {}", plain(text));
}

/// A number with this many decimals, without a sign before zeros.
pub fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        _ => text,
    }
}

/// What the library notes about a model, in the words of the command line.
pub fn note(text: &str) -> String {
    text.replace(WHICH_FITS, "`gradcam classes --which-fits IMAGE`")
}

/// Replaces the current line on standard error, if that is a terminal.
pub fn progress(line: &str) {
    let mut out = io::stderr();
    if out.is_terminal() {
        // Errors are ignored: there is nowhere to report them.
        let _ = write!(out, "\r\x1b[2K{}", plain(line));
        let _ = out.flush();
    }
}

/// Whether the error is only a closed pipe, as in `gradcam layers | head`.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_have_no_sign() {
        assert_eq!(fixed(-0.0001, 3), "0.000");
        assert_eq!(fixed(-0.0, 3), "0.000");
        assert_eq!(fixed(-0.0006, 3), "-0.001");
        assert_eq!(fixed(2.0, 1), "2.0");
    }

    #[test]
    fn a_note_names_the_command_in_place_of_the_button() {
        let text = note(&format!("If not, {WHICH_FITS} compares them."));
        assert_eq!(
            text,
            "If not, `gradcam classes --which-fits IMAGE` compares them."
        );
    }
}
