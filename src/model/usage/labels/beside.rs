//! Names of classes in files beside a model, in the forms that training scripts write.

use std::path::Path;

use super::json::Read;
use super::{json, text, yaml};
use crate::model::error::short;
use crate::model::usage::beside;

/// The files that are looked for, in this order.
const FILES: [&str; 18] = [
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
    "data.yaml",
    "data.yml",
    CONFIG,
];
/// A network's configuration, which may hold names among much else.
const CONFIG: &str = "config.json";
/// The names of `classes` classes in the first file beside the model that has them, with its name. A file
/// that does not fit adds a note on why, and so does a later one that has other names.
pub(super) fn find(
    model: &Path,
    classes: usize,
    notes: &mut Vec<String>,
) -> Option<(&'static str, Vec<String>)> {
    let mut found: Option<(&'static str, Read)> = None;
    for file in FILES {
        let path = model.with_file_name(file);
        let read = match read(file, &path, classes) {
            Ok(Some(read)) => read,
            Ok(None) => continue,
            // What is not needed may be of another model.
            Err(_) if found.is_some() => continue,
            Err(reason) => {
                notes.push(format!(
                    "{file} is ignored: it {reason}: {}",
                    path.display()
                ));
                continue;
            }
        };
        match &found {
            None => found = Some((file, read)),
            Some((first, taken)) => {
                notes.extend(contradiction((first, taken), (file, &read)));
            }
        }
    }
    let (file, read) = found?;
    if read.from_one {
        notes.push(format!(
            "{file} counts the classes from 1: the name numbered 1 is taken for the first output of the model."
        ));
    }
    Some((file, read.names))
}

/// The names of `classes` classes in one file; `None` where there is none, or where it is about other things.
fn read(file: &str, path: &Path, classes: usize) -> Result<Option<Read>, String> {
    let text = match beside::read(path) {
        Ok(None) => return Ok(None),
        Ok(Some(text)) => text,
        Err(reason) => return Err(format!("cannot be read ({reason})")),
    };
    let ending = Path::new(file)
        .extension()
        .and_then(|ending| ending.to_str());
    let read = match ending {
        Some("txt") => Some(Read {
            names: text::names(&text, classes),
            from_one: false,
        }),
        Some("yaml" | "yml") => match yaml::names(&text) {
            Some(yaml::Names::Listed(names)) => Some(Read {
                names,
                from_one: false,
            }),
            Some(yaml::Names::Numbered(numbered)) => Some(json::in_order(numbered)?),
            None => None,
        },
        _ => json::of_json(&text, file == CONFIG)?,
    };
    match read {
        Some(read) if read.names.len() != classes => Err(format!(
            "has {} names, and the model has {classes} classes",
            read.names.len()
        )),
        read => Ok(read),
    }
}

/// What to say where two files name the classes differently.
fn contradiction((first, taken): (&str, &Read), (other, read): (&str, &Read)) -> Option<String> {
    // A name may have synonyms behind it, and blanks may be written otherwise.
    let plain = |name: &str| {
        let main = name.split(',').next().unwrap_or_default();
        main.trim().to_lowercase().replace(['_', '-'], " ")
    };
    let mut pairs = taken.names.iter().zip(&read.names);
    let class = pairs.position(|(a, b)| plain(a) != plain(b))?;
    let (ours, theirs) = (&taken.names[class], &read.names[class]);
    Some(format!(
        "{first} and {other} beside the model contradict each other: class {class} is “{}” in the one and “{}” in the \
         other. {first} is used.",
        short(ours),
        short(theirs)
    ))
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
        assert!(notes[1].contains("is not JSON (line 1"), "{}", notes[1]);
        assert!(
            notes[2].contains("has no name for the number 1"),
            "{}",
            notes[2]
        );
    }

    #[test]
    fn says_what_is_wrong_with_the_numbers_of_a_dictionary() {
        for (text, said) in [
            (
                r#"{"a": 0, "b": 1, "c": 1}"#,
                "gives the number 1 to both “b” and “c”",
            ),
            (
                r#"{"0": "a", "2": "c", "3": "d"}"#,
                "has no name for the number 1, though its numbers go from 0 to 3",
            ),
            (
                r#"{"1": "a", "3": "c", "4": "d"}"#,
                "has no name for the number 2, though",
            ),
            (
                r#"{"5": "a", "6": "b", "7": "c"}"#,
                "has no name for the number 0, though its numbers go from 5 to 7",
            ),
            (r#"{"a": "x", "b": "y"}"#, "holds no names"),
            ("{}", "holds no names"),
        ] {
            let (names, notes) = found(&[("class_to_idx.json", text)], 3);
            assert_eq!(names, None, "{text}");
            let start = format!("class_to_idx.json is ignored: it {said}");
            assert!(notes[0].starts_with(&start), "{notes:?}");
        }
        // There is one way to read numbers from 1 for as many classes.
        let (names, notes) = found(&[("class_indices.json", r#"{"1": "cat", "2": "dog"}"#)], 2);
        assert_eq!(names.unwrap().1, ["cat", "dog"]);
        assert!(notes[0].contains("counts the classes from 1"), "{notes:?}");
        let (names, notes) = found(&[("class_indices.json", r#"{"1": "cat", "2": "dog"}"#)], 3);
        assert_eq!(names, None);
        assert!(
            notes[0].contains("has 2 names, and the model has 3 classes"),
            "{notes:?}"
        );
    }

    #[test]
    fn reads_the_names_of_ultralytics() {
        let (names, notes) = found(&[("data.yaml", "nc: 2\nnames:\n  0: cat\n  1: dog\n")], 2);
        assert_eq!(
            names.unwrap(),
            (
                "data.yaml".to_owned(),
                vec!["cat".to_owned(), "dog".to_owned()]
            )
        );
        assert!(notes.is_empty(), "{notes:?}");
        let (names, notes) = found(&[("data.yaml", "names: {0: cat, 0: dog}")], 2);
        assert!(
            names.is_none() && notes[0].contains("gives the number 0 to both"),
            "{notes:?}"
        );
        // A file about other things.
        assert_eq!(
            found(&[("data.yaml", "train: images")], 2),
            (None, Vec::new())
        );
    }

    #[test]
    fn says_where_two_files_contradict_each_other() {
        let files = [("labels.txt", "cat\ndog\n"), ("classes.txt", "dog\ncat\n")];
        let (names, notes) = found(&files, 2);
        assert_eq!(names.unwrap().1, ["cat", "dog"]);
        let said = "labels.txt and classes.txt beside the model contradict each other: class 0 is “cat” in the one and \
                    “dog” in the other. labels.txt is used.";
        assert_eq!(notes, [said]);
        for agreeing in [
            ("classes.txt", "Cat\ndog, hound\n"),
            // Of another model.
            ("classes.txt", "a\nb\nc\n"),
            ("class_indices.json", "{"),
        ] {
            let (names, notes) = found(&[files[0], agreeing], 2);
            assert_eq!(
                (names.unwrap().1, notes),
                (vec!["cat".into(), "dog".into()], vec![])
            );
        }
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
