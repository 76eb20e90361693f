//! The inputs and outputs of the program: one image, weights by name, logits.

use std::collections::HashMap;

use super::out_spec;
use super::schema::{Argument, GraphModule, InputSpec, OutputSpec};
use crate::model::error::{Fault, Result};
use crate::model::format::build::finite::Role;
use crate::model::format::build::skeleton::Declared;

/// float16, float32 and bfloat16: everything is computed in float32.
const FLOATS: [i64; 3] = [6, 7, 13];

/// The program's inputs by the names its nodes use.
pub struct Inputs {
    pub image: String,
    /// `[1, 3, height, width]`
    pub shape: [i64; 4],
    /// Parameters, buffers and constants, by the name in the graph.
    pub weights: HashMap<String, Declared>,
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

/// The name of the image among the inputs.
///
/// # Errors
/// [`Fault::Input`] where the program does not take exactly one.
pub fn image(module: &GraphModule) -> Result<String> {
    match user_tensors(module)[..] {
        [image] => Ok(image.to_owned()),
        [] => Err(Fault::Input("it takes no tensor".into())),
        ref several => Err(Fault::Input(format!("it takes {} tensors", several.len()))),
    }
}

/// Sorts the inputs; `image` is the name of the image.
///
/// # Errors
/// [`Fault::Input`] where the image is not one RGB image.
pub fn inputs(module: &GraphModule, image: &str) -> Result<Inputs> {
    let mut weights = HashMap::new();
    for spec in &module.signature.input_specs {
        match spec {
            InputSpec::UserInput { .. } | InputSpec::ConstantInput(_) => {}
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
    let shape = image_shape(module, image)?;
    Ok(Inputs {
        image: image.to_owned(),
        shape,
        weights,
    })
}

fn image_shape(module: &GraphModule, image: &str) -> Result<[i64; 4]> {
    let meta = module.graph.tensor_values.get(image);
    let meta = meta.ok_or_else(|| Fault::Graph(format!("input {image} has no description")))?;
    let Some(shape) = meta.shape() else {
        return Err(Fault::Symbolic {
            name: format!("the input {image}"),
        });
    };
    match shape[..] {
        [1, 3, height, width] if height > 0 && width > 0 => {
            if !FLOATS.contains(&meta.dtype) {
                return Err(Fault::Input(
                    "it does not consist of floats; call model.float() and export again".into(),
                ));
            }
            Ok([1, 3, height, width])
        }
        [batch, 3, _, _] if batch > 1 => Err(Fault::Input(format!(
            "it takes a batch of {batch}; export with a batch of one, torch.rand(1, 3, …)"
        ))),
        _ => Err(Fault::Input(format!(
            "its shape is {shape:?}, but has to be [1, 3, height, width]"
        ))),
    }
}

/// A tensor of floats that the program returns.
pub struct Returned {
    /// The key of the dictionary that it is returned in, or the name of the tensor.
    pub name: String,
    pub tensor: String,
}

/// What the program returns, without integers and truth values, which have no gradient.
///
/// # Errors
/// [`Fault::NoLogits`] where it returns no floats, [`Fault::Training`] where it is a training step.
pub fn outputs(module: &GraphModule) -> Result<Vec<Returned>> {
    let mut keys = module
        .module_call_graph
        .out_spec()
        .map(out_spec::keys)
        .unwrap_or_default()
        .into_iter();
    let mut found: Vec<Returned> = Vec::new();
    let mut seen = Vec::new();
    for spec in &module.signature.output_specs {
        match spec {
            OutputSpec::UserOutput { arg } => {
                let key = keys.next().flatten();
                let Argument::Tensor(tensor) = arg else {
                    seen.push("a value that is not a tensor".to_owned());
                    continue;
                };
                let meta = module.graph.tensor_values.get(tensor);
                if let Some(meta) = meta
                    && !FLOATS.contains(&meta.dtype)
                {
                    seen.push(format!("{tensor}, which does not consist of floats"));
                    continue;
                }
                found.push(Returned {
                    name: key.unwrap_or_else(|| tensor.clone()),
                    tensor: tensor.clone(),
                });
            }
            OutputSpec::BufferMutation { buffer_name } => {
                return Err(Fault::Training {
                    node: format!("it updates {buffer_name} while it runs"),
                });
            }
            OutputSpec::LossOutput(_)
            | OutputSpec::GradientToParameter(_)
            | OutputSpec::GradientToUserInput(_)
            | OutputSpec::UserInputMutation(_)
            | OutputSpec::Token(_)
            | OutputSpec::ParameterMutation(_) => {
                return Err(Fault::NoLogits(
                    "it is a training step, not a network".into(),
                ));
            }
        }
    }
    if found.is_empty() {
        return Err(Fault::NoLogits(if seen.is_empty() {
            "it returns nothing".into()
        } else {
            format!(
                "logits have the shape [1, classes], and it returns {}",
                seen.join(", ")
            )
        }));
    }
    Ok(found)
}
