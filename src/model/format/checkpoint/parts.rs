//! Weights in several files with an index, as transformers saves large networks.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::safetensors;
use crate::model::error::{Fault, Result, listed};
use crate::model::format::file::archive::Archive;
use crate::model::format::file::sniff;
use crate::model::format::file::start::FileStart;
use crate::model::format::torch_save::source::Source;
use crate::model::format::torch_save::{self, StateDict};

/// Longest index that is read, in bytes.
const MAX_LENGTH: u64 = 64 << 20;
/// Most files that it may name.
const MAX_PARTS: usize = 1000;

#[derive(Deserialize)]
struct Index {
    /// The file of each tensor.
    weight_map: BTreeMap<String, String>,
}

/// All tensors that the index at `path` names.
///
/// # Errors
/// [`Fault::Missing`] where a file is not there, [`Fault::Damaged`] where the index is wrong or a file lacks a tensor.
pub fn read(path: &Path, start: FileStart) -> Result<StateDict> {
    if start.length > MAX_LENGTH {
        return Err(damaged(format!("it is {} bytes long", start.length)));
    }
    let text = std::io::read_to_string(start.file).map_err(damaged)?;
    let index: Index = serde_json::from_str(&text).map_err(damaged)?;
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tensor, file) in &index.weight_map {
        files.entry(file).or_default().push(tensor);
    }
    if files.is_empty() || files.len() > MAX_PARTS {
        return Err(damaged(format!("it names {} files", files.len())));
    }
    let is_name = |name: &str| !name.contains(['/', '\\']) && !name.starts_with('.');
    if let Some(name) = files.keys().find(|name| !is_name(name)) {
        return Err(damaged(format!(
            "{name} is not the name of a file beside it"
        )));
    }
    let missing: Vec<&str> = files
        .keys()
        .copied()
        .filter(|name| !path.with_file_name(name).is_file())
        .collect();
    if !missing.is_empty() {
        return Err(Fault::Parts {
            missing: listed(&missing),
            of: files.len(),
        });
    }
    let mut all = StateDict {
        tensors: Vec::new(),
        unreadable: Vec::new(),
        source: Source::Several(Vec::new()),
    };
    let mut sources = Vec::new();
    for (file, tensors) in files {
        let part = part(&path.with_file_name(file))?;
        let there: HashSet<&str> = part.tensors.iter().map(|(name, _)| name.as_str()).collect();
        let lacks: Vec<&str> = tensors
            .iter()
            .copied()
            .filter(|name| !there.contains(name))
            .collect();
        if !lacks.is_empty() {
            return Err(damaged(format!(
                "{file} does not have {}, which it names there",
                listed(&lacks)
            )));
        }
        let at = sources.len();
        // A tensor may also be left in a file where the index does not look for it.
        let named: HashSet<&str> = tensors.into_iter().collect();
        for (name, mut stored) in part.tensors {
            if !named.contains(name.as_str()) {
                continue;
            }
            stored.storage = Source::key_in(at, &stored.storage);
            all.tensors.push((name, stored));
        }
        all.unreadable.extend(part.unreadable);
        sources.push(part.source);
    }
    all.source = Source::Several(sources);
    Ok(all)
}

/// The tensors of one file.
fn part(path: &Path) -> Result<StateDict> {
    let start = FileStart::of(path)?;
    if sniff::is_safetensors(&start.bytes, start.length) {
        return safetensors::tensors(start);
    }
    let mut archive = Archive::open(start.file, start.length)?;
    let root = torch_save::zip::root(&archive).ok_or_else(|| Fault::Missing {
        entry: torch_save::zip::PICKLE.into(),
    })?;
    archive.enter(root)?;
    let (pickle, source) = torch_save::zip::read(archive)?;
    Ok(StateDict::of(&pickle, pickle.root(), source))
}

fn damaged(reason: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the index of its parts: {reason}"))
}
