//! The outputs of the program: logits.

use super::out_spec;
use super::schema::{Argument, GraphModule, OutputSpec, kind};
use crate::model::error::{Fault, Result};
use crate::model::format::build::storage::floating;

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
                    floats: meta.is_none_or(|meta| kind(meta.dtype).is_some_and(floating)),
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
