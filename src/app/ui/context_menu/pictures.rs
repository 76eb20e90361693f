//! What can be done with an image of the folder.

use super::Entries;
use super::truth::truth_of_picture_entry;
use crate::app::commands::Command;
use crate::app::gallery;
use crate::app::scene::Scene;
use crate::engine::ModelInfo;
use crate::folder::Entry;

/// Adds the entries for an image of the folder, by its index. `open` opens it.
pub fn picture_entries(entries: &mut Entries, scene: Scene<'_>, entry: &Entry, open: Command) {
    let why_not = entry
        .unreadable
        .as_ref()
        .map(|_| "This file cannot be read as an image".to_owned());
    entries.add_unless("Open", open, why_not);
    if let Some(verdict) = entry.verdict()
        && scene
            .state
            .truth_model()
            .is_some_and(ModelInfo::has_classes)
    {
        let name = gallery::class_name(scene.state, verdict.class);
        let is_true = entry.truth == Some(verdict.class);
        let class = (verdict.class, name.as_str());
        truth_of_picture_entry(entries, &entry.path, class, is_true);
    }
    entries.separate();
    file_entries(entries, scene, &entry.path);
}

/// Adds the entries for any file.
pub fn file_entries(entries: &mut Entries, scene: Scene<'_>, path: &std::path::Path) {
    let reveal = Command::Reveal(path.to_owned());
    entries.add(scene, "Show in file manager", reveal);
    let text = path.display().to_string();
    entries.add(scene, "Copy file path", Command::CopyText(text));
}
