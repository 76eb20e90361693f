//! The module that each node belongs to, according to the names that its exporter has written, and the
//! names of the classes in the file's metadata.
//!
//! Both exporters of PyTorch record modules, the new one in the metadata of a node, the old one in its
//! name (`/layer1/layer1.0/conv1/Conv`). TensorFlow's scopes are in names too
//! (`model/block1/conv/Conv2D`). In other files nodes have plain names or numbers, and each is a layer by
//! itself.
//!
//! It uses the messages of the file and `build::module_calls`.

pub use merged::take_apart;
pub use torch::operator;

pub(crate) mod literal;
mod merged;
pub(crate) mod metadata;
mod plain;
#[cfg(test)]
mod tests;
mod torch;

use std::collections::{HashMap, HashSet};

use super::message::proto::{Graph, Node};
use crate::model::format::build::module_calls::{self, Frame, Stack, root};

/// Longest name of a node that is read as scopes, in bytes: each scope has a path of its own.
const MAX_NAME: usize = 10_000;

/// The classes of its modules in full, each once.
pub fn classes(graph: &Graph, wanted: &[usize]) -> Vec<String> {
    let layers: Vec<&Node> = wanted.iter().map(|index| &graph.nodes[*index]).collect();
    torch::all_classes(&layers)
}

/// The modules around each of the nodes at `wanted`. Nodes that compute shapes and constants belong to
/// the model itself, since they are not layers.
pub fn stacks(graph: &Graph, wanted: &[usize], image: &str) -> Vec<Stack> {
    let mut seen: HashSet<&str> = HashSet::from([image]);
    let mut layers: Vec<&Node> = Vec::new();
    // The index in `layers` of each wanted node.
    let mut layer_of: Vec<Option<usize>> = Vec::with_capacity(wanted.len());
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
        layer_of.push(layer.then_some(layers.len()));
        if layer {
            layers.push(node);
        }
    }
    let frames = frames(&layers, graph);
    let mut named: Vec<Option<Stack>> =
        module_calls::named(&frames).into_iter().map(Some).collect();
    let mut stack = |layer: &Option<usize>| named.get_mut((*layer)?).and_then(Option::take);
    layer_of
        .iter()
        .map(|layer| stack(layer).unwrap_or_else(root))
        .collect()
}

fn frames<'a>(layers: &[&'a Node], graph: &Graph) -> Vec<Vec<Frame<'a>>> {
    if layers.iter().any(|node| torch::scopes(node).is_some()) {
        return torch::by_metadata(layers);
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

/// The frames of nodes whose modules run once each, from pairs of key and path. A module with a single
/// kind of operation gets the name of that as its class.
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
