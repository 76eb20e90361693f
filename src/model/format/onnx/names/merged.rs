//! Rectifiers that the optimiser of torch's newer exporter has merged with a clipping behind them, or with another
//! rectifier: `Clip(Relu(x))` is written as one `Clip`, which has the name and the module of the outer one.
//!
//! Without the inner one, the module that ends in it (the features before a GeM pooling, say) would seem to end
//! before its rectifier, and its map would be another one. So it is put back, behind the node that it followed. The
//! module is that around the layer before it: what a file does not say is whether it was called further out.

use std::collections::{HashMap, HashSet};

use super::{MAX_NAME, literal, torch};
use crate::model::format::onnx::message::proto::{Entry, Graph, Node, Tensor, is_own_domain};

/// The bytes of 6 in half, single and double precision.
const SIX: [&[u8]; 3] = [
    &[0, 0x46],
    &[0, 0, 0xC0, 0x40],
    &[0, 0, 0, 0, 0, 0, 0x18, 0x40],
];

/// Puts back what has been merged. Nothing that the network computes is changed by it.
pub fn take_apart(graph: &mut Graph) {
    if !graph.nodes.iter().any(|node| inner(node).is_some()) {
        return;
    }
    let (inserted, weights) = {
        let scalars = graph
            .initializers
            .iter()
            .filter(|weight| weight.sizes.is_empty());
        let scalars: HashMap<&str, &Tensor> = scalars.map(|w| (w.name.as_str(), w)).collect();
        found(graph, &scalars)
    };
    graph.initializers.extend(weights);
    let mut nodes = Vec::with_capacity(graph.nodes.len() + inserted.len());
    let mut inserted: HashMap<usize, Inserted> = inserted
        .into_iter()
        .map(|each| (each.after, each))
        .collect();
    let readers: HashMap<usize, String> = inserted
        .values()
        .map(|each| (each.before, each.node.outputs[0].clone()))
        .collect();
    for (index, mut node) in std::mem::take(&mut graph.nodes).into_iter().enumerate() {
        if let (Some(output), Some(input)) = (readers.get(&index), node.inputs.first_mut()) {
            input.clone_from(output);
        }
        nodes.push(node);
        nodes.extend(inserted.remove(&index).map(|each| each.node));
    }
    graph.nodes = nodes;
}

/// A node, and the indices of those that it goes between.
struct Inserted {
    node: Node,
    after: usize,
    before: usize,
}

/// The nodes to insert, and the weights that they need.
fn found(graph: &Graph, scalars: &HashMap<&str, &Tensor>) -> (Vec<Inserted>, Vec<Tensor>) {
    let made_by = graph.nodes.iter().enumerate().flat_map(|(index, node)| {
        node.outputs
            .iter()
            .map(move |output| (output.as_str(), index))
    });
    let made_by: HashMap<&str, usize> = made_by.collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut followed: HashSet<usize> = HashSet::new();
    let (mut inserted, mut weights) = (Vec::new(), Vec::new());
    for (before, node) in graph.nodes.iter().enumerate() {
        let (Some(inner), Some(input)) = (inner(node), node.inputs.first()) else {
            continue;
        };
        let after = made_by.get(input.as_str());
        let Some((after, metadata)) =
            after.and_then(|index| Some((*index, around(&graph.nodes[*index])?)))
        else {
            continue;
        };
        let scalar = |at: usize| {
            node.inputs
                .get(at)
                .and_then(|name| scalars.get(name.as_str()))
        };
        let name = match torch::first_argument(node) {
            Some(name) if !made_by.contains_key(name) => name.to_owned(),
            _ => format!("{input}.merged"),
        };
        let (op, inputs) = match inner {
            Inner::Relu
                if node.op_type == "Relu" || scalar(1).is_some_and(|low| is_positive(low)) =>
            {
                ("Relu", vec![input.clone()])
            }
            Inner::Relu6 => match (scalar(1), scalar(2)) {
                (Some(low), Some(high)) if is_positive(low) && SIX.contains(&&high.raw[..]) => {
                    let lower_bound = format!("{name}.min");
                    let raw = vec![0; high.raw.len()].into();
                    weights.push(Tensor {
                        name: lower_bound.clone(),
                        raw,
                        ..(*high).clone()
                    });
                    ("Clip", vec![input.clone(), lower_bound, high.name.clone()])
                }
                _ => continue,
            },
            Inner::Relu => continue,
        };
        // What was merged had one reader.
        if made_by.contains_key(name.as_str())
            || !followed.insert(after)
            || !taken.insert(name.clone())
        {
            continue;
        }
        let node = Node {
            inputs,
            outputs: vec![name.clone()],
            name,
            op_type: op.to_owned(),
            metadata,
            ..Node::default()
        };
        inserted.push(Inserted {
            node,
            after,
            before,
        });
    }
    (inserted, weights)
}

enum Inner {
    Relu,
    Relu6,
}

/// What was merged into a node from before it.
fn inner(node: &Node) -> Option<Inner> {
    let rules = torch::rules(node)?;
    let has = |wanted: &str| rules.split(", ").any(|rule| rule == wanted);
    match node.op_type.as_str() {
        _ if !is_own_domain(&node.domain) => None,
        "Clip" if has("FuseSuccessiveClipRelu") => Some(Inner::Relu),
        "Relu" if has("FuseSuccessiveRelu") => Some(Inner::Relu),
        "Clip" if has("FuseSuccessiveClip") => {
            let argument = torch::first_argument(node)?;
            argument.starts_with("hardtanh").then_some(Inner::Relu6)
        }
        _ => None,
    }
}

/// The metadata of what follows a node within the same module; where that is a layer of PyTorch, in the one
/// around it.
fn around(node: &Node) -> Option<Vec<Entry>> {
    let (scopes, classes) = (torch::scopes(node)?, torch::classes(node)?);
    if classes.len() > MAX_NAME {
        return None;
    }
    let (mut scopes, mut classes) = (literal::texts(scopes)?, literal::texts(classes)?);
    let innermost = classes.len().checked_sub(2)?;
    let class = &classes[innermost];
    if class.starts_with("torch.nn.modules.") && !class.starts_with("torch.nn.modules.container.") {
        classes.remove(innermost);
        if scopes.len() > innermost {
            scopes.remove(innermost);
        }
    }
    let entry = |key: &str, texts: &[String]| {
        let value = serde_json::to_string(texts).ok()?;
        Some(Entry {
            key: key.to_owned(),
            value,
        })
    };
    Some(vec![
        entry(torch::SCOPES, &scopes)?,
        entry(torch::CLASSES, &classes)?,
    ])
}

/// Whether a number, of any precision, is not below zero.
fn is_positive(scalar: &Tensor) -> bool {
    let floats = [1, 10, 11, 16].contains(&scalar.kind);
    let sign = scalar.raw.last().map(|byte| byte >> 7);
    let zero = scalar.raw.iter().all(|byte| *byte == 0);
    floats && (sign == Some(0) || zero && !scalar.raw.is_empty())
}
