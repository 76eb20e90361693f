//! The input and the output of the graph: one image, one row of logits.

use std::collections::{HashMap, HashSet};

use super::message::proto::{self, Graph, Node, ValueInfo};
use super::weights::held;
use crate::model::error::{Fault, Result};
use crate::model::format::build::storage::floating;
use crate::model::graph::Head;

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

/// The logits.
#[derive(Debug)]
pub struct Output {
    pub logits: String,
    /// What follows them in the file, and is skipped.
    pub head: Head,
}

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

/// The output that can be logits. A softmax or sigmoid at the end is skipped, and so is an argmax.
///
/// # Errors
/// [`Fault::NoLogits`] where there is none or more than one.
pub fn output(graph: &Graph) -> Result<Output> {
    let mut makers: HashMap<&str, &Node> = HashMap::new();
    for node in graph
        .nodes
        .iter()
        .filter(|node| proto::is_own_domain(&node.domain))
    {
        // Further outputs of a node are not scores.
        makers.extend(node.outputs.first().map(|output| (output.as_str(), node)));
    }
    let mut found: Vec<Output> = Vec::new();
    let mut seen = Vec::new();
    for output in &graph.outputs {
        let name = output.name.as_str();
        let counts = makers
            .get(name)
            .is_some_and(|node| node.op_type == "ArgMax");
        let floats = output.kind() == 0 || held(output.kind()).is_some_and(floating);
        // Scores have at most one axis that is longer than one.
        let long = |sizes: Vec<Option<i64>>| {
            let long = sizes.iter().skip(1).filter(|size| **size != Some(1));
            long.count() <= 1
        };
        let one_row = output.sizes().is_none_or(long);
        if !counts && !(floats && (one_row || graph.outputs.len() == 1)) {
            seen.push(name);
            continue;
        }
        let stepped = before_head(&makers, name);
        match found
            .iter_mut()
            .find(|other| other.logits == stepped.logits)
        {
            // Probabilities as a second output show how the logits are to be read.
            Some(other) if other.head == Head::None => other.head = stepped.head,
            Some(_) => {}
            None => found.push(stepped),
        }
    }
    match (found.len(), found.pop()) {
        (1, Some(output)) => Ok(output),
        (0, _) if seen.is_empty() => Err(Fault::NoLogits("it returns nothing".into())),
        (0, _) => Err(Fault::NoLogits(format!(
            "logits have the shape [1, classes], and it returns {}",
            seen.join(", ")
        ))),
        (several, _) => Err(Fault::NoLogits(format!(
            "{several} outputs could be the logits; export a model that returns one"
        ))),
    }
}

/// Goes back from an output to before the operation that turns logits into probabilities.
fn before_head(makers: &HashMap<&str, &Node>, output: &str) -> Output {
    let (mut logits, mut at) = (output, output);
    let mut head = Head::None;
    // If it takes longer, the graph has a cycle.
    for _ in 0..makers.len() {
        let before = makers
            .get(at)
            .and_then(|node| Some((node, node.inputs.first()?)));
        let Some((node, before)) = before else { break };
        at = before;
        match node.op_type.as_str() {
            "ArgMax" => logits = at,
            "Softmax" | "LogSoftmax" if head == Head::None => (logits, head) = (at, Head::Softmax),
            "Sigmoid" if head == Head::None => (logits, head) = (at, Head::Sigmoid),
            // These change no score. There may be a head before them.
            "Identity" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Cast" | "Dropout" => {}
            _ => break,
        }
    }
    Output {
        logits: logits.to_owned(),
        head,
    }
}
