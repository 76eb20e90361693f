//! The metadata of a file: the names of its classes and its preprocessing.

use super::literal;
use crate::model::format::onnx::message::proto::Entry;
use crate::model::usage::labels::OwnNames;
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

/// The names of classes under any of the usual keys. A list may be about something else.
pub fn names(metadata: &[Entry]) -> OwnNames {
    let lists = NAMES
        .iter()
        .filter_map(|key| literal::texts(value(metadata, key)?));
    OwnNames {
        text: value(metadata, "labels.txt").map(str::to_owned),
        lists: lists.collect(),
    }
}

/// The preprocessing in timm's keys.
pub fn preprocess(metadata: &[Entry]) -> Option<String> {
    value(metadata, "preprocess.json").map(str::to_owned)
}

fn value<'a>(metadata: &'a [Entry], key: &str) -> Option<&'a str> {
    let found = metadata.iter().find(|entry| entry.key == key);
    found.map(|entry| entry.value.as_str())
}

/// Width and height of the image that the metadata states: those of `preprocess.json`, or ultralytics'
/// `imgsz`, which is height and width.
pub fn stated_size(metadata: &[Entry]) -> Option<(u32, u32)> {
    let stated = value(metadata, "preprocess.json").and_then(Preprocess::stated_size);
    stated.or_else(|| {
        let (height, width): (u32, u32) = serde_json::from_str(value(metadata, "imgsz")?).ok()?;
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
    use super::*;

    fn entry(key: &str, value: &str) -> Entry {
        Entry {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn all_lists_of_names_are_handed_on() {
        let notes = [
            entry("task", "classify"),
            entry("labels", "['a', '']"),
            entry("names", "{0: 'cat', 1: 'dog', 2: 'newt'}"),
            entry("classes", "80"),
        ];
        let found = names(&notes);
        assert_eq!(found.text, None);
        assert_eq!(
            found.lists,
            [vec!["cat", "dog", "newt"], vec!["a", ""]],
            "the usual key comes first"
        );
    }

    #[test]
    fn the_extras_of_an_archive_may_be_notes() {
        let notes = [
            entry("labels.txt", "cat\ndog"),
            entry("preprocess.json", "{}"),
        ];
        assert_eq!(names(&notes).text.as_deref(), Some("cat\ndog"));
        assert_eq!(preprocess(&notes).as_deref(), Some("{}"));
    }
}
