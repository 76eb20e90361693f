//! A graph before its weights: what the JSON of an exported program says.

use std::collections::HashMap;

use super::Result;
use super::program::schema::{Argument, GraphModule, OutputSpec, Program, Size};
use super::program::{open_batch, signature};
use super::wiring::Builder;
use crate::model::graph::{Graph, ModulePath};

/// A graph whose weights are to be filled in.
pub struct Skeleton {
    pub graph: Graph,
    /// The name of each value that is a weight, and what the weight is called in the model.
    pub weights: HashMap<String, String>,
    /// The line of source behind each module, by its path.
    pub sources: HashMap<ModulePath, String>,
}

impl Skeleton {
    pub fn of(mut module: GraphModule) -> Result<Skeleton> {
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

    /// Of a program written for some number of classes, here with as many as the weights have.
    pub fn with_classes(text: &str, entry: &str, classes: i64) -> Result<Skeleton> {
        let mut module = Program::parse(text, entry)?.graph_module;
        for spec in &module.signature.output_specs {
            if let OutputSpec::UserOutput {
                arg: Argument::Tensor(name),
            } = spec
                && let Some(about) = module.graph.tensor_values.get_mut(name)
                && let [_, last] = about.sizes.as_mut_slice()
            {
                *last = Size::AsInt(classes);
            }
        }
        Skeleton::of(module)
    }
}
