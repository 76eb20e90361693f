//! Reads `.pt2`, what `torch.export.save` writes: a zip archive of stored entries under one root
//! folder, with the graph as JSON and each weight as raw bytes.
//!
//! The stages follow one another and each trusts only what the one before has checked:
//! [`archive`] (sizes, names), [`schema`] (the JSON's shape), [`aten`] (operations), [`build`]
//! (the graph's wiring), [`weights`] (bytes to tensors).

mod archive;
mod args;
mod aten;
mod build;
mod memory;
mod modules;
mod open_batch;
mod schema;
mod signature;
mod sources;
mod storage;
#[cfg(test)]
mod tests;
mod weights;

use std::path::Path;

use self::archive::Archive;
use self::build::Builder;
use super::{About, Opened};
use crate::model::error::Fault;
use crate::model::opening::Opening;

type Result<T> = std::result::Result<T, Fault>;

/// Reads the archive at `path`.
pub fn open(path: &Path, opening: &mut Opening) -> Result<Opened> {
    let mut archive = Archive::open(path)?;
    let name = archive.model_name()?;
    let program = schema::Program::read(&mut archive, &name)?;
    let (version, torch) = (program.schema_version, program.torch_version);
    let mut module = program.graph_module;
    open_batch::close(&mut module);

    let inputs = signature::inputs(&module)?;
    let mut builder = Builder::new(&module, &inputs);
    builder.run()?;
    let output = signature::logits(&module)?;
    let sources = builder.sources();
    let mut graph = builder.finish(&output)?;

    weights::load(&mut graph, &inputs, &mut archive, &name, opening)?;
    Ok(Opened {
        graph,
        labels: archive.text("extra/labels.txt")?,
        preprocess: archive.text("extra/preprocess.json")?,
        one_size: false,
        about: About {
            format: format!(
                "PyTorch export (.pt2), schema {}.{}",
                version.major, version.minor
            ),
            written_by: torch.map(|version| format!("PyTorch {version}")),
            sources,
        },
    })
}
