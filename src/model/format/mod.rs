//! Readers of model files, one folder a format. Each turns a file into a [`Graph`] and says
//! clearly why where it cannot.

mod calls;
mod foreign;
mod onnx;
mod pt2;
mod refusal;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Error, Fault};
use super::graph::{Graph, ModulePath};
use super::opening::Opening;

/// A model file, read.
#[derive(Debug)]
pub struct Opened {
    pub graph: Graph,
    /// Text of the archive's own `labels.txt`: a class a line.
    pub labels: Option<String>,
    /// Text of the archive's own `preprocess.json`.
    pub preprocess: Option<String>,
    pub about: About,
    /// Padding and sizes were worked out for the one size of picture it was read at.
    pub one_size: bool,
}

/// What a file tells of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// `PyTorch export (.pt2), schema 8.20`
    pub format: String,
    /// What wrote it: `PyTorch 2.13.0`.
    pub written_by: Option<String>,
    /// The line of source that ran a module, by the module's path:
    /// `resnet.py, line 147: out = self.bn1(out)`.
    pub sources: HashMap<ModulePath, String>,
}

/// Reads the model at `path`, whatever its name ends in: the content decides.
///
/// Nothing is run; that the stated shapes are true is for the graph's first pass to find out.
pub fn open(path: &Path, opening: &mut Opening) -> Result<Opened, Error> {
    let read = match is_onnx(path) {
        Ok(true) => onnx::open(path, opening),
        Ok(false) => pt2::open(path, opening),
        Err(fault) => Err(fault),
    };
    read.map_err(|fault| fault.at(path))
}

/// The same, with nobody watching.
#[cfg(test)]
fn open_silently(path: &Path) -> Result<Opened, Error> {
    use std::ops::ControlFlow;
    open(
        path,
        &mut Opening::telling(&mut |_| ControlFlow::Continue(())),
    )
}

/// Whether a file is an ONNX model by its first bytes, or by its name where they tell nothing.
fn is_onnx(path: &Path) -> Result<bool, Fault> {
    // Looked at before it is opened: opening a named pipe would wait for its writer.
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(Fault::Unreadable("it is a folder or a device".into()));
    }
    if about.len() == 0 {
        return Err(Fault::Empty);
    }
    let mut head = Vec::with_capacity(foreign::HEAD);
    let file = File::open(path).map_err(unreadable)?;
    file.take(foreign::HEAD as u64)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    let named = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"));
    let nothing_else =
        foreign::by_content(&head, about.len()).is_none() && !head.starts_with(b"PK");
    Ok(foreign::is_onnx(&head) || (named && nothing_else))
}

/// In words for the person who named the file.
fn unreadable(error: std::io::Error) -> Fault {
    Fault::Unreadable(match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    })
}
