//! Readers of model files, one folder per format: [`pt2`], [`onnx`], [`torchscript`], and [`checkpoint`] for
//! weights without a graph.
//!
//! Each turns a file into a [`Graph`](super::graph::Graph), or says why it cannot. What they share is in
//! [`file`](mod@file) (bytes and archives), [`torch_save`] (pickles, below all but `onnx`) and
//! [`build`] (the graph under construction, weights). Readers use the operations of `model::op`, but run
//! no graph on an image: that the stated shapes are right is checked by the trial run.

pub(crate) mod build;
mod checkpoint;
pub(crate) mod file;
#[cfg(test)]
mod fuzzed;
mod onnx;
pub(super) mod pt2;
pub(crate) mod torch_save;
mod torchscript;
#[cfg(test)]
mod what_opens;

use std::path::{Path, PathBuf};

use self::build::opened::Opened;
use self::checkpoint::architectures::Library;
use self::file::archive::Archive;
use self::file::folder;
use self::file::sniff;
use self::file::start::FileStart;
use super::error::{Error, Fault, Result};
use super::opening::Opening;

pub use self::build::held::{Held, HeldAt};
pub use self::build::opened::{About, OtherSizes, Recognition, SizeSource};

/// Reads the model at `path`. Its contents decide on the format, not its name.
///
/// # Errors
/// What is wrong with the file, by cause.
pub fn open(path: &Path, opening: &mut Opening) -> std::result::Result<Opened, Error> {
    read(path, Library::built_in, opening).map_err(|fault| fault.at(path))
}

/// The file to read for a model at `path`, which may be a folder or stand for other files in it.
///
/// # Errors
/// Where a folder has no model, or several.
pub fn file_of(path: &Path) -> std::result::Result<PathBuf, Error> {
    folder::file_of(path).map_err(|fault| fault.at(path))
}

/// Whether the file at `path` begins like one that [`open`] can read, or is a folder that it can.
pub fn is_readable(path: &Path) -> bool {
    if path.is_dir() {
        return folder::is_model(path);
    }
    if folder::file_of(path).is_ok_and(|file| file != path) {
        return true;
    }
    FileStart::of(path).is_ok_and(|start| {
        start.is_zip() || checkpoint::Form::of(&start).is_some() || is_onnx(path, &start)
    })
}

/// As [`open`]; `library` has the architectures that weights without a graph are compared with.
fn read(
    path: &Path,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let start = FileStart::of(path)?;
    if folder::is_index(path) {
        return checkpoint::open_parts(path, start, library, opening);
    }
    if let Some(format) = sniff::onnx_text(&start.bytes) {
        return Err(Fault::OnnxText { format });
    }
    let unfit = sniff::stands_for_another(&start.bytes);
    if let Some(what) = unfit.or(sniff::script_for_mobile(&start.bytes)) {
        return Err(Fault::Unfit { what });
    }
    if let Some(form) = checkpoint::Form::of(&start) {
        return checkpoint::open(path, start, form, library, opening);
    }
    if is_onnx(path, &start) {
        return onnx::open(path, start.file, start.length, opening);
    }
    if let Some(what) = sniff::tensorflow(&start.bytes) {
        return Err(Fault::TensorFlow { what: what.into() });
    }
    if let Some(what) = sniff::by_content(&start.bytes) {
        return Err(Fault::NotAModel { what: what.into() });
    }
    if !start.is_zip() {
        let named = path.extension();
        let named = named.is_some_and(|ending| ending.eq_ignore_ascii_case("safetensors"));
        if let Some(why) = sniff::damaged_safetensors(&start.bytes, start.length, named) {
            return Err(Fault::Damaged(format!("safetensors: {why}")));
        }
        return Err(Fault::NotAModel {
            what: "this is some other file (not a zip archive, as a .pt2 is)".into(),
        });
    }
    let mut archive = Archive::open(start.file, start.length)?;
    // The kind of archive comes before its entries are checked: those of TorchScript are compressed.
    if let Some(root) = pt2::root(&archive) {
        archive.enter(root)?;
        return pt2::open(archive, opening);
    }
    if let Some(root) = pt2::container::older::root(&archive) {
        archive.enter(root)?;
        return pt2::container::older::open(archive, opening);
    }
    if let Some(root) = torchscript::root(&archive) {
        return torchscript::open(archive, root, opening);
    }
    if let Some(root) = torch_save::zip::root(&archive) {
        archive.enter(root)?;
        return checkpoint::open_archive(path, archive, library, opening);
    }
    if archive.names().any(|name| name == "model.weights.h5") {
        let what = "this is a model that Keras has saved (.keras)".into();
        return Err(Fault::TensorFlow { what });
    }
    if let Some(what) = sniff::damaged_script(archive.names()) {
        return Err(Fault::Unfit { what });
    }
    Err(Fault::NotAModel {
        what: sniff::by_entries(archive.names()).into(),
    })
}

/// As [`open`], without progress, and with the graph of the output that is explained.
#[cfg(test)]
fn open_silently(path: &Path) -> std::result::Result<Opened, Error> {
    use crate::model::answer;
    use std::ops::ControlFlow;
    let mut opened = open(path, &mut Opening::new(&mut |_| ControlFlow::Continue(())))?;
    let whole = &opened.graph;
    let answer = answer::choose(whole, None).and_then(|choice| {
        answer::answer(whole, &choice, choice.default, answer::Wanted::default())
    });
    opened.graph = answer.map_err(|fault| fault.at(path))?.graph;
    Ok(opened)
}

/// Whether a file is an ONNX model, judging by its first bytes, or by its name if they say nothing.
fn is_onnx(path: &Path, start: &FileStart) -> bool {
    let extension = path.extension();
    let named = extension.is_some_and(|extension| extension.eq_ignore_ascii_case("onnx"));
    let other = sniff::tensorflow(&start.bytes).or(sniff::by_content(&start.bytes));
    let unknown = other.is_none() && !start.is_zip();
    sniff::is_onnx(&start.bytes) || (named && unknown)
}

/// The program of a network with one linear layer, as an exported model has it.
#[cfg(test)]
fn pt2_program() -> serde_json::Value {
    pt2::tests::linear_program()
}

/// The same network with a buffer that is added to its logits.
#[cfg(test)]
fn pt2_masked_program() -> serde_json::Value {
    pt2::tests::masked_program()
}
