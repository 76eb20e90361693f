//! The tree of modules as plain data: the rows that a person sees and clicks, and the value of the
//! graph that each stands for.
//!
//! A layer is a module. Its activation is the output of the last node that runs inside it,
//! submodules included. This module reads a checked graph and runs nothing.

use std::collections::{HashMap, HashSet};

use super::graph::axes::{self, Layout};
use super::graph::links::Links;
use super::graph::mirrored::mirrored;
use super::graph::receptive_field::Fields;
use super::graph::{Graph, ModulePath, ValueId};
use super::tape::plan::Plan;

mod overview;
pub(crate) mod recommend;

/// What separates the paths of layers whose maps are shown as one.
pub const JOIN: &str = " + ";

/// Why a layer of tokens has no map although its tokens form a grid.
pub(super) const ONLY_THE_CLASS_TOKEN: &str =
    "from here on only the class token counts: the image's own tokens have no gradient";

/// The kind of a row that is no module by itself, or whose class the file does not tell.
const GROUP: &str = "group";

/// Why a layer behind a flip of the image has no map.
const MIRRORED: &str =
    "the network has turned the image over before it: its positions are not those of the photo";

/// The name of several layers taken together: `features.7 + features.12`.
pub fn join<'a>(paths: impl IntoIterator<Item = &'a str>) -> ModulePath {
    paths.into_iter().collect::<Vec<_>>().join(JOIN)
}

/// The paths in a name made by [`join`]; a single layer's own path.
pub fn split(layer: &str) -> impl Iterator<Item = &str> {
    layer.split(JOIN)
}

/// A row of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The full path, with `@2` for a module's second call.
    pub path: ModulePath,
    /// The last part of the path.
    pub name: String,
    /// The class of the module: `Conv2d`.
    pub kind: String,
    /// The depth in the tree, 0 at the top.
    pub depth: usize,
    /// The shape of the activation, batch axis included.
    pub shape: Vec<i64>,
    /// Whether it has a Grad-CAM map, or why it has none.
    pub target: Target,
    /// The value that holds the activation.
    pub activation: ValueId,
    /// The first value that is equal to it: another one where the layer does nothing, as dropout
    /// does.
    pub origin: ValueId,
    /// Whether only a normalisation reads the activation. It is then the raw sum of a convolution,
    /// and the row of the normalisation shows what the network goes on with.
    pub normalised: bool,
    /// The receptive field of one position, where it could be followed.
    pub field: Option<Fields>,
    /// The line of Python that ran it, where the file states it.
    pub source: Option<String>,
    /// Rows directly below this one, as indices into [`LayerTree::layers`].
    pub children: Vec<usize>,
    /// The row above this one, as an index into [`LayerTree::layers`]; `None` at the top.
    pub parent: Option<usize>,
}

/// Whether there is a Grad-CAM map at a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A map with more than one position.
    Spatial {
        /// Channels of the activation.
        channels: usize,
        /// Rows of the activation, not pixels of the image.
        height: usize,
        /// Columns of the activation, not pixels of the image.
        width: usize,
    },
    /// There is none, for this reason.
    None(String),
}

impl Layer {
    /// Whether there is a Grad-CAM map at this layer.
    pub fn is_target(&self) -> bool {
        matches!(self.target, Target::Spatial { .. })
    }
}

/// All layers in the order of the network, parents before their children.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerTree {
    /// All rows, depth first. The model itself has none.
    pub layers: Vec<Layer>,
    /// The index of the layer to start at and the reason in words; `None` where no layer has a map.
    pub recommended: Option<(usize, String)>,
}

impl LayerTree {
    /// The layer with this full path: `features.12.expand3x3`.
    pub fn find(&self, path: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.path == path)
    }

    /// The layer to start at; `None` where no layer has a map.
    pub fn recommended(&self) -> Option<&Layer> {
        self.recommended
            .as_ref()
            .map(|(index, _)| &self.layers[*index])
    }

    /// Where no layer has a map, the first one and why it has none.
    pub fn without_a_map(&self) -> Option<(&Layer, &str)> {
        let first = self.layers.first()?;
        match &first.target {
            Target::None(why) if self.recommended.is_none() => Some((first, why)),
            Target::None(_) | Target::Spatial { .. } => None,
        }
    }

    /// The layers with a Grad-CAM map, in the order of the network.
    pub fn targets(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(|layer| layer.is_target())
    }
}

/// Builds the tree from a graph that has been run: `shapes` holds the shape of every value.
/// `blind` are the maps in which no position has a gradient.
pub(super) fn tree(
    graph: &Graph,
    plan: &Plan,
    shapes: &[Vec<i64>],
    blind: &HashSet<ValueId>,
) -> LayerTree {
    let mut layers: Vec<Layer> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    let kinds: HashMap<&str, &str> = graph
        .modules
        .iter()
        .map(|m| (m.path.as_str(), m.kind.as_str()))
        .collect();

    for node in &graph.nodes {
        let Some(&activation) = node.outputs.first() else {
            continue;
        };
        let mut parent = None;
        for path in ancestors(&node.module) {
            let row = *index.entry(path).or_insert_with(|| {
                layers.push(Layer {
                    path: path.to_owned(),
                    name: path.rsplit('.').next().unwrap_or(path).to_owned(),
                    kind: kinds.get(path).copied().unwrap_or(GROUP).to_owned(),
                    depth: path.matches('.').count(),
                    shape: Vec::new(),
                    target: Target::None(String::new()),
                    activation,
                    origin: activation,
                    normalised: false,
                    field: None,
                    source: None,
                    children: Vec::new(),
                    parent,
                });
                layers.len() - 1
            });
            layers[row].activation = activation;
            parent = Some(row);
        }
    }
    let layers = in_reading_order(layers);
    let mut tree = LayerTree {
        layers,
        recommended: None,
    };
    let several = axes::several(graph, shapes);
    let mirrored = mirrored(graph, shapes, &graph.layouts);
    let links = Links::of(graph);
    let origins = overview::origins(graph, shapes);
    for layer in &mut tree.layers {
        layer.shape.clone_from(&shapes[layer.activation.0]);
        let layout = graph.layouts.get(layer.activation.0).copied().flatten();
        layer.target = if blind.contains(&layer.activation) {
            Target::None(ONLY_THE_CLASS_TOKEN.into())
        } else if mirrored.contains(&layer.activation) {
            Target::None(MIRRORED.into())
        } else if let Some(count) = several.get(&layer.activation) {
            Target::None(at_once(*count))
        } else {
            target(&layer.shape, layout, plan.has_gradient(layer.activation))
        };
        layer.origin = origins[layer.activation.0];
        layer.normalised = overview::is_only_normalised(&links, &layer.path, layer.activation);
    }
    tree.recommended = recommend::recommend((graph, &links), &tree, shapes, &several);
    tree
}

/// `a.b.c` gives `a`, `a.b` and `a.b.c`; the model itself has no row.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let dots = path.match_indices('.').map(|(at, _)| &path[..at]);
    dots.chain(std::iter::once(path))
        .filter(|part| !part.is_empty())
}

/// Depth first, so that a shared module, which is met again later, stands with its parent.
fn in_reading_order(layers: Vec<Layer>) -> Vec<Layer> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); layers.len()];
    let mut stack: Vec<usize> = Vec::new();
    for (row, layer) in layers.iter().enumerate() {
        match layer.parent {
            Some(parent) => children[parent].push(row),
            None => stack.push(row),
        }
    }
    stack.reverse();
    let mut order = Vec::with_capacity(layers.len());
    while let Some(row) = stack.pop() {
        order.push(row);
        stack.extend(children[row].iter().rev());
    }
    let mut new_index = vec![0; layers.len()];
    order
        .iter()
        .enumerate()
        .for_each(|(new, &old)| new_index[old] = new);
    order
        .iter()
        .map(|&old| Layer {
            children: children[old]
                .iter()
                .map(|&child| new_index[child])
                .collect(),
            parent: layers[old].parent.map(|parent| new_index[parent]),
            ..layers[old].clone()
        })
        .collect()
}

/// Why a layer has no map that sees parts of the image side by side, or two images.
fn at_once(count: i64) -> String {
    format!(
        "it computes {count} pictures or patches at once, so its positions are not those of one picture; exported by \
         itself, the part that sees a single one has maps"
    )
}

fn target(shape: &[i64], layout: Option<Layout>, has_gradient: bool) -> Target {
    let size = |n: i64| usize::try_from(n).unwrap_or(0);
    match layout.and_then(|layout| layout.sizes(shape)) {
        _ if !has_gradient => Target::None("the prediction does not depend on it".into()),
        Some([channels, height, width]) if height * width > 1 => Target::Spatial {
            channels: size(channels),
            height: size(height),
            width: size(width),
        },
        Some(_) => Target::None(
            "only one value for each channel is left: there is no position to show".into(),
        ),
        None => Target::None("its output is not a map: no height and width".into()),
    }
}
