//! Reads `.pt2`, what `torch.export.save` writes: a zip archive of stored entries under one root
//! folder, with the graph as JSON and each weight as raw bytes.
//!
//! The stages follow one another and each trusts only what the one before has checked:
//! [`archive`] (sizes, names), [`schema`] (the JSON's shape), [`aten`] (operations), [`build`]
//! (the graph's wiring), [`weights`] (bytes to tensors).

mod aten;
pub mod container;
pub(crate) mod program;
mod skeleton;
#[cfg(test)]
pub(super) mod tests;
mod wiring;

pub use self::container::layout::root;
pub use self::skeleton::Skeleton;

use self::container::{layout, older, weights};
use self::program::schema;

use super::build::storage;
use super::file::archive::{self, Archive};
use super::{About, Opened};
use crate::model::error::Fault;
use crate::model::opening::Opening;

type Result<T> = std::result::Result<T, Fault>;

/// Reads an archive that has been entered at its [`root`].
pub fn open(mut archive: Archive, opening: &mut Opening) -> Result<Opened> {
    let name = layout::model_name(&archive)?;
    let program = schema::Program::read(&mut archive, &name)?;
    let (version, torch) = (program.schema_version, program.torch_version);
    let mut skeleton = Skeleton::of(program.graph_module)?;
    let entries = older::weights_of(&name);
    if archive.length(&entries[0])?.is_some() {
        older::load(&mut skeleton, &mut archive, entries, opening)?;
    } else {
        weights::load(&mut skeleton, &mut archive, &name, opening)?;
    }
    Ok(Opened {
        graph: skeleton.graph,
        labels: archive.text("extra/labels.txt")?,
        preprocess: archive.text("extra/preprocess.json")?,
        architecture: None,
        one_size: false,
        about: About {
            format: format!(
                "PyTorch export (.pt2), schema {}.{}",
                version.major, version.minor
            ),
            written_by: torch.map(|version| format!("PyTorch {version}")),
            sources: skeleton.sources,
        },
    })
}
