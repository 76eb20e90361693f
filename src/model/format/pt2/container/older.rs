//! The archives of PyTorch 2.5 to 2.8: the graph as JSON like today's, and the weights as
//! `torch.save` writes them, an archive within the archive. 2.8 has them in today's folders already.

use crate::model::error::Fault;
use crate::model::format::checkpoint;
use crate::model::format::pt2::archive::Archive;
use crate::model::format::pt2::program::schema::Program;
use crate::model::format::pt2::{About, Opened, Result, Skeleton};
use crate::model::opening::Opening;

const PROGRAM: &str = "serialized_exported_program.json";
const WEIGHTS: [&str; 2] = ["serialized_state_dict.pt", "serialized_constants.pt"];

/// The folder that everything lies under; `None` where the archive holds no model from before 2.8.
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
    let (version, torch) = (program.schema_version, program.torch_version);
    let mut skeleton = Skeleton::of(program.graph_module)?;
    load(&mut skeleton, &mut archive, WEIGHTS, opening)?;
    Ok(Opened {
        graph: skeleton.graph,
        labels: archive.text("extra_files/labels.txt")?,
        preprocess: archive.text("extra_files/preprocess.json")?,
        architecture: None,
        one_size: false,
        about: About {
            format: format!(
                "PyTorch export (.pt2) of before 2.8, schema {}.{}",
                version.major, version.minor
            ),
            written_by: torch.map(|version| format!("PyTorch {version}")),
            sources: skeleton.sources,
        },
    })
}

/// Where PyTorch 2.8 puts the weights and constants of the model called `name`.
pub fn weights_of(name: &str) -> [String; 2] {
    ["weights", "constants"].map(|folder| format!("data/{folder}/{name}.pt"))
}

/// Fills in the weights from those of the `entries` that are there.
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
    checkpoint::fill_from(parts, skeleton, opening)
}
