//! The archives of PyTorch 2.5 to 2.8: the graph is the same JSON as today, and the weights are what
//! `torch.save` writes, an archive in the archive. PyTorch 2.8 already has today's folders.

use super::sample;
use crate::model::error::{Fault, Result};
use crate::model::format::build::opened::{About, Opened, OtherSizes};
use crate::model::format::build::skeleton::Skeleton;
use crate::model::format::file::archive::Archive;
use crate::model::format::pt2::program::schema::Program;
use crate::model::format::pt2::skeleton;
use crate::model::format::torch_save;
use crate::model::opening::Opening;
use crate::model::usage::labels::OwnNames;
use crate::model::usage::preprocess::Preprocess;

const PROGRAM: &str = "serialized_exported_program.json";
const WEIGHTS: [&str; 2] = ["serialized_state_dict.pt", "serialized_constants.pt"];

/// The folder that everything is in; `None` if the archive has no model from before PyTorch 2.8.
pub fn root(archive: &Archive) -> Option<String> {
    let root = archive
        .names()
        .find_map(|name| name.strip_suffix(PROGRAM))?;
    (root.is_empty() || root.ends_with('/')).then(|| root.to_owned())
}

/// Reads an archive that has been entered at its [`root`].
pub fn open(mut archive: Archive, opening: &mut Opening) -> Result<Opened> {
    let text = archive.text(PROGRAM)?;
    let text = text.ok_or_else(|| Fault::Missing {
        entry: PROGRAM.into(),
    })?;
    let program = Program::parse(&text, PROGRAM)?;
    let (version, torch) = (program.schema_version, program.torch_version.clone());
    let preprocess = archive.text("extra_files/preprocess.json")?;
    let stated = preprocess.as_deref().and_then(Preprocess::stated_size);
    let stated = opening.stated_size(stated);
    let mut skeleton = skeleton::read(program, opening.options(), stated)?;
    load(&mut skeleton, &mut archive, WEIGHTS, opening)?;
    let held = sample::hold(
        &mut skeleton,
        &mut archive,
        &["serialized_example_inputs.pt".to_owned()],
        opening,
    )?;
    Ok(Opened {
        graph: skeleton.graph,
        names: OwnNames::of_text(archive.text("extra_files/labels.txt")?),
        preprocess,
        takes_bytes: skeleton.takes_bytes,
        held,
        metadata: Vec::new(),
        weights: None,
        size: skeleton.size,
        other_sizes: skeleton.size.other_sizes(OtherSizes::SameGraph),
        about: About {
            format: format!(
                "PyTorch export (.pt2) from before 2.8, schema {}.{}",
                version.major, version.minor
            ),
            written_by: torch.map(|version| format!("PyTorch {version}")),
            classes: skeleton.classes,
            sources: skeleton.sources,
            notes: Vec::new(),
        },
    })
}

/// The entries in which PyTorch 2.8 puts the weights and constants of the model called `name`.
pub fn weights_of(name: &str) -> [String; 2] {
    ["weights", "constants"].map(|folder| format!("data/{folder}/{name}.pt"))
}

/// Fills in the weights from those `entries` that the archive has.
pub fn load<S: AsRef<str>>(
    skeleton: &mut Skeleton,
    archive: &mut Archive,
    entries: [S; 2],
    opening: &mut Opening,
) -> Result<()> {
    let mut parts = Vec::new();
    for entry in entries {
        parts.extend(archive.nested(entry.as_ref())?);
    }
    torch_save::fill_from(parts, skeleton, opening)
}
