//! The tree of modules, as plain data: what a person sees and clicks, and which value of the graph
//! each row stands for.
//!
//! A layer is a module; its activation is the output of the last node run inside it, submodules
//! included.

use super::graph::{Graph, ModulePath, ValueId};

/// A row of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The full path, `@2` for a module's second call: what `--layer` takes.
    pub path: ModulePath,
    /// The last part of the path.
    pub name: String,
    /// The module's class: `Conv2d`.
    pub kind: String,
    /// Nesting, 0 at the top.
    pub depth: usize,
    /// Shape of the activation, batch axis included.
    pub shape: Vec<i64>,
    pub target: Target,
    /// The value that holds the activation.
    pub activation: ValueId,
    /// Rows directly below this one, as indices into [`LayerTree::layers`].
    pub children: Vec<usize>,
    pub parent: Option<usize>,
}

/// Whether Grad-CAM can be asked at a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `[1, channels, height, width]` with more than one place to look at.
    Spatial { channels: usize, height: usize, width: usize },
    /// Why not, in a person's words.
    None(String),
}

impl Layer {
    pub fn is_target(&self) -> bool {
        matches!(self.target, Target::Spatial { .. })
    }
}

/// All layers in the order of the network, parents before their children.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerTree {
    pub layers: Vec<Layer>,
    /// Index of the layer to start at, with the reason in words; `None` where no layer has a map.
    pub recommended: Option<(usize, String)>,
}

impl LayerTree {
    pub fn find(&self, path: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.path == path)
    }

    pub fn recommended(&self) -> Option<&Layer> {
        self.recommended.as_ref().map(|(index, _)| &self.layers[*index])
    }

    /// The layers Grad-CAM can be asked at, in the order of the network.
    pub fn targets(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(|layer| layer.is_target())
    }
}
