//! Which module each node belongs to: read off the names that its exporter gave.
//!
//! torch's exporters write modules down, the new one in a node's notes, the old one in its name
//! (`/layer1/layer1.0/conv1/Conv`); TensorFlow's scopes stand in names as well
//! (`model/block1/conv/Conv2D`). In other files nodes have plain names or numbers, and each is a layer
//! by itself.

pub(crate) mod literal;
pub(crate) mod metadata;
mod plain;
mod torch;

use std::collections::{HashMap, HashSet};

use super::message::proto::{Graph, Node};
use crate::model::format::build::module_calls::{self, Frame};
use crate::model::graph::{Module, ModulePath};

/// Longest name of a node, in bytes, that is read as scopes: each has a path of its own.
const LONGEST: usize = 10_000;

/// The modules around a node, outermost first and beginning with the model itself.
pub type Stack = Vec<Module>;

pub fn root() -> Stack {
    vec![Module {
        path: String::new(),
        kind: "Model".into(),
    }]
}

pub fn innermost(stack: &Stack) -> ModulePath {
    stack
        .last()
        .map(|module| module.path.clone())
        .unwrap_or_default()
}

/// Each module once, in the order first met.
pub fn met<'a>(stacks: impl Iterator<Item = &'a Stack>) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    let mut known = HashSet::new();
    for module in stacks.flatten() {
        if known.insert(&module.path) {
            modules.push(module.clone());
        }
    }
    modules
}

/// Where each of the nodes at `wanted` stands. What works out shapes and constants stands in the
/// model itself: it is no layer.
pub fn stacks(graph: &Graph, wanted: &[usize], image: &str) -> Vec<Stack> {
    let mut seen: HashSet<&str> = HashSet::from([image]);
    let mut layers: Vec<&Node> = Vec::new();
    let mut places: Vec<Option<usize>> = Vec::with_capacity(wanted.len());
    for index in wanted {
        let node = &graph.nodes[*index];
        let sees = node
            .inputs
            .iter()
            .any(|input| seen.contains(input.as_str()));
        if sees {
            seen.extend(node.outputs.iter().map(String::as_str));
        }
        let layer = sees && !matches!(node.op_type.as_str(), "Shape" | "Size");
        places.push(layer.then_some(layers.len()));
        if layer {
            layers.push(node);
        }
    }
    let frames = frames(&layers, graph);
    let mut named: Vec<Option<Stack>> =
        module_calls::named(&frames).into_iter().map(Some).collect();
    let mut of = |place: &Option<usize>| named.get_mut((*place)?).and_then(Option::take);
    places
        .iter()
        .map(|place| of(place).unwrap_or_else(root))
        .collect()
}

fn frames<'a>(layers: &[&'a Node], graph: &Graph) -> Vec<Vec<Frame<'a>>> {
    if layers.iter().any(|node| torch::scopes(node).is_some()) {
        return torch::by_notes(layers);
    }
    let most = |holds: &dyn Fn(&str) -> bool| {
        let count = layers.iter().filter(|node| holds(&node.name)).count();
        2 * count > layers.len()
    };
    if most(&|name| name.starts_with('/')) {
        let weights = graph.initializers.iter().map(|w| w.name.as_str()).collect();
        return torch::by_names(layers, &weights);
    }
    if most(&|name| name.contains('/')) {
        return plain::by_scopes(layers);
    }
    plain::one_each(layers)
}

fn model<'a>() -> Frame<'a> {
    Frame {
        key: "".into(),
        path: "".into(),
        kind: "Model".into(),
    }
}

/// The frames of nodes whose modules' paths are known and run once each. A module around one kind
/// of operation is called by it.
fn by_paths<'a>(paths: &[Vec<(String, String)>], layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let mut kinds: HashMap<&str, Option<&'a str>> = HashMap::new();
    for (path, node) in paths.iter().zip(layers) {
        let Some(((innermost, _), around)) = path.split_last() else {
            continue;
        };
        for (outer, _) in around {
            kinds.insert(outer, None);
        }
        let op = node.op_type.as_str();
        let kind = kinds.entry(innermost).or_insert(Some(op));
        *kind = kind.filter(|kind| *kind == op);
    }
    let stack = |path: &Vec<(String, String)>| {
        let frames = path.iter().map(|(key, path)| Frame {
            kind: kinds
                .get(key.as_str())
                .copied()
                .flatten()
                .unwrap_or("group")
                .into(),
            key: key.clone().into(),
            path: path.clone().into(),
        });
        std::iter::once(model()).chain(frames).collect()
    };
    paths.iter().map(stack).collect()
}
