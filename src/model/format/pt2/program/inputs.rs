//! The inputs of the program: one image, weights by name, and whatever else it is called with.

use std::collections::{HashMap, HashSet};

use tch::Kind;

use super::schema::{Argument, GraphModule, InputSpec, NodeJson, Size, TensorMeta, kind};
use crate::model::error::{Fault, Result};
use crate::model::format::build::finite::Role;
use crate::model::format::build::held::Extra;
use crate::model::format::build::inputs::{self, Candidate};
use crate::model::format::build::skeleton::Declared;
use crate::model::format::build::storage::floating;
use crate::model::opening::OpenOptions;

/// Operators that move values and change none, so that bytes may go through them.
const MOVES: [&str; 24] = [
    "alias.default",
    "cat.default",
    "clone.default",
    "contiguous.default",
    "detach.default",
    "expand.default",
    "flatten.using_ints",
    "flip.default",
    "index.Tensor",
    "index_select.default",
    "lift_fresh_copy.default",
    "permute.default",
    "reshape.default",
    "roll.default",
    "select.int",
    "slice.Tensor",
    "split.Tensor",
    "squeeze.default",
    "squeeze.dim",
    "transpose.int",
    "unbind.int",
    "unflatten.int",
    "unsqueeze.default",
    "view.default",
];

/// The program's inputs by the names its nodes use.
pub struct Inputs {
    pub image: String,
    /// `[batch, channels, height, width]`
    pub shape: [i64; 4],
    /// Whether the program takes it as `[batch, height, width, channels]`.
    pub channels_last: bool,
    /// Whether the program takes it without the axis of the batch.
    pub without_batch: bool,
    /// Whether the image consists of bytes.
    pub takes_bytes: bool,
    /// Parameters, buffers and constants, by the name in the graph.
    pub weights: HashMap<String, Declared>,
    /// The tensors that the program is called with besides the image, and their positions among all
    /// that it is called with.
    pub extras: Vec<(usize, Extra)>,
}

impl Inputs {
    /// Whether a name belongs to something that is there before the first node runs.
    pub fn has(&self, name: &str) -> bool {
        self.weights.contains_key(name) || self.extras.iter().any(|(_, extra)| extra.name == name)
    }
}

/// The names of the tensors that the program is called with, in order.
pub fn user_tensors(module: &GraphModule) -> Vec<&str> {
    let specs = module.signature.input_specs.iter();
    let tensors = specs.filter_map(|spec| match spec {
        InputSpec::UserInput {
            arg: Argument::Tensor(name),
        } => Some(name.as_str()),
        _ => None,
    });
    tensors.collect()
}

fn described<'a>(module: &'a GraphModule, name: &str) -> Result<&'a TensorMeta> {
    let meta = module.graph.tensor_values.get(name);
    meta.ok_or_else(|| Fault::Graph(format!("input {name} has no description")))
}

/// The name of the image among the inputs.
///
/// # Errors
/// [`Fault::Input`] where there is none, or more than one.
pub fn image(module: &GraphModule, options: &OpenOptions) -> Result<String> {
    let mut candidates = Vec::new();
    for name in user_tensors(module) {
        let sizes = described(module, name)?.sizes.iter().map(Size::fixed);
        candidates.push(Candidate {
            name,
            sizes: sizes.collect(),
        });
    }
    inputs::image(&candidates, options).map(|index| candidates[index].name.to_owned())
}

/// Sorts the inputs; `image` is the name of the image.
///
/// # Errors
/// [`Fault::Input`] where the image is not one that a picture can be made into.
pub fn inputs(module: &GraphModule, image: &str) -> Result<Inputs> {
    let (shape, channels_last, without_batch) = image_shape(module, image)?;
    let mut weights = HashMap::new();
    let mut extras = Vec::new();
    let mut position = 0;
    for spec in &module.signature.input_specs {
        match spec {
            InputSpec::UserInput { arg } => {
                if let Argument::Tensor(name) = arg
                    && name != image
                {
                    extras.push((position, extra(module, name, shape[0])?));
                }
                position += 1;
            }
            InputSpec::ConstantInput(_) => position += 1,
            InputSpec::Parameter {
                arg,
                parameter_name: name,
            } => {
                let (name, role) = (name.clone(), Role::Parameter);
                weights.insert(arg.name.clone(), Declared { name, role });
            }
            InputSpec::Buffer {
                arg,
                buffer_name: name,
            }
            | InputSpec::TensorConstant {
                arg,
                tensor_constant_name: name,
            } => {
                let (name, role) = (name.clone(), Role::Constant);
                weights.insert(arg.name.clone(), Declared { name, role });
            }
            InputSpec::CustomObj(_) | InputSpec::Token(_) => {
                return Err(Fault::Input("it also takes a custom object".into()));
            }
        }
    }
    Ok(Inputs {
        image: image.to_owned(),
        shape,
        channels_last,
        without_batch,
        takes_bytes: takes_bytes(module, image)?,
        weights,
        extras,
    })
}

fn extra(module: &GraphModule, name: &str, batch: i64) -> Result<Extra> {
    let meta = described(module, name)?;
    let sizes = meta.shape().ok_or_else(|| Fault::Symbolic {
        name: format!("the input {name}"),
    })?;
    let kind = kind(meta.dtype).ok_or_else(|| {
        let dtype = meta.dtype;
        Fault::Input(format!(
            "its input {name} has a dtype that is not supported ({dtype})"
        ))
    })?;
    let kind = if floating(kind) { Kind::Float } else { kind };
    Ok(Extra::new(name, sizes, kind, batch))
}

/// Batch, channels, height and width of an image of these sizes, and whether its channels come last.
pub fn arranged<T>(
    [batch, first, second, third]: [T; 4],
    sizes: [Option<i64>; 3],
) -> ([T; 4], bool) {
    if inputs::channels_last(sizes) == Some(true) {
        ([batch, third, first, second], true)
    } else {
        ([batch, first, second, third], false)
    }
}

/// The shape of the image, `[batch, channels, height, width]`, whether its channels come last, and whether it
/// has no axis for the batch.
fn image_shape(module: &GraphModule, image: &str) -> Result<([i64; 4], bool, bool)> {
    let Some(shape) = described(module, image)?.shape() else {
        return Err(Fault::Symbolic {
            name: format!("the input {image}"),
        });
    };
    arrangement(shape)
}

/// As [`image_shape`], of an input with these sizes.
///
/// # Errors
/// [`Fault::Input`] where no image has such a shape.
pub fn arrangement(mut shape: Vec<i64>) -> Result<([i64; 4], bool, bool)> {
    let known: Vec<Option<i64>> = shape.iter().copied().map(Some).collect();
    let without_batch = inputs::with_batch(&known).is_some();
    if without_batch {
        shape.insert(0, 1);
    }
    let (shape, channels_last) = match <[i64; 4]>::try_from(shape.as_slice()) {
        Ok(shape) => {
            let [_, first, second, third] = shape;
            let (shape, last) = arranged(shape, [first, second, third].map(Some));
            (shape.to_vec(), last)
        }
        Err(_) => (shape, false),
    };
    let expected = "[1, channels, height, width] or [1, height, width, channels]";
    let shape = inputs::shape_of_image(&shape, expected)?;
    Ok((shape, channels_last, without_batch))
}

/// Whether the image consists of bytes.
fn takes_bytes(module: &GraphModule, image: &str) -> Result<bool> {
    match kind(described(module, image)?.dtype) {
        Some(kind) if floating(kind) => Ok(false),
        Some(Kind::Uint8) => {
            check_bytes(module, image)?;
            Ok(true)
        }
        _ => Err(Fault::Input(
            "it consists of neither floats nor bytes; call model.float() and export again".into(),
        )),
    }
}

/// Checks that bytes become floats before anything is computed with them. Here, they are floats from
/// the beginning, so that there is a gradient; sums of bytes would not overflow as they do in the file.
fn check_bytes(module: &GraphModule, image: &str) -> Result<()> {
    let mut bytes = HashSet::from([image]);
    for node in &module.graph.nodes {
        if !reads(node, &bytes) {
            continue;
        }
        let becomes_float = |name: &str| {
            let meta = module.graph.tensor_values.get(name);
            meta.and_then(|meta| kind(meta.dtype)).is_some_and(floating)
        };
        let made = super::super::wiring::outputs(node);
        if made.iter().all(|name| becomes_float(name)) {
            continue;
        }
        let target = node.target.strip_prefix("torch.ops.aten.");
        if !target.is_some_and(|name| MOVES.contains(&name)) && node.target != "_operator.getitem" {
            let name = node.name.as_deref().unwrap_or("?");
            return Err(Fault::Input(format!(
                "it consists of bytes, and node {name} computes with them before they are floats; \
                 call .float() on the image first and export again"
            )));
        }
        bytes.extend(made);
    }
    Ok(())
}

fn reads(node: &NodeJson, names: &HashSet<&str>) -> bool {
    let has = |name: &str| names.contains(name);
    node.inputs.iter().any(|input| match &input.arg {
        Argument::Tensor(name) => has(name),
        Argument::Tensors(list) => list.iter().any(|name| has(name)),
        Argument::Optionals(list) => list.iter().flatten().any(|name| has(name)),
        _ => false,
    })
}
