//! What a reader returns.

use std::collections::HashMap;

use crate::model::graph::{Graph, ModulePath};

/// The contents of a model file.
#[derive(Debug)]
pub struct Opened {
    pub graph: Graph,
    /// The text of the file's own `labels.txt`, one class per line.
    pub labels: Option<String>,
    /// The text of the file's own `preprocess.json`.
    pub preprocess: Option<String>,
    /// The architecture that was recognised, if the file has only weights.
    pub architecture: Option<String>,
    pub about: About,
    /// Whether the graph holds for this image size alone, because padding and shapes were computed
    /// while it was read.
    pub one_size: bool,
}

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// `PyTorch export (.pt2), schema 8.20`
    pub format: String,
    /// The program that wrote it: `PyTorch 2.13.0`.
    pub written_by: Option<String>,
    /// The line of source code that ran a module, by the path of the module:
    /// `resnet.py, line 147: out = self.bn1(out)`.
    pub sources: HashMap<ModulePath, String>,
}
