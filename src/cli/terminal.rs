//! Words to a terminal: what comes from files is printed without its control characters, which a
//! terminal would obey, and a reader that has left is not an error.

use std::io::{self, IsTerminal, Write};

/// Text that does nothing but stand there.
pub fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

/// One line on standard output.
///
/// # Errors
/// Where it cannot be written, as when the reader has left.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(plain(text).as_bytes())?;
    out.write_all(b"\n")
}

/// One line on standard error. Where that is gone, there is nobody left to tell.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "gradcam: {}", plain(text));
}

/// One line on standard error that replaces itself, only where a person is watching.
pub fn progress(line: &str) {
    let mut out = io::stderr();
    if out.is_terminal() {
        // Where the terminal is gone there is nobody left to tell.
        let _ = write!(out, "\r\x1b[2K{}", plain(line));
        let _ = out.flush();
    }
}

/// Whether all that went wrong is that nobody reads on: `gradcam layers | head`.
pub fn reader_left(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
