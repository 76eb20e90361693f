//! What goes into the graph and what comes out: one picture, one row of logits.

use std::collections::{HashMap, HashSet};

use super::message::proto::{Graph, Node, ValueInfo};
use super::weights::held;
use super::{Result, ops};
use crate::model::error::Fault;
use crate::model::format::build::storage::floating;
use crate::model::graph::Head;

/// Height and width of a picture where the file leaves them open.
const OPEN_SIZE: i64 = 224;

/// The picture.
pub struct Input {
    pub name: String,
    /// `[1, 3, height, width]`
    pub shape: [i64; 4],
    /// The file wants it as `[1, height, width, 3]`.
    pub channels_last: bool,
}

/// The logits.
#[derive(Debug)]
pub struct Output {
    pub logits: String,
    /// What was stepped over after them.
    pub head: Head,
}

/// The one input that is no weight and that a node reads; refuses all but an RGB image.
pub fn input(graph: &Graph) -> Result<Input> {
    // Files of old list their weights among the inputs.
    let weights: HashSet<&str> = graph.initializers.iter().map(|w| w.name.as_str()).collect();
    let free = graph.inputs.iter();
    let free = free.filter(|input| !weights.contains(input.name.as_str()));
    // Keras leaves constants there that it has computed with and done away with.
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
    // Nought where it is not said.
    let floats = image.kind() == 0 || held(image.kind()).is_some_and(floating);
    if !floats {
        return Err(Fault::Input(
            "it is not made of floats; export a model that takes a normalised picture".into(),
        ));
    }
    let sizes = image.sizes();
    let sizes = sizes.ok_or_else(|| Fault::Input("its shape is not stated".into()))?;
    let refused = || {
        let named = |size: &Option<i64>| size.map_or("?".to_owned(), |size| size.to_string());
        let named: Vec<String> = sizes.iter().map(named).collect();
        Fault::Input(format!(
            "its shape is [{}] and has to be [1, 3, height, width] or [1, height, width, 3]",
            named.join(", ")
        ))
    };
    let &[batch, first, second, third] = sizes.as_slice() else {
        return Err(refused());
    };
    if let Some(batch @ 2..) = batch {
        return Err(Fault::Input(format!(
            "it takes a batch of {batch}; export with a batch of one, or leave it open"
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
        (None, None) => (OPEN_SIZE, OPEN_SIZE),
    };
    Ok(Input {
        name: image.name.clone(),
        shape: [1, 3, height, width],
        channels_last,
    })
}

/// Whether the first thing done to the picture is to move its channels to the front.
fn turns_channels_first(graph: &Graph, image: &str) -> bool {
    let reads = |node: &&Node| node.inputs.iter().any(|input| input == image);
    let permuted = |node: &Node| {
        let to = node.attributes.iter().find(|a| a.name == "perm");
        to.is_some_and(|to| to.ints == [0, 3, 1, 2])
    };
    graph.nodes.iter().find(reads).is_some_and(permuted)
}

/// The output that can be logits. A softmax or sigmoid at the end is stepped over, and so is the
/// number of the class that won.
pub fn output(graph: &Graph) -> Result<Output> {
    let mut makers: HashMap<&str, &Node> = HashMap::new();
    for node in graph
        .nodes
        .iter()
        .filter(|node| ops::is_own_domain(&node.domain))
    {
        // What else a node hands back is no score.
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
        // A score for each class has one axis longer than one.
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
            // Probabilities beside the logits say what is made of them.
            Some(other) if other.head == Head::None => other.head = stepped.head,
            Some(_) => {}
            None => found.push(stepped),
        }
    }
    match (found.len(), found.pop()) {
        (1, Some(output)) => Ok(output),
        (0, _) if seen.is_empty() => Err(Fault::NoLogits("it hands nothing back".into())),
        (0, _) => Err(Fault::NoLogits(format!(
            "logits have the shape [1, classes], and it hands back {}",
            seen.join(", ")
        ))),
        (several, _) => Err(Fault::NoLogits(format!(
            "{several} outputs could be them; export a model that hands back one"
        ))),
    }
}

/// Walks back from an output to before what makes probabilities of the logits.
fn before_head(makers: &HashMap<&str, &Node>, output: &str) -> Output {
    let (mut logits, mut at) = (output, output);
    let mut head = Head::None;
    // A walk back that takes longer goes in a circle.
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
            // They change no score: what counts is whether there is a head before them.
            "Identity" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Cast" | "Dropout" => {}
            _ => break,
        }
    }
    Output {
        logits: logits.to_owned(),
        head,
    }
}
