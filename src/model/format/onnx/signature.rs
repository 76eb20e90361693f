//! The input and the outputs of the graph: one image, and tensors of floats.

use std::collections::{HashMap, HashSet};

use super::message::proto::{self, Graph, Node, ValueInfo};
use super::weights::held;
use crate::model::error::{Fault, Result};
use crate::model::format::build::storage::floating;

/// Height and width of the image where the file has them as dynamic.
const DYNAMIC_SIZE: i64 = 224;

/// The image.
pub struct Input {
    pub name: String,
    /// `[1, 3, height, width]`
    pub shape: [i64; 4],
    /// Whether the file takes it as `[1, height, width, 3]`.
    pub channels_last: bool,
}

/// An output of the file.
#[derive(Debug)]
pub struct Returned {
    pub name: String,
    /// The value that it is, or that a class index was taken from.
    pub value: String,
}

/// How many outputs are looked at.
const MAX_OUTPUTS: usize = 64;

/// The one input that is not a weight and that a node reads.
///
/// # Errors
/// [`Fault::Input`] where it is not one RGB image.
pub fn input(graph: &Graph) -> Result<Input> {
    // Old files list their weights among the inputs.
    let weights: HashSet<&str> = graph.initializers.iter().map(|w| w.name.as_str()).collect();
    let free = graph.inputs.iter();
    let free = free.filter(|input| !weights.contains(input.name.as_str()));
    // Keras leaves inputs there for constants that it has folded.
    let inputs = graph.nodes.iter().flat_map(|node| &node.inputs);
    let read: HashSet<&str> = inputs.map(String::as_str).collect();
    let free: Vec<&ValueInfo> = free
        .filter(|input| read.contains(input.name.as_str()))
        .collect();
    let image = match free[..] {
        [image] => image,
        [] => return Err(Fault::Input("it takes no tensor".into())),
        _ => return Err(Fault::Input(format!("it takes {} tensors", free.len()))),
    };
    // Zero if it is not stated.
    let floats = image.kind() == 0 || held(image.kind()).is_some_and(floating);
    if !floats {
        return Err(Fault::Input(
            "it does not consist of floats; export a model that takes a normalised image".into(),
        ));
    }
    let sizes = image.sizes();
    let sizes = sizes.ok_or_else(|| Fault::Input("its shape is not stated".into()))?;
    let refused = || {
        let named = |size: &Option<i64>| size.map_or("?".to_owned(), |size| size.to_string());
        let named: Vec<String> = sizes.iter().map(named).collect();
        Fault::Input(format!(
            "its shape is [{}], but has to be [1, 3, height, width] or [1, height, width, 3]",
            named.join(", ")
        ))
    };
    let &[batch, first, second, third] = sizes.as_slice() else {
        return Err(refused());
    };
    if let Some(batch @ 2..) = batch {
        return Err(Fault::Input(format!(
            "it takes a batch of {batch}; export with a batch of one or a dynamic batch"
        )));
    }
    let (channels_last, height, width) = match (first, third) {
        (Some(3), _) => (false, second, third),
        (_, Some(3)) => (true, first, second),
        (None, None) if turns_channels_first(graph, &image.name) => (true, first, second),
        (None, _) => (false, second, third),
        _ => return Err(refused()),
    };
    let (height, width) = match (height, width) {
        (Some(height), Some(width)) => (height, width),
        (Some(side), None) | (None, Some(side)) => (side, side),
        (None, None) => (DYNAMIC_SIZE, DYNAMIC_SIZE),
    };
    Ok(Input {
        name: image.name.clone(),
        shape: [1, 3, height, width],
        channels_last,
    })
}

/// Whether the first operation on the image moves its channels to the front.
fn turns_channels_first(graph: &Graph, image: &str) -> bool {
    let reads = |node: &&Node| node.inputs.iter().any(|input| input == image);
    let permuted = |node: &Node| {
        let to = node.attributes.iter().find(|a| a.name == "perm");
        to.is_some_and(|to| to.ints == [0, 3, 1, 2])
    };
    graph.nodes.iter().find(reads).is_some_and(permuted)
}

/// The outputs that can be scores: those of floats. Where there are none, what a class index was taken
/// from stands for it.
///
/// # Errors
/// [`Fault::NoLogits`] where there is neither.
pub fn outputs(graph: &Graph) -> Result<Vec<Returned>> {
    let outputs = graph.outputs.iter().take(MAX_OUTPUTS);
    let floats =
        |output: &&ValueInfo| output.kind() == 0 || held(output.kind()).is_some_and(floating);
    let mut makers: HashMap<&str, &Node> = HashMap::new();
    for node in graph
        .nodes
        .iter()
        .filter(|node| proto::is_own_domain(&node.domain))
    {
        // Further outputs of a node are not scores.
        makers.extend(node.outputs.first().map(|output| (output.as_str(), node)));
    }
    let returned = |output: &ValueInfo| {
        let name = output.name.clone();
        match before_argmax(&makers, &name) {
            Some(value) => (Returned { name, value }, true),
            None => {
                let value = name.clone();
                (Returned { name, value }, false)
            }
        }
    };
    let all: Vec<(bool, (Returned, bool))> = outputs
        .map(|output| (floats(&output), returned(output)))
        .collect();
    let is_index = |(_, (_, index)): &(bool, (Returned, bool))| *index;
    let scores = all.iter().any(|found| found.0 && !is_index(found));
    let seen = all.iter().map(|(_, (output, _))| output.name.as_str());
    let seen = seen.collect::<Vec<_>>().join(", ");
    let found = all.into_iter();
    let found: Vec<Returned> = found
        .filter(|found| {
            if scores {
                found.0 && !is_index(found)
            } else {
                is_index(found)
            }
        })
        .map(|(_, (output, _))| output)
        .collect();
    match found.len() {
        0 if seen.is_empty() => Err(Fault::NoLogits("it returns nothing".into())),
        0 => Err(Fault::NoLogits(format!(
            "logits have the shape [1, classes], and it returns {seen}"
        ))),
        _ => Ok(found),
    }
}

/// What a class index was taken from.
fn before_argmax(makers: &HashMap<&str, &Node>, output: &str) -> Option<String> {
    let mut at = output;
    // If it takes longer, the graph has a cycle.
    for _ in 0..makers.len() {
        let node = makers.get(at)?;
        at = node.inputs.first()?;
        match node.op_type.as_str() {
            "ArgMax" => return Some(at.to_owned()),
            "Identity" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Cast" => {}
            _ => return None,
        }
    }
    None
}
