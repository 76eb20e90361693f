//! What goes into the program and what comes out: one image, weights by name, logits.

use std::collections::HashMap;

use super::schema::{Argument, GraphModule, InputSpec, OutputSpec};
use crate::model::error::Fault;
use crate::model::format::pt2::Result;

/// Half, single and brain floats: all are computed in single.
const FLOATS: [i64; 3] = [6, 7, 13];

/// The program's inputs by the names its nodes use.
pub struct Inputs {
    pub image: String,
    /// `[1, 3, height, width]`
    pub shape: [i64; 4],
    /// Weights, buffers and constants: the name in the graph, then the name in the model.
    pub weights: HashMap<String, String>,
}

/// Sorts the inputs; refuses all but one RGB image.
pub fn inputs(module: &GraphModule) -> Result<Inputs> {
    let mut images = Vec::new();
    let mut weights = HashMap::new();
    for spec in &module.signature.input_specs {
        match spec {
            InputSpec::UserInput {
                arg: Argument::Tensor(name),
            } => images.push(name),
            InputSpec::UserInput { .. } | InputSpec::ConstantInput(_) => {}
            InputSpec::Parameter {
                arg,
                parameter_name: name,
            }
            | InputSpec::Buffer {
                arg,
                buffer_name: name,
            }
            | InputSpec::TensorConstant {
                arg,
                tensor_constant_name: name,
            } => {
                weights.insert(arg.name.clone(), name.clone());
            }
            InputSpec::CustomObj(_) | InputSpec::Token(_) => {
                return Err(Fault::Input("it takes a custom object as well".into()));
            }
        }
    }
    let image = match images[..] {
        [image] => image.clone(),
        [] => return Err(Fault::Input("it takes no tensor".into())),
        _ => return Err(Fault::Input(format!("it takes {} tensors", images.len()))),
    };
    let shape = image_shape(module, &image)?;
    Ok(Inputs {
        image,
        shape,
        weights,
    })
}

fn image_shape(module: &GraphModule, image: &str) -> Result<[i64; 4]> {
    let about = module.graph.tensor_values.get(image);
    let about = about.ok_or_else(|| Fault::Graph(format!("nothing is said of input {image}")))?;
    let Some(shape) = about.shape() else {
        return Err(Fault::Symbolic {
            name: format!("the input {image}"),
        });
    };
    match shape[..] {
        [1, 3, height, width] if height > 0 && width > 0 => {
            if !FLOATS.contains(&about.dtype) {
                return Err(Fault::Input(
                    "it is not made of floats; call model.float() and export again".into(),
                ));
            }
            Ok([1, 3, height, width])
        }
        [batch, 3, _, _] if batch > 1 => Err(Fault::Input(format!(
            "it takes a batch of {batch}; export with a batch of one, torch.rand(1, 3, …)"
        ))),
        _ => Err(Fault::Input(format!(
            "its shape is {shape:?} and has to be [1, 3, height, width]"
        ))),
    }
}

/// The name of the one output that can be logits, by its stated shape `[1, classes]`; a single
/// number may have fewer axes.
pub fn logits(module: &GraphModule) -> Result<String> {
    let mut candidates = Vec::new();
    let mut seen = Vec::new();
    let alone = module.signature.output_specs.len() == 1;
    for spec in &module.signature.output_specs {
        match spec {
            OutputSpec::UserOutput {
                arg: Argument::Tensor(name),
            } => {
                let about = module.graph.tensor_values.get(name);
                match about.and_then(|about| about.shape()) {
                    Some(shape) if matches!(shape[..], [1, classes] if classes >= 1) => {
                        candidates.push(name);
                    }
                    // One logit that says yes or no, its axes taken away.
                    Some(shape) if alone && matches!(shape[..], [1] | []) => candidates.push(name),
                    Some(shape) => seen.push(format!("{name} of shape {shape:?}")),
                    None => {
                        return Err(Fault::Symbolic {
                            name: format!("the output {name}"),
                        });
                    }
                }
            }
            OutputSpec::UserOutput { .. } => seen.push("a value that is no tensor".to_owned()),
            OutputSpec::BufferMutation { buffer_name } => {
                return Err(Fault::Training {
                    node: format!("it updates {buffer_name} as it runs"),
                });
            }
            _ => {
                return Err(Fault::NoLogits(
                    "it is a training step, not a network".into(),
                ));
            }
        }
    }
    match candidates[..] {
        [logits] => Ok(logits.clone()),
        [] if seen.is_empty() => Err(Fault::NoLogits("it hands nothing back".into())),
        [] => Err(Fault::NoLogits(format!(
            "logits have the shape [1, classes], and it hands back {}",
            seen.join(", ")
        ))),
        _ => Err(Fault::NoLogits(format!(
            "{} outputs could be them; export a model that hands back one",
            candidates.len()
        ))),
    }
}
