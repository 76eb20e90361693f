//! The archives of PyTorch 2.5 to 2.7: the graph as JSON like today's, and the weights as
//! `torch.save` writes them, an archive within the archive.

use super::archive::Archive;
use super::schema::Program;
use super::{About, Opened, Result, Skeleton};
use crate::model::error::Fault;
use crate::model::format::checkpoint;
use crate::model::opening::Opening;

const PROGRAM: &str = "serialized_exported_program.json";
const WEIGHTS: [&str; 2] = ["serialized_state_dict.pt", "serialized_constants.pt"];

/// The folder that everything lies under; `None` where the archive holds no such model.
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
    let mut parts = Vec::new();
    for entry in WEIGHTS {
        if let Some(part) = archive.nested(entry)? {
            parts.push(part);
        }
    }
    checkpoint::fill_from(parts, &mut skeleton, opening)?;
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
