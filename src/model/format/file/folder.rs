//! Models that are a folder, as transformers and timm save them: `config.json` beside the weights, which may be in
//! several files with an index.

use std::path::{Path, PathBuf};

use crate::model::error::{Fault, Result};

/// The files that have the weights, the likeliest first.
const WEIGHTS: [&str; 5] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "open_clip_model.safetensors",
];
/// Files beside the weights, which stand for them.
const BESIDE: [&str; 3] = [
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
];
/// What the name of an index ends with.
const INDEX: &str = ".index.json";
/// The endings of model files in a folder that is none of these libraries'.
const ENDINGS: [&str; 7] = ["pt2", "onnx", "safetensors", "pth", "pt", "ckpt", "bin"];
/// Most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The file to read for a model at `path`: the weights in a folder, or the index of what is in several files.
///
/// # Errors
/// [`Fault::NotAModel`] for a folder without a model or with several.
pub fn file_of(path: &Path) -> Result<PathBuf> {
    if path.is_dir() {
        return in_folder(path);
    }
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if let Some(index) = index_of_part(&name) {
        let index = path.with_file_name(index);
        if index.is_file() {
            return Ok(index);
        }
    }
    if BESIDE.contains(&name.as_str())
        && let Some(weights) = path.parent().and_then(weights_in)
    {
        return Ok(weights);
    }
    Ok(path.to_owned())
}

/// Whether a folder is a model rather than one of images.
pub fn is_model(folder: &Path) -> bool {
    folder.join(BESIDE[0]).is_file() && weights_in(folder).is_some()
}

/// Whether a file is the index of weights in several files.
pub fn is_index(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.is_some_and(|name| name.ends_with(INDEX))
}

fn weights_in(folder: &Path) -> Option<PathBuf> {
    let mut files = WEIGHTS.iter().map(|name| folder.join(name));
    files.find(|file| file.is_file())
}

fn in_folder(folder: &Path) -> Result<PathBuf> {
    if let Some(weights) = weights_in(folder) {
        return Ok(weights);
    }
    let entries = std::fs::read_dir(folder).map_err(super::start::unreadable)?;
    let is_model = |path: &PathBuf| {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && path.is_file()
    };
    let paths = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<PathBuf> = paths.filter(is_model).collect();
    found.sort();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Fault::NotAModel {
            what: "this is a folder without a model (model.safetensors or pytorch_model.bin with a config.json, or \
                   one model file)"
                .into(),
        }),
        several => {
            let name = |path: &PathBuf| {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().into_owned()
            };
            Err(Fault::SeveralFiles(several.iter().map(name).collect()))
        }
    }
}

/// The index that names a part of the weights: `model-00001-of-00002.safetensors` is one.
fn index_of_part(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let (stem, of) = stem.rsplit_once("-of-")?;
    let (stem, part) = stem.rsplit_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(of) && is_number(part)).then(|| format!("{stem}.{ending}{INDEX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_belongs_to_its_index() {
        let index = index_of_part("model-00001-of-00002.safetensors");
        assert_eq!(index.as_deref(), Some("model.safetensors.index.json"));
        assert_eq!(index_of_part("out-of-place.safetensors"), None);
        assert_eq!(index_of_part("model.safetensors"), None);
    }

    #[test]
    fn a_folder_or_a_file_in_it_stands_for_its_weights() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "{}").unwrap();
            path
        };
        let (a, config) = (file("a.pth"), file("config.json"));
        assert_eq!(file_of(folder.path()).unwrap(), a);
        assert_eq!(file_of(&config).unwrap(), config);
        assert!(!is_model(folder.path()));
        file("b.onnx");
        let several = file_of(folder.path()).unwrap_err();
        assert!(matches!(several, Fault::SeveralFiles(_)), "{several}");
        let weights = file("model.safetensors");
        for path in [folder.path(), &config, &weights] {
            assert_eq!(file_of(path).unwrap(), weights);
        }
        assert_eq!(file_of(&a).unwrap(), a);
        assert!(is_model(folder.path()));
    }
}
