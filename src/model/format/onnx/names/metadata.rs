//! The metadata of a file: the names of its classes and its preprocessing.

use super::literal;
use crate::model::format::onnx::message::proto::Entry;
use crate::model::usage::preprocess::Preprocess;

/// Keys whose value is a list or dict of class names; the first is that of ultralytics.
const NAMES: [&str; 6] = [
    "names",
    "class_names",
    "classes",
    "labels",
    "id2label",
    "label_names",
];

/// The names of `classes` classes, one per line, and the preprocessing in timm's keys.
///
/// A list of another length may be about something else, and is ignored.
pub fn extras(metadata: &[Entry], classes: usize) -> (Option<String>, Option<String>) {
    let of = |key: &str| {
        let found = metadata.iter().find(|entry| entry.key == key);
        found.map(|entry| entry.value.as_str())
    };
    let listed = NAMES.iter().find_map(|key| {
        let names = literal::texts(of(key)?)?;
        // A single logit may have two names, for no and yes.
        let fits = names.len() == classes || (classes, names.len()) == (1, 2);
        let line = |name: &String| name.replace(char::is_control, " ") + "\n";
        fits.then(|| names.iter().map(line).collect())
    });
    let labels = of("labels.txt").map(str::to_owned).or(listed);
    (labels, of("preprocess.json").map(str::to_owned))
}

/// Width and height of the image that the metadata states: those of `preprocess.json`, or ultralytics'
/// `imgsz`, which is height and width.
pub fn stated_size(metadata: &[Entry]) -> Option<(u32, u32)> {
    let of = |key: &str| {
        let found = metadata.iter().find(|entry| entry.key == key);
        found.map(|entry| entry.value.as_str())
    };
    let stated = of("preprocess.json").and_then(Preprocess::stated_size);
    stated.or_else(|| {
        let (height, width): (u32, u32) = serde_json::from_str(of("imgsz")?).ok()?;
        (width > 0 && height > 0).then_some((width, height))
    })
}

/// Its keys and values, except for long ones, which are no statements about images.
pub fn pairs(metadata: &[Entry]) -> Vec<(String, String)> {
    const MAX_VALUE: usize = 4096;
    let short = metadata
        .iter()
        .filter(|entry| entry.value.len() <= MAX_VALUE);
    let pair = |entry: &Entry| (entry.key.clone(), entry.value.clone());
    short.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::usage::labels::Labels;

    fn entry(key: &str, value: &str) -> Entry {
        Entry {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn names_count_where_there_are_as_many_as_classes() {
        let notes = [
            entry("names", "{0: 'cat', 1: 'dog'}"),
            entry("task", "classify"),
        ];
        assert_eq!(extras(&notes, 2).0.as_deref(), Some("cat\ndog\n"));
        assert_eq!(extras(&notes, 3), (None, None));
        let sides = Labels::of_two_sides(
            extras(&notes, 1).0.as_deref(),
            Path::new("m.onnx"),
            ["no", "yes"],
        );
        assert_eq!(sides.unwrap().names, ["cat", "dog"]);
    }

    #[test]
    fn a_class_without_a_name_counts_last_as_well() {
        let notes = [entry("names", "['cat', '', '']")];
        let labels = extras(&notes, 3).0;
        let labels = Labels::resolve(labels.as_deref(), Path::new("m.onnx"), 3);
        assert_eq!(labels.unwrap().names, ["cat", "class 1", "class 2"]);
    }

    #[test]
    fn the_extras_of_an_archive_may_be_notes() {
        let notes = [
            entry("labels.txt", "cat\ndog"),
            entry("preprocess.json", "{}"),
        ];
        let (labels, preprocess) = extras(&notes, 2);
        assert_eq!(labels.as_deref(), Some("cat\ndog"));
        assert_eq!(preprocess.as_deref(), Some("{}"));
    }
}
