//! A network as data: a list of operations in the order they run.
//!
//! Every reader of a model file produces a [`Graph`], and everything after works on it alone, so that
//! another file format needs a reader and nothing else. The rest of this module is what can be found
//! out from a graph without an image: what its axes mean, how far its layers see, what it costs. It
//! asks [`op`](super::op) about each operation, and knows nothing of files or windows.

use std::collections::HashSet;
use std::sync::Arc;

use tch::Tensor;

use crate::model::error::Fault;
use axes::Layout;

pub use super::op::{
    Activation, Aggregate, Aggregation, Algebra, Arithmetic, Attention, Cell, Combine,
    ComplexParts, Convolution, Copying, Creation, Cumulative, Einsum, Filter, Fourier, Function,
    Indexing, Joining, Masking, MatrixProduct, Normalisation, Number, Op, Operands, Pad, Padding,
    Pair, PairFunction, Patches, Pooling, Rearranging, Recurrent, Reduction, Reshaping, Resizing,
    Sampling, Scan, Scattering, Shuffle, SlidingWindows, Sorting, Splitting, Transform,
    TransposedConvolution,
};

pub mod axes;
pub(crate) mod budget;
pub mod facts;
pub(crate) mod fold;
pub(crate) mod layout;
pub(crate) mod links;
pub(crate) mod mirrored;
pub(crate) mod one_image;
pub mod receptive_field;

/// A value of the graph: its one input, a weight, or what a node computes.
///
/// Indexes [`Graph::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// The path of a module in the model: `features.12.expand3x3`. The model itself is the empty path.
pub type ModulePath = String;

/// What is known about a value before anything has run.
#[derive(Debug)]
pub struct Value {
    /// What messages call it: its name in the file, where it has one.
    pub name: String,
    /// The sizes that the file states, which are compared with those that come out; `None` where it
    /// states none.
    pub stated_shape: Option<Vec<i64>>,
    /// Present for weights, buffers and constants; never requires a gradient.
    pub weight: Option<Tensor>,
    /// The weight was computed from others when the model was opened, see [`fold`].
    pub folded: bool,
}

/// One operation with its inputs and outputs.
#[derive(Debug, Clone)]
pub struct Node {
    /// What is computed, with its fixed parameters.
    pub op: Op,
    /// The values it reads, weights included, in the order that the operation documents.
    pub inputs: Vec<ValueId>,
    /// One value, or several for an operation that splits.
    pub outputs: Vec<ValueId>,
    /// The innermost module that this node belongs to. A module's second call is `path@2`.
    pub module: ModulePath,
    /// What messages call it: its name in the file, where it has one. Several nodes may share it.
    pub name: String,
}

/// A module that nodes belong to. The tree of layers is built from these, in the order first met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Unique within the graph; a module that runs more than once has an entry for each call.
    pub path: ModulePath,
    /// The name of its class, without the package: `Conv2d`.
    pub kind: String,
}

/// What turns the logits into probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Head {
    /// The file returns logits.
    #[default]
    None,
    /// One class of all: softmax, or its logarithm.
    Softmax,
    /// Each class by itself.
    Sigmoid,
}

/// A tensor of floats that the file's graph returns.
#[derive(Debug, Clone)]
pub struct Output {
    /// As the file names it: a key of a dictionary, a name in ONNX, or the name of the tensor.
    pub name: String,
    /// Its value, or why it cannot be computed.
    pub value: Result<ValueId, Fault>,
    /// Whether it consists of floats. Nothing else has a gradient, but it may be numbers of classes.
    pub floats: bool,
}

/// A network: nodes in topological order with their weights, one image input, one logits output.
#[derive(Debug)]
pub struct Graph {
    /// Everything that nodes read or compute, indexed by [`ValueId`].
    pub values: Vec<Value>,
    /// In topological order; only those that the logits depend on.
    pub nodes: Vec<Node>,
    /// In the order in which the nodes first reach them, parents before their children.
    pub modules: Vec<Module>,
    /// `[1, 3, height, width]`
    pub input: ValueId,
    /// `[1, 3, height, width]`, sizes in pixels.
    pub input_shape: [i64; 4],
    /// What the file returns, in its order.
    pub outputs: Vec<Output>,
    /// `[1, classes]`, or `[1, classes, height, width]` where the network answers with a map; as a reader
    /// returns the graph, the first output in the file's own shape.
    pub logits: ValueId,
    /// What the file's graph ended in, which is left out so that the score is the logit.
    pub head: Head,
    /// How to view each value as a map, by its id; filled in once the shapes are known. Where there
    /// is no entry, `[1, C, H, W]` is assumed.
    pub layouts: Arc<[Option<Layout>]>,
}

impl Graph {
    /// The same network on the same weights.
    pub(super) fn shared(&self) -> Graph {
        let [_, _, height, width] = self.input_shape;
        let mut graph = self.resized(height, width);
        for (value, of) in graph.values.iter_mut().zip(&self.values) {
            value.stated_shape.clone_from(&of.stated_shape);
        }
        graph
    }

    /// Leaves out what the logits do not depend on.
    pub(super) fn keep_logits(&mut self) {
        let mut wanted = vec![false; self.values.len()];
        wanted[self.logits.0] = true;
        let all = self.nodes.len();
        self.nodes.reverse();
        self.nodes.retain(|node| {
            let kept = node.outputs.iter().any(|output| wanted[output.0]);
            if kept {
                node.inputs.iter().for_each(|input| wanted[input.0] = true);
            }
            kept
        });
        self.nodes.reverse();
        if self.nodes.len() == all {
            return;
        }
        for (value, wanted) in self.values.iter_mut().zip(&wanted) {
            if !wanted {
                value.weight = None;
            }
        }
        let mut used: HashSet<&str> = HashSet::new();
        for node in &self.nodes {
            let mut path = node.module.as_str();
            // A module that is in use already has its parents there.
            while used.insert(path) {
                path = path.rfind(['.', '@']).map_or("", |end| &path[..end]);
            }
        }
        let kept: Vec<Module> = self
            .modules
            .iter()
            .filter(|module| used.contains(module.path.as_str()))
            .cloned()
            .collect();
        self.modules = kept;
    }

    /// The same network on the same weights, for images of another size in pixels, without what was
    /// known about values that depend on the size.
    pub(super) fn resized(&self, height: i64, width: i64) -> Graph {
        let values = self.values.iter().map(|value| Value {
            name: value.name.clone(),
            stated_shape: None,
            weight: value.weight.as_ref().map(Tensor::shallow_clone),
            folded: value.folded,
        });
        let [batch, channels, ..] = self.input_shape;
        Graph {
            values: values.collect(),
            nodes: self.nodes.clone(),
            modules: self.modules.clone(),
            input: self.input,
            input_shape: [batch, channels, height, width],
            outputs: self.outputs.clone(),
            logits: self.logits,
            head: self.head,
            layouts: Arc::default(),
        }
    }

    /// The tensor of a weight, `None` for a value that is computed.
    pub fn weight(&self, id: ValueId) -> Option<&Tensor> {
        self.values.get(id.0)?.weight.as_ref()
    }

    /// The number of trained values: parameters and buffers alike.
    pub fn parameters(&self) -> usize {
        self.values
            .iter()
            .filter(|v| !v.folded)
            .filter_map(|v| v.weight.as_ref())
            .map(Tensor::numel)
            .sum()
    }

    /// The number of rectifiers.
    pub fn rectifiers(&self) -> usize {
        self.nodes
            .iter()
            .filter(|n| n.op.rectifier().is_some())
            .count()
    }

    /// The node that computes `value`.
    pub fn producer(&self, value: ValueId) -> Option<&Node> {
        self.nodes.iter().find(|n| n.outputs.contains(&value))
    }
}
