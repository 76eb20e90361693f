//! The entry that makes a class the true one.

use std::path::Path;

use super::Entries;
use crate::app::commands::Command;

/// The label of the entry for a class that is not the true one.
const SET: &str = "Set as true class";
/// The label of the entry for the true one.
const UNSET: &str = "Unset the true class";

/// Adds the entry for a class of the open photo; for the true one, the entry that takes it back.
pub fn truth_entry(entries: &mut Entries, class: usize, is_true: bool) {
    let (label, truth) = if is_true {
        (UNSET, None)
    } else {
        (SET, Some(class))
    };
    entries.add_unless(label, Command::SetTruth(truth), None);
}

/// Adds the entry for the class that is predicted for an image of the folder, by its name; for the true one, the
/// entry that takes it back.
pub fn truth_of_picture_entry(
    entries: &mut Entries,
    picture: &Path,
    (class, name): (usize, &str),
    is_true: bool,
) {
    let (label, truth) = if is_true {
        (UNSET.to_owned(), None)
    } else {
        (format!("{SET}: {name}"), Some(class))
    };
    let command = Command::SetTruthOf(picture.to_owned(), truth);
    entries.add_unless(label, command, None);
}
