//! Readers of model files, one folder a format. Each turns a file into a [`Graph`] and says
//! clearly why where it cannot.

pub(crate) mod build;
mod checkpoint;
pub(crate) mod file;
#[cfg(test)]
mod fuzzed;
mod onnx;
pub(super) mod pt2;
pub(crate) mod torch_save;

use std::collections::HashMap;
use std::path::Path;

use self::file::archive::Archive;
use self::file::foreign;
use self::file::start::FileStart;
use super::error::{Error, Fault};
use super::graph::{Graph, ModulePath};
use super::opening::Opening;
use checkpoint::architectures::Library;

/// A model file, read.
#[derive(Debug)]
pub struct Opened {
    pub graph: Graph,
    /// Text of the archive's own `labels.txt`: a class a line.
    pub labels: Option<String>,
    /// Text of the archive's own `preprocess.json`.
    pub preprocess: Option<String>,
    /// The file has weights alone, and this is the network they were recognised as.
    pub architecture: Option<String>,
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
    read(path, Library::built_in, opening).map_err(|fault| fault.at(path))
}

/// Whether the start of the file at `path` is that of one that [`open`] may read.
pub fn is_readable(path: &Path) -> bool {
    FileStart::of(path).is_ok_and(|start| {
        start.is_zip() || checkpoint::Form::of(&start).is_some() || is_onnx(path, &start)
    })
}

/// The same; `library` has the networks that a file of weights alone may be of.
fn read(
    path: &Path,
    library: impl FnOnce() -> Result<Library, Fault>,
    opening: &mut Opening,
) -> Result<Opened, Fault> {
    let start = FileStart::of(path)?;
    if let Some(form) = checkpoint::Form::of(&start) {
        return checkpoint::open(start, form, library, opening);
    }
    if is_onnx(path, &start) {
        return onnx::open(path, start.file, start.length, opening);
    }
    if let Some(what) = foreign::of_tensorflow(&start.bytes) {
        return Err(Fault::OfTensorFlow { what: what.into() });
    }
    if let Some(what) = foreign::by_content(&start.bytes) {
        return Err(Fault::Foreign { what: what.into() });
    }
    if !start.is_zip() {
        return Err(Fault::Foreign {
            what: "this is some other file (not a zip archive, as a .pt2 is)".into(),
        });
    }
    let mut archive = Archive::open(start.file, start.length)?;
    // First what it is: TorchScript has compressed entries by right.
    if let Some(root) = pt2::root(&archive) {
        archive.enter(root)?;
        return pt2::open(archive, opening);
    }
    if let Some(root) = pt2::container::older::root(&archive) {
        archive.enter(root)?;
        return pt2::container::older::open(archive, opening);
    }
    if let Some(root) = checkpoint::root(&archive) {
        archive.enter(root)?;
        return checkpoint::open_archive(archive, library, opening);
    }
    if archive.names().any(|name| name == "model.weights.h5") {
        let what = "this is a model as Keras saves it (.keras)".into();
        return Err(Fault::OfTensorFlow { what });
    }
    Err(Fault::Foreign {
        what: foreign::by_entries(archive.names()).into(),
    })
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
fn is_onnx(path: &Path, start: &FileStart) -> bool {
    let ending = path.extension();
    let named = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"));
    let foreign = foreign::of_tensorflow(&start.bytes).or(foreign::by_content(&start.bytes));
    let nothing_else = foreign.is_none() && !start.is_zip();
    foreign::is_onnx(&start.bytes) || (named && nothing_else)
}

/// The program of a network of one linear layer, as an exported model has it.
#[cfg(test)]
fn pt2_program() -> serde_json::Value {
    pt2::tests::linear_program()
}
