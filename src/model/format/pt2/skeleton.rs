//! The graph of an exported program before its weights.

use super::program::schema::{Argument, OutputSpec, Program, Size};
use super::program::signature;
use super::program::sizes::{self, Wanted};
use super::wiring::{Builder, modules};
use crate::model::error::Result;
use crate::model::format::build::skeleton::Skeleton;

pub fn read(program: Program, wanted: Wanted) -> Result<Skeleton> {
    let (mut module, ranges) = (program.graph_module, program.range_constraints);
    let image = signature::image(&module)?;
    let size = sizes::close(&mut module, &ranges, &image, wanted)?;
    let inputs = signature::inputs(&module, &image)?;
    let mut builder = Builder::new(&module, &inputs);
    builder.run()?;
    let outputs = signature::outputs(&module)?;
    Ok(Skeleton {
        classes: modules::classes(&module),
        sources: builder.sources(),
        graph: builder.finish(outputs)?,
        weights: inputs.weights,
        size,
    })
}

/// Reads the program in the JSON `text` of the archive's `entry`, with its number of classes replaced
/// by that of the weights.
pub fn with_classes(text: &str, entry: &str, classes: i64) -> Result<Skeleton> {
    let mut program = Program::parse(text, entry)?;
    let module = &mut program.graph_module;
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
    read(program, Wanted::default())
}
