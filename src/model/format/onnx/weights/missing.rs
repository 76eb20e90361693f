//! What to say where the file with the weights is missing, as after a model was renamed: what lies beside the model,
//! and which of it has the right size.
//!
//! A file of the right size is not taken for it: the weights of another training of the same network have that size
//! too, and would give confident answers that are wrong.

use std::collections::HashMap;
use std::path::Path;

use super::{size, stored};
use crate::model::error::{listed, short};
use crate::model::format::onnx::message::proto::{Graph, Tensor};

/// How many files of a folder are looked at.
const MAX_FILES: usize = 10_000;

/// How many bytes the file at each location has at least, by what the tensors say that are in it.
pub fn needed(graph: &Graph) -> HashMap<String, u64> {
    let attributes = graph.nodes.iter().flat_map(|node| &node.attributes);
    let constants = attributes.filter_map(|attribute| attribute.tensor.as_ref());
    let mut needed: HashMap<String, u64> = HashMap::new();
    for tensor in graph.initializers.iter().chain(constants) {
        if let Some((location, end)) = extent(tensor) {
            let most = needed.entry(location.to_owned()).or_default();
            *most = end.max(*most);
        }
    }
    needed
}

/// The file that a tensor is in, and where it ends there.
fn extent(tensor: &Tensor) -> Option<(&str, u64)> {
    let of = |key: &str| tensor.external.iter().find(|entry| entry.key == key);
    let number = |key: &str| of(key)?.value.trim().parse::<u64>().ok();
    let own = || Some(size(tensor, stored(tensor.kind)?)?.1);
    let end = number("offset")
        .unwrap_or(0)
        .checked_add(number("length").or_else(own)?)?;
    (tensor.location == 1).then_some((of("location")?.value.as_str(), end))
}

/// What lies in the folder of the model in place of the file at `location`, which has `needed` bytes.
pub fn beside(folder: &Path, model: Option<&Path>, location: &str, needed: u64) -> String {
    let mut files: Vec<(String, u64)> = Vec::new();
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .take(MAX_FILES)
    {
        let Ok(entry) = entry else { continue };
        let own = entry.path().canonicalize().ok();
        if own.is_some() && own.as_deref() == model {
            continue;
        }
        if let Some(about) = entry.metadata().ok().filter(std::fs::Metadata::is_file) {
            files.push((
                entry.file_name().to_string_lossy().into_owned(),
                about.len(),
            ));
        }
    }
    files.sort();
    let of_size = |fits: &dyn Fn(u64) -> bool| {
        let fitting = files.iter().filter(|(_, length)| fits(*length));
        let names: Vec<&str> = fitting.map(|(name, _)| name.as_str()).collect();
        (names.len(), listed(&names))
    };
    let (count, exact) = of_size(&|length| length == needed);
    let (more, others) = of_size(&|length| length > needed);
    let name = short(location);
    match (count, more) {
        (1, _) => format!(
            "{exact} there has exactly the {needed} bytes that it needs: if that is the file, rename it to {name}"
        ),
        (2.., _) => format!(
            "{exact} there have exactly the {needed} bytes that it needs: rename the one that belongs to this model \
             to {name}"
        ),
        (0, 0) => format!(
            "No file there has the {needed} bytes that it needs: put the one there that was exported with the model, \
             under that name"
        ),
        (0, _) => format!(
            "It needs {needed} bytes, and of the files there these have more: {others}. Put the one there that was \
             exported with the model, under that name"
        ),
    }
}
