//! The outputs of the program: logits.

use super::schema::{Argument, GraphModule, OutputSpec};
use crate::model::error::{Fault, Result};

/// The name of the one output that can be logits, judging by its stated shape `[1, classes]`; a single
/// number may have fewer axes.
///
/// # Errors
/// [`Fault::NoLogits`] where there is none or more than one.
pub fn logits(module: &GraphModule) -> Result<String> {
    let mut candidates = Vec::new();
    let mut seen = Vec::new();
    let alone = module.signature.output_specs.len() == 1;
    for spec in &module.signature.output_specs {
        match spec {
            OutputSpec::UserOutput {
                arg: Argument::Tensor(name),
            } => {
                let meta = module.graph.tensor_values.get(name);
                match meta.and_then(super::schema::TensorMeta::shape) {
                    Some(shape) if matches!(shape[..], [1, classes] if classes >= 1) => {
                        candidates.push(name);
                    }
                    // One logit for yes or no, with its axes squeezed.
                    Some(shape) if alone && matches!(shape[..], [1] | []) => candidates.push(name),
                    Some(shape) => seen.push(format!("{name} of shape {shape:?}")),
                    None => {
                        return Err(Fault::Symbolic {
                            name: format!("the output {name}"),
                        });
                    }
                }
            }
            OutputSpec::UserOutput { .. } => seen.push("a value that is not a tensor".to_owned()),
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
    match candidates[..] {
        [logits] => Ok(logits.clone()),
        [] if seen.is_empty() => Err(Fault::NoLogits("it returns nothing".into())),
        [] => Err(Fault::NoLogits(format!(
            "logits have the shape [1, classes], and it returns {}",
            seen.join(", ")
        ))),
        _ => Err(Fault::NoLogits(format!(
            "{} outputs could be the logits; export a model that returns one",
            candidates.len()
        ))),
    }
}
