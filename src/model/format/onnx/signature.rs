//! The inputs and the outputs of the graph: an image and what comes with it, and tensors of floats.

use std::collections::HashSet;

use tch::Kind;

use super::message::proto::{Graph, Node, ValueInfo};
use super::weights::held;
use crate::model::error::{Fault, Result};
use crate::model::format::build::held::Extra;
use crate::model::format::build::inputs::{self, Candidate};
use crate::model::format::build::storage::floating;
use crate::model::opening::OpenOptions;

/// The number of bytes among the dtypes of `onnx.proto`.
const BYTES: i32 = 2;

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
    /// Whether the file takes it without the axis of the batch.
    pub without_batch: bool,
    /// Whether it consists of bytes.
    pub takes_bytes: bool,
    pub extras: Vec<Beside>,
}

/// An input besides the image, whose sizes may be open.
pub struct Beside {
    name: String,
    /// Without those of a picture that are open: these are the image's.
    sizes: Vec<i64>,
    kind: Kind,
    batch: i64,
    /// The axes of the height and of the width that are open.
    open: [Option<usize>; 2],
}

impl Beside {
    /// The input where the image has this height and width.
    pub fn at(&self, (height, width): (i64, i64)) -> Extra {
        let mut sizes = self.sizes.clone();
        for (axis, side) in self.open.iter().zip([height, width]) {
            if let Some(axis) = axis {
                sizes[*axis] = side;
            }
        }
        Extra::new(&self.name, sizes, self.kind, self.batch)
    }
}

/// An output of the file.
#[derive(Debug)]
pub struct Returned {
    pub name: String,
    pub floats: bool,
}

/// How many outputs are looked at.
const MAX_OUTPUTS: usize = 64;

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
    });
    let chosen = inputs::image(&candidates.collect::<Vec<_>>(), options)?;
    let image = free[chosen];
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
    if let Some(written) = image.impossible() {
        return Err(Fault::Input(format!(
            "its shape is stated as {written:?}, and no image has such a size; export it with the size of its images, \
             or with open axes"
        )));
    }
    let sizes = image.sizes();
    let mut sizes = sizes.ok_or_else(|| Fault::Input("its shape is not stated".into()))?;
    let with_batch = inputs::with_batch(&sizes);
    let without_batch = with_batch.is_some();
    sizes = with_batch.map_or(sizes, Vec::from);
    let (channels_last, [batch, channels, height, width]) = arranged(graph, image, &sizes)?;
    // What is dynamic is checked with the size that it gets.
    let shape = [batch, channels, height, width].map(|size| size.unwrap_or(1));
    let expected = "[1, channels, height, width] or [1, height, width, channels]";
    let [batch, channels, ..] = inputs::shape_of_image(&shape, expected)?;
    let others = free.iter().enumerate();
    let others = others.filter(|(index, _)| *index != chosen);
    let extras = others
        .map(|(_, input)| beside(input, batch, (channels, channels_last)))
        .collect::<Result<_>>()?;
    Ok(Input {
        name: image.name.clone(),
        channels,
        height,
        width,
        batch,
        channels_last,
        without_batch,
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
    let last = inputs::channels_last([first, second, third]);
    Ok(
        if last.unwrap_or_else(|| turns_channels_first(graph, &image.name)) {
            (true, [batch, third.or(Some(3)), first, second])
        } else {
            (false, [batch, first.or(Some(3)), second, third])
        },
    )
}

/// An input besides an image with so many channels, the last axis or not.
fn beside(input: &ValueInfo, batch: i64, (channels, channels_last): (i64, bool)) -> Result<Beside> {
    let name = &input.name;
    let sizes = input.sizes();
    let mut sizes = sizes.ok_or_else(|| Fault::Input(format!("its input {name} has no shape")))?;
    let kind = match input.kind() {
        0 => Kind::Float,
        number => held(number).ok_or_else(|| {
            Fault::Input(format!(
                "its input {name} has a dtype that is not supported"
            ))
        })?,
    };
    // Where the channels are, and then the height and the width.
    let (first, last) = ([1, 2, 3], [3, 1, 2]);
    let layouts = if channels_last {
        [last, first]
    } else {
        [first, last]
    };
    let picture = |[axis, down, across]: &[usize; 3]| {
        let sides = [sizes[*down], sizes[*across]];
        match sizes[*axis] {
            // A picture beside it may be of grey levels or colours.
            Some(count) => {
                let wide = sides.iter().all(|side| side.is_none_or(|side| side > 1));
                wide && [channels, 1, 3].contains(&count)
            }
            None => sides == [None, None],
        }
    };
    let known = |[axis, ..]: &[usize; 3]| sizes[*axis].is_some();
    let four = layouts.iter().copied().filter(|_| sizes.len() == 4);
    let mut pictures: Vec<[usize; 3]> = four.filter(picture).collect();
    pictures.sort_by_key(|layout| !known(layout));
    let mut open = [None, None];
    if let Some(&[axis, down, across]) = pictures.first() {
        sizes[axis].get_or_insert(channels);
        open = [down, across].map(|axis| sizes[axis].is_none().then_some(axis));
    }
    Ok(Beside {
        name: name.clone(),
        // Any other axis that is open is one long, as the batch is.
        sizes: sizes.into_iter().map(|size| size.unwrap_or(1)).collect(),
        kind,
        batch,
        open,
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

/// What the file returns.
///
/// # Errors
/// [`Fault::NoLogits`] where it returns nothing.
pub fn outputs(graph: &Graph) -> Result<Vec<Returned>> {
    let returned = |output: &ValueInfo| Returned {
        name: output.name.clone(),
        floats: output.kind() == 0 || held(output.kind()).is_some_and(floating),
    };
    let outputs = graph.outputs.iter().take(MAX_OUTPUTS);
    let outputs: Vec<Returned> = outputs.map(returned).collect();
    if outputs.is_empty() {
        return Err(Fault::NoLogits("it returns nothing".into()));
    }
    Ok(outputs)
}
