//! Reads `.pt2`, which `torch.export.save` writes: a zip archive of uncompressed entries in one root
//! folder, with the graph as JSON and each weight as raw bytes.
//!
//! The stages follow one another, and each relies only on what the one before has checked:
//! [`archive`](super::file::archive) (sizes and names of entries), [`program`] (the JSON), [`aten`]
//! (operations), [`wiring`] (the graph), [`container`] (weights).

pub(super) mod aten;
pub mod container;
pub(crate) mod program;
pub(crate) mod skeleton;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod wiring;

pub use self::container::layout::root;

use self::container::{layout, older, sample, weights};
use self::program::schema;

use super::build::opened::{About, Opened, OtherSizes};
use super::file::archive::Archive;
use crate::model::error::Result;
use crate::model::opening::Opening;
use crate::model::usage::labels::OwnNames;
use crate::model::usage::preprocess::Preprocess;

/// Reads an archive that has been entered at its [`root`].
pub fn open(mut archive: Archive, opening: &mut Opening) -> Result<Opened> {
    let name = layout::model_name(&archive)?;
    let program = schema::Program::read(&mut archive, &name)?;
    let (version, torch) = (program.schema_version, program.torch_version.clone());
    let preprocess = archive.text("extra/preprocess.json")?;
    let stated = preprocess.as_deref().and_then(Preprocess::stated_size);
    let stated = opening.stated_size(stated);
    let mut skeleton = skeleton::read(program, opening.options(), stated)?;
    let entries = older::weights_of(&name);
    if archive.length(&entries[0])?.is_some() {
        older::load(&mut skeleton, &mut archive, entries, opening)?;
    } else {
        weights::load(&mut skeleton, &mut archive, &name, opening)?;
    }
    let held = sample::hold(
        &mut skeleton,
        &mut archive,
        &[format!("data/sample_inputs/{name}.pt")],
        opening,
    )?;
    Ok(Opened {
        graph: skeleton.graph,
        names: OwnNames::of_text(archive.text("extra/labels.txt")?),
        preprocess,
        takes_bytes: skeleton.takes_bytes,
        held,
        metadata: Vec::new(),
        weights: None,
        size: skeleton.size,
        other_sizes: skeleton.size.other_sizes(OtherSizes::SameGraph),
        about: About {
            format: format!(
                "PyTorch export (.pt2), schema {}.{}",
                version.major, version.minor
            ),
            written_by: torch.map(|version| format!("PyTorch {version}")),
            classes: skeleton.classes,
            sources: skeleton.sources,
            notes: Vec::new(),
        },
    })
}
