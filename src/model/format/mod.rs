//! Readers of model files, one folder a format. Each turns a file into a [`Graph`] and says
//! clearly why where it cannot.

mod foreign;
mod pt2;

use std::collections::HashMap;
use std::path::Path;

use super::error::Error;
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
    pt2::open(path, opening).map_err(|fault| fault.at(path))
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
