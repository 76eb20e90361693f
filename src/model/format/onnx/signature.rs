//! The inputs and the output of the graph: an image and what comes with it, one row of logits.

use std::collections::{HashMap, HashSet};

use tch::Kind;

use super::message::proto::{self, Graph, Node, ValueInfo};
use super::weights::held;
use crate::model::error::{Fault, Result};
use crate::model::format::build::inputs::{self, Candidate, Extra};
use crate::model::format::build::storage::floating;
use crate::model::graph::Head;
use crate::model::opening::OpenOptions;

/// The number of bytes among the dtypes of `onnx.proto`.
const BYTES: i32 = 2;
/// Most channels that the last axis is taken for where the first may be them too.
const MAX_LAST: i64 = 4;

/// The image, and what the file is called with besides.
pub struct Input {
    pub name: String,
    pub channels: i64,
    pub height: Option<i64>,
    pub width: Option<i64>,
    /// How many images the file takes at a time.
    pub batch: i64,
    /// Whether the file takes it as `[batch, height, width, channels]`.
    pub channels_last: bool,
    /// Whether it consists of bytes.
    pub takes_bytes: bool,
    pub extras: Vec<Extra>,
}

/// The logits.
#[derive(Debug)]
pub struct Output {
    pub logits: String,
    /// What follows them in the file, and is skipped.
    pub head: Head,
}

/// The inputs that are not weights and that a node reads.
///
/// # Errors
/// [`Fault::Input`] where none of them is an image, or more than one.
pub fn input(graph: &Graph, options: &OpenOptions) -> Result<Input> {
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
    let candidates = free.iter().map(|input| Candidate {
        name: &input.name,
        sizes: input.sizes().unwrap_or_default(),
        channels_last: true,
    });
    let chosen = inputs::image(&candidates.collect::<Vec<_>>(), options)?;
    let image = free[chosen];
    let others = free.iter().enumerate();
    let others = others.filter(|(index, _)| *index != chosen);
    let extras = others
        .map(|(_, input)| extra(input))
        .collect::<Result<_>>()?;
    // Zero if it is not stated.
    let floats = image.kind() == 0 || held(image.kind()).is_some_and(floating);
    let takes_bytes = image.kind() == BYTES;
    if takes_bytes {
        check_bytes(graph, &image.name)?;
    } else if !floats {
        return Err(Fault::Input(
            "it consists of neither floats nor bytes; export a model that takes a normalised image"
                .into(),
        ));
    }
    let sizes = image.sizes();
    let sizes = sizes.ok_or_else(|| Fault::Input("its shape is not stated".into()))?;
    let (channels_last, [batch, channels, height, width]) = arranged(graph, image, &sizes)?;
    // What is dynamic is checked with the size that it gets.
    let shape = [batch, channels, height, width].map(|size| size.unwrap_or(1));
    let expected = "[1, channels, height, width] or [1, height, width, channels]";
    let [batch, channels, ..] = inputs::shape_of_image(&shape, expected)?;
    Ok(Input {
        name: image.name.clone(),
        channels,
        height,
        width,
        batch,
        channels_last,
        takes_bytes,
        extras,
    })
}

type Sizes = [Option<i64>; 4];

/// Whether the channels come last, and batch, channels, height and width. Channels that are dynamic are
/// taken to be three.
fn arranged(graph: &Graph, image: &ValueInfo, sizes: &[Option<i64>]) -> Result<(bool, Sizes)> {
    let &[batch, first, second, third] = sizes else {
        let named = |size: &Option<i64>| size.map_or("?".to_owned(), |size| size.to_string());
        let named: Vec<String> = sizes.iter().map(named).collect();
        return Err(Fault::Input(format!(
            "its shape is [{}], but has to be [1, channels, height, width] or [1, height, width, \
             channels]",
            named.join(", ")
        )));
    };
    let batch = Some(batch.unwrap_or(1));
    let first_axis = (false, [batch, first, second, third]);
    let last_axis = (true, [batch, third, first, second]);
    Ok(match (first, third) {
        (Some(3), _) => first_axis,
        (_, Some(3)) => last_axis,
        (None, None) => {
            let channels = Some(3);
            if turns_channels_first(graph, &image.name) {
                (true, [batch, channels, first, second])
            } else {
                (false, [batch, channels, second, third])
            }
        }
        (Some(_), None) => first_axis,
        (None, Some(channels)) if channels <= MAX_LAST && second.is_none() => last_axis,
        (None, Some(_)) => (false, [batch, Some(3), second, third]),
        (Some(first), Some(last)) if last < first && last <= MAX_LAST => last_axis,
        (Some(_), Some(_)) => first_axis,
    })
}

fn extra(input: &ValueInfo) -> Result<Extra> {
    let name = &input.name;
    let sizes = input.sizes();
    let sizes = sizes.ok_or_else(|| Fault::Input(format!("its input {name} has no shape")))?;
    let kind = match input.kind() {
        0 => Kind::Float,
        number => held(number).ok_or_else(|| {
            Fault::Input(format!(
                "its input {name} has a dtype that is not supported"
            ))
        })?,
    };
    Ok(Extra {
        name: name.clone(),
        // A dynamic axis is one long, as the batch is.
        sizes: sizes.into_iter().map(|size| size.unwrap_or(1)).collect(),
        kind,
    })
}

/// Checks that bytes are cast to floats before anything is computed with them. Here, they are floats from
/// the beginning, so that there is a gradient.
fn check_bytes(graph: &Graph, image: &str) -> Result<()> {
    let mut bytes = HashSet::from([image]);
    for node in &graph.nodes {
        if !node
            .inputs
            .iter()
            .any(|input| bytes.contains(input.as_str()))
        {
            continue;
        }
        match node.op_type.as_str() {
            "Cast" | "Shape" | "Size" | "DequantizeLinear" => {}
            "Transpose" | "Reshape" | "Squeeze" | "Unsqueeze" | "Identity" | "Slice"
            | "Flatten" | "Gather" | "Split" | "Concat" => {
                bytes.extend(node.outputs.iter().map(String::as_str));
            }
            _ => {
                return Err(Fault::Input(format!(
                    "it consists of bytes, and node {} computes with them before they are floats; \
                     cast the image to floats first and export again",
                    node.label()
                )));
            }
        }
    }
    Ok(())
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
