//! Names of classes in files beside a model, in the forms that training scripts write.

use std::path::Path;

use serde_json::{Map, Value};

use super::text;
use crate::model::usage::beside;

/// The files that are looked for, in this order.
const FILES: [&str; 16] = [
    "labels.txt",
    "classes.txt",
    "class_names.txt",
    "names.txt",
    "class_to_idx.txt",
    "imagenet_classes.txt",
    "synset.txt",
    "class_indices.json",
    "class_to_idx.json",
    "idx_to_class.json",
    "imagenet_class_index.json",
    "class_names.json",
    "labels.json",
    "classes.json",
    "id2label.json",
    CONFIG,
];
/// A network's configuration, which may hold names among much else.
const CONFIG: &str = "config.json";
/// The keys under which a larger file holds names.
const KEYS: [&str; 8] = [
    "id2label",
    "label_names",
    "class_to_idx",
    "idx_to_class",
    "class_names",
    "names",
    "labels",
    "classes",
];

/// The names of `classes` classes in the first file beside the model that has them, with its name. A file
/// that does not fit adds a note on why.
pub(super) fn find(
    model: &Path,
    classes: usize,
    notes: &mut Vec<String>,
) -> Option<(&'static str, Vec<String>)> {
    for file in FILES {
        let path = model.with_file_name(file);
        let names = match beside::read(&path) {
            Ok(None) => continue,
            Ok(Some(text)) if Path::new(file).extension().is_some_and(|e| e == "txt") => {
                Ok(Some(text::names(&text, classes)))
            }
            Ok(Some(text)) => of_json(&text, file == CONFIG),
            Err(reason) => Err(format!("cannot be read ({reason})")),
        };
        let names = names.and_then(|names| match names {
            Some(names) if names.len() != classes => Err(format!(
                "has {} names, and the model has {classes} classes",
                names.len()
            )),
            names => Ok(names),
        });
        match names {
            Ok(Some(names)) => return Some((file, names)),
            Ok(None) => {}
            Err(reason) => notes.push(format!(
                "{file} is ignored: it {reason}: {}",
                path.display()
            )),
        }
    }
    None
}

/// The names in a JSON file; `None` for a configuration that has none.
fn of_json(text: &str, is_config: bool) -> Result<Option<Vec<String>>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("cannot be read ({error})"))?;
    let inner = KEYS.iter().find_map(|key| value.get(key));
    if is_config {
        let names = inner.and_then(names);
        // transformers' own, where nobody has named the classes.
        return Ok(names.filter(|names| !names.iter().all(|name| name.starts_with("LABEL_"))));
    }
    let found = inner.and_then(names).or_else(|| names(&value));
    found.map(Some).ok_or_else(|| {
        "holds no names: a list, or a dictionary of names and the numbers from 0".to_owned()
    })
}

/// A list of names, or a dictionary of names by number or of numbers by name.
fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => list.iter().map(name).collect(),
        Value::Object(map) => by_number(map).or_else(|| by_name(map)),
        _ => None,
    }
}

/// A name, or the name at the end of a list: `["n01440764", "tench"]`.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Array(list) => list.last()?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn by_number(map: &Map<String, Value>) -> Option<Vec<String>> {
    let numbered = map
        .iter()
        .map(|(key, value)| Some((key.parse().ok()?, name(value)?)));
    in_order(numbered.collect::<Option<Vec<(usize, String)>>>()?)
}

fn by_name(map: &Map<String, Value>) -> Option<Vec<String>> {
    let number = |value: &Value| match value {
        Value::String(digits) => digits.parse().ok(),
        value => usize::try_from(value.as_u64()?).ok(),
    };
    let numbered = map
        .iter()
        .map(|(key, value)| Some((number(value)?, key.clone())));
    in_order(numbered.collect::<Option<Vec<(usize, String)>>>()?)
}

/// The names in the order of their numbers, which have no gap.
fn in_order(mut numbered: Vec<(usize, String)>) -> Option<Vec<String>> {
    numbered.sort_by_key(|(number, _)| *number);
    let counted = numbered
        .iter()
        .enumerate()
        .all(|(index, (number, _))| index == *number);
    (counted && !numbered.is_empty()).then(|| numbered.into_iter().map(|(_, name)| name).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The names that are found beside a model of so many classes, and the notes.
    fn found(
        files: &[(&str, &str)],
        classes: usize,
    ) -> (Option<(String, Vec<String>)>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut notes = Vec::new();
        let names = find(&folder.path().join("m.pt2"), classes, &mut notes);
        (names.map(|(file, names)| (file.to_owned(), names)), notes)
    }

    #[test]
    fn reads_every_usual_form() {
        for (file, text) in [
            ("labels.txt", "cat\ndog\n"),
            ("labels.txt", "0 cat\n1 dog\n"),
            ("labels.txt", "0: cat\n1: dog"),
            ("classes.txt", "\u{feff}cat\r\ndog"),
            ("class_indices.json", r#"{"0": "cat", "1": "dog"}"#),
            ("class_to_idx.json", r#"{"dog": 1, "cat": 0}"#),
            (
                "class_to_idx.json",
                r#"{"class_to_idx": {"dog": "1", "cat": "0"}}"#,
            ),
            ("idx_to_class.json", r#"{"1": "dog", "0": "cat"}"#),
            (
                "imagenet_class_index.json",
                r#"{"0": ["n1", "cat"], "1": ["n2", "dog"]}"#,
            ),
            ("class_to_idx.txt", "dog 1\ncat 0\n"),
            ("labels.json", r#"["cat", "dog"]"#),
            ("labels.json", r#"{"version": 1, "labels": ["cat", "dog"]}"#),
            ("classes.json", r#"[["n1", "cat"], ["n2", "dog"]]"#),
            (
                "config.json",
                r#"{"model_type": "vit", "id2label": {"0": "cat", "1": "dog"}, "label2id": {"cat": 0}}"#,
            ),
            (
                "config.json",
                r#"{"label_names": ["cat", "dog"], "num_classes": 2}"#,
            ),
        ] {
            let (names, notes) = found(&[(file, text)], 2);
            let names = names.unwrap_or_else(|| panic!("{file}: {notes:?}"));
            assert_eq!(names.1, ["cat", "dog"], "{text}");
            assert_eq!((names.0.as_str(), notes.len()), (file, 0));
        }
    }

    #[test]
    fn keeps_numbers_that_are_names() {
        let (names, _) = found(&[("labels.txt", "0\n1\n2\n")], 3);
        assert_eq!(names.unwrap().1, ["0", "1", "2"]);
        let (names, _) = found(&[("labels.txt", "0 to 9\nteens\n")], 2);
        assert_eq!(names.unwrap().1, ["0 to 9", "teens"]);
    }

    #[test]
    fn goes_on_after_a_file_that_does_not_fit() {
        let files = [
            ("labels.txt", "a\nb\nc\n"),
            ("class_indices.json", "{"),
            ("class_to_idx.json", r#"{"a": 0, "b": 2}"#),
            ("labels.json", r#"["cat", "dog"]"#),
        ];
        let (names, notes) = found(&files, 2);
        assert_eq!(names.unwrap().0, "labels.json");
        assert_eq!(notes.len(), 3);
        assert!(notes[0].contains("has 3 names"), "{}", notes[0]);
        assert!(notes[1].contains("cannot be read"), "{}", notes[1]);
        assert!(notes[2].contains("holds no names"), "{}", notes[2]);
    }

    #[test]
    fn a_configuration_without_names_says_nothing() {
        for text in [
            r#"{"model_type": "vit"}"#,
            r#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#,
        ] {
            assert_eq!(found(&[("config.json", text)], 2), (None, Vec::new()));
        }
    }
}
