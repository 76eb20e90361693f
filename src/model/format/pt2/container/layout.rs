//! Where in the archive the graph lies.

use crate::model::error::Fault;
use crate::model::format::pt2::Result;
use crate::model::format::pt2::archive::Archive;

/// The folder that everything lies under; `None` where the archive holds no exported model.
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

/// The one model of the archive: `model` unless it was given a name when it was saved.
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
            reason: format!("it holds {} models; save one a file", names.len()),
        }),
    }
}

/// `model.json`, in the folder itself.
fn is_model(name: &str) -> bool {
    name.ends_with(".json") && !name.contains('/')
}
