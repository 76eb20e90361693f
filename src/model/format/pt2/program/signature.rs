//! The outputs of the program: logits.

use super::out_spec;
use super::schema::{Argument, GraphModule, OutputSpec};
use crate::model::error::{Fault, Result};

/// float16, float32, float64 and bfloat16: everything is computed in float32.
const FLOATS: [i64; 4] = [6, 7, 8, 13];

/// A tensor that the program returns.
pub struct Returned {
    /// The key of the dictionary that it is returned in, or the name of the tensor.
    pub name: String,
    pub tensor: String,
    pub floats: bool,
}

/// The tensors that the program returns.
///
/// # Errors
/// [`Fault::NoLogits`] where it returns none, [`Fault::Training`] where it is a training step.
pub fn outputs(module: &GraphModule) -> Result<Vec<Returned>> {
    let mut keys = module
        .module_call_graph
        .out_spec()
        .map(out_spec::keys)
        .unwrap_or_default()
        .into_iter();
    let mut found: Vec<Returned> = Vec::new();
    for spec in &module.signature.output_specs {
        match spec {
            OutputSpec::UserOutput { arg } => {
                let key = keys.next().flatten();
                let Argument::Tensor(tensor) = arg else {
                    continue;
                };
                let meta = module.graph.tensor_values.get(tensor);
                found.push(Returned {
                    name: key.unwrap_or_else(|| tensor.clone()),
                    tensor: tensor.clone(),
                    floats: meta.is_none_or(|meta| FLOATS.contains(&meta.dtype)),
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
        return Err(Fault::NoLogits("it returns no tensor".into()));
    }
    Ok(found)
}
