//! The graph of an exported program before its weights.

use super::program::schema::{Argument, OutputSpec, Program, Size};
use super::program::sizes::{self, Wanted};
use super::program::{inline, inputs, signature};
use super::wiring::{Builder, modules};
use crate::model::error::Result;
use crate::model::format::build::opened::SizeSource;
use crate::model::format::build::skeleton::Skeleton;
use crate::model::opening::OpenOptions;

/// Reads a program. `stated` is the width and height that the preprocessing states, and where it does.
pub fn read(
    program: Program,
    options: &OpenOptions,
    stated: Option<((u32, u32), SizeSource)>,
) -> Result<Skeleton> {
    let (mut module, ranges) = (program.graph_module, program.range_constraints);
    inline::enter(&mut module)?;
    let image = inputs::image(&module, options)?;
    let wanted = Wanted {
        chosen: options.size,
        stated,
    };
    let size = sizes::close(&mut module, &ranges, &image, wanted)?;
    let inputs = inputs::inputs(&module, &image)?;
    let mut builder = Builder::new(&module, &inputs);
    builder.run()?;
    let outputs = signature::outputs(&module)?;
    Ok(Skeleton {
        classes: modules::classes(&module),
        sources: builder.sources(),
        graph: builder.finish(outputs)?,
        weights: inputs.weights,
        extras: inputs.extras,
        takes_bytes: inputs.takes_bytes,
        size,
    })
}

/// Reads a program from its JSON, with its numbers of channels and, where it is given, of classes replaced by those
/// of the weights.
pub fn with_ends(
    program: serde_json::Value,
    channels: i64,
    (width, height): (u32, u32),
    classes: Option<i64>,
) -> Result<Skeleton> {
    let mut program = Program::of(program)?;
    let module = &mut program.graph_module;
    let image = inputs::image(module, &OpenOptions::default())?;
    if let Some(meta) = module.graph.tensor_values.get_mut(&image)
        && let [_, of_channels, of_height, of_width] = meta.sizes.as_mut_slice()
    {
        *of_channels = Size::AsInt(channels);
        *of_height = Size::AsInt(height.into());
        *of_width = Size::AsInt(width.into());
    }
    for spec in &module.signature.output_specs {
        if let Some(classes) = classes
            && let OutputSpec::UserOutput {
                arg: Argument::Tensor(name),
            } = spec
            && let Some(meta) = module.graph.tensor_values.get_mut(name)
            && let [_, last] = meta.sizes.as_mut_slice()
        {
            *last = Size::AsInt(classes);
        }
    }
    read(program, &OpenOptions::default(), None)
}
