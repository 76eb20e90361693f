//! The outputs of the program: logits.

use super::out_spec;
use super::schema::{Argument, GraphModule, OutputSpec};
use crate::model::error::{Fault, Result};

/// float16, float32 and bfloat16: everything is computed in float32.
const FLOATS: [i64; 3] = [6, 7, 13];

/// A tensor of floats that the program returns.
pub struct Returned {
    /// The key of the dictionary that it is returned in, or the name of the tensor.
    pub name: String,
    pub tensor: String,
}

/// What the program returns, without integers and truth values, which have no gradient. What the numbers of
/// classes were taken from stands for them.
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
                    match before_argmax(module, tensor) {
                        Some(scores) => found.push(Returned {
                            name: key.unwrap_or_else(|| tensor.clone()),
                            tensor: scores.to_owned(),
                        }),
                        None => {
                            seen.push(format!("{tensor}, which does not consist of floats"));
                        }
                    }
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

/// The scores of which a tensor holds the numbers of the largest.
fn before_argmax<'a>(module: &'a GraphModule, tensor: &'a str) -> Option<&'a str> {
    let mut at = tensor;
    // The nodes are in the order in which they run.
    for node in module.graph.nodes.iter().rev() {
        let makes = |output: &Argument| matches!(output, Argument::Tensor(name) if name == at);
        if !node.outputs.iter().any(makes) {
            continue;
        }
        let Argument::Tensor(from) = &node.inputs.first()?.arg else {
            return None;
        };
        let name = node.target.strip_prefix("torch.ops.aten.")?;
        match name.split('.').next()? {
            "argmax" => return Some(from),
            "squeeze" | "unsqueeze" | "_to_copy" | "to" | "alias" | "clone" | "view"
            | "reshape" | "flatten" => at = from,
            _ => return None,
        }
    }
    None
}
