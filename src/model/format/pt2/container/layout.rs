//! Where the graph is in the archive.

use std::path::Path;

use crate::model::error::{Fault, Result};
use crate::model::format::file::archive::Archive;

/// The folder that everything is in; `None` if the archive has no exported model.
pub fn root(archive: &Archive) -> Option<String> {
    archive
        .names()
        .filter_map(|name| {
            name.split_once("models/")
                .filter(|(_, rest)| is_model(rest))
        })
        .map(|(root, _)| root)
        .find(|root| root.is_empty() || root.ends_with('/'))
        .map(str::to_owned)
}

/// The name of the archive's only model: `model`, unless it was given another when it was saved.
pub fn model_name(archive: &Archive) -> Result<String> {
    let folder = format!("{}models/", archive.root());
    let mut names: Vec<&str> = archive
        .names()
        .filter_map(|name| name.strip_prefix(&folder).filter(|rest| is_model(rest)))
        .filter_map(|name| name.strip_suffix(".json"))
        .collect();
    names.sort_unstable();
    match names[..] {
        [name] => Ok(name.to_owned()),
        _ if names.contains(&"model") => Ok("model".to_owned()),
        _ => Err(Fault::Entry {
            entry: folder,
            reason: format!("it has {} models; save one per file", names.len()),
        }),
    }
}

/// Whether an entry of the folder `models` is the JSON of a model.
fn is_model(name: &str) -> bool {
    !name.contains('/') && Path::new(name).extension().is_some_and(|end| end == "json")
}
