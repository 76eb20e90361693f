//! The graph of an exported program before its weights.

use super::program::schema::{Argument, GraphModule, OutputSpec, Program, Size};
use super::program::{open_batch, signature};
use super::wiring::Builder;
use crate::model::error::Result;
use crate::model::format::build::skeleton::Skeleton;

pub fn read(mut module: GraphModule) -> Result<Skeleton> {
    open_batch::close(&mut module);
    let inputs = signature::inputs(&module)?;
    let mut builder = Builder::new(&module, &inputs);
    builder.run()?;
    let output = signature::logits(&module)?;
    Ok(Skeleton {
        sources: builder.sources(),
        graph: builder.finish(&output)?,
        weights: inputs.weights,
    })
}

/// Reads the program in the JSON `text` of the archive's `entry`, with its number of classes replaced
/// by that of the weights.
pub fn with_classes(text: &str, entry: &str, classes: i64) -> Result<Skeleton> {
    let mut module = Program::parse(text, entry)?.graph_module;
    for spec in &module.signature.output_specs {
        if let OutputSpec::UserOutput {
            arg: Argument::Tensor(name),
        } = spec
            && let Some(meta) = module.graph.tensor_values.get_mut(name)
            && let [_, last] = meta.sizes.as_mut_slice()
        {
            *last = Size::AsInt(classes);
        }
    }
    read(module)
}
