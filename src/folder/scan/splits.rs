//! Folders that are parts of a data set (`train`, `val`, `test`) and not classes.

use std::fs;
use std::path::{Path, PathBuf};

/// The usual names, in the usual order.
const NAMES: [&[&str]; 4] = [
    &["train", "training", "trainset"],
    &["val", "valid", "validation", "valset", "dev"],
    &["test", "testing", "testset", "eval", "evaluation"],
    &["holdout", "hold-out", "hold_out"],
];

/// The place of a split among others; `None` for a name that splits do not usually have.
pub fn rank(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    NAMES
        .iter()
        .position(|names| names.contains(&name.as_str()))
}

/// Those of the subfolders that are splits, in the usual order. A folder `train` among other classes, with
/// images of trains, is none: splits have subfolders of their own, or there is nothing but splits.
pub fn among(folders: &[(String, PathBuf)]) -> Vec<String> {
    let named: Vec<(usize, &(String, PathBuf))> = folders
        .iter()
        .filter_map(|folder| Some((rank(&folder.0)?, folder)))
        .collect();
    let alone = named.len() > 1 && named.len() == folders.len();
    let mut splits: Vec<(usize, String)> = named
        .into_iter()
        .filter(|(_, (_, path))| alone || has_subfolder(path))
        .map(|(rank, (name, _))| (rank, name.clone()))
        .collect();
    splits.sort();
    splits.into_iter().map(|(_, name)| name).collect()
}

fn has_subfolder(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .any(|entry| entry.path().is_dir())
}
