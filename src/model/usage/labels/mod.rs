//! The names of the classes: from the model file, from a file beside the model, from ImageNet, or
//! numbers.

use std::path::Path;

use crate::model::error::{Error, Fault};

mod beside;
mod json;
mod own;
mod text;
mod yaml;

pub(crate) use own::OwnNames;

const IMAGENET: &str = include_str!("../../../../assets/imagenet_labels.txt");

/// Where the names come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelSource {
    /// The model file has them.
    Archive,
    /// A file of this name in the model's folder.
    BesideModel(&'static str),
    /// Assumed, because there are 1000 classes.
    ImageNet,
    /// No names are known: `class 17`.
    Numbered,
    /// The user has typed them in.
    Typed,
    /// Assumed, because there are as many classes as folders of images: their names, sorted.
    Folders,
}

/// A name for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// One for each class, in the order of the logits.
    pub names: Vec<String>,
    /// Where `names` come from.
    pub source: LabelSource,
    /// Why a file beside the model was ignored, worded for the user.
    pub note: Option<String>,
}

impl Labels {
    /// Finds names for `classes` classes. `archive` is the text of the model file's own labels.
    ///
    /// A file beside the model may belong to another one. If it does not fit, it is ignored with a note.
    ///
    /// # Errors
    /// [`Fault::Labels`] where the labels in the model file do not fit.
    pub fn resolve(archive: Option<&str>, model: &Path, classes: usize) -> Result<Labels, Error> {
        if let Some(text) = archive {
            let names = exactly(text, classes).map_err(|fault| fault.at(model))?;
            return Ok(Labels {
                names,
                source: LabelSource::Archive,
                note: None,
            });
        }
        let mut notes = Vec::new();
        if let Some((file, names)) = beside::find(model, classes, &mut notes) {
            let names = names.iter().enumerate();
            return Ok(Labels {
                names: names.map(|(class, name)| called(class, name)).collect(),
                source: LabelSource::BesideModel(file),
                note: (!notes.is_empty()).then(|| notes.join("\n")),
            });
        }
        let note = (!notes.is_empty()).then(|| notes.join("\n"));
        let (names, source) = match exactly(IMAGENET, classes) {
            Ok(names) => (names, LabelSource::ImageNet),
            Err(_) => (
                (0..classes).map(|class| format!("class {class}")).collect(),
                LabelSource::Numbered,
            ),
        };
        Ok(Labels {
            names,
            source,
            note,
        })
    }

    /// Names for the two directions of a number, which no file has.
    pub(crate) fn of_directions(names: [&str; 2]) -> Labels {
        Labels {
            names: names.map(str::to_owned).to_vec(),
            source: LabelSource::Numbered,
            note: None,
        }
    }

    /// Names that the user has typed in.
    ///
    /// # Errors
    /// [`Fault::Labels`] where there are more or fewer than classes.
    pub(crate) fn typed(names: Vec<String>, classes: usize) -> Result<Labels, Fault> {
        if names.len() != classes {
            return Err(Fault::Labels {
                expected: classes,
                found: names.len(),
            });
        }
        let names = names.iter().enumerate();
        Ok(Labels {
            names: names.map(|(class, name)| called(class, name)).collect(),
            source: LabelSource::Typed,
            note: None,
        })
    }

    /// The names of "no" and "yes", for a file that has both or only that of "yes".
    ///
    /// # Errors
    /// As [`Labels::resolve`].
    pub(crate) fn of_two_sides(
        archive: Option<&str>,
        model: &Path,
        unnamed: [&str; 2],
    ) -> Result<Labels, Error> {
        if let Some(yes) = archive.and_then(|text| exactly(text, 1).ok()) {
            let yes = yes.into_iter().next().unwrap_or_default();
            return Ok(Labels {
                names: vec![format!("not {yes}"), yes],
                source: LabelSource::Archive,
                note: None,
            });
        }
        let mut labels = Labels::resolve(archive, model, 2)?;
        if labels.source == LabelSource::Numbered {
            labels.names = unnamed.map(str::to_owned).into();
        }
        Ok(labels)
    }
}

/// The name of a class, or its number if the name is blank.
fn called(class: usize, name: &str) -> String {
    match name.trim() {
        "" => format!("class {class}"),
        name => name.replace(char::is_control, " "),
    }
}

/// The lines of a text. Blank ones at the end count only if there are as many as classes.
fn lines(text: &str, classes: usize) -> Vec<&str> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
    while lines.len() > classes && lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// One name per line, as many as there are classes. A blank line stands for the number of its class.
fn exactly(text: &str, classes: usize) -> Result<Vec<String>, Fault> {
    let lines = lines(text, classes);
    let names: Vec<String> = lines
        .into_iter()
        .enumerate()
        .map(|(class, name)| called(class, name))
        .collect();
    if names.len() == classes {
        Ok(names)
    } else {
        Err(Fault::Labels {
            expected: classes,
            found: names.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefers_labels_of_the_model_file_and_requires_them_to_fit() {
        let model = Path::new("/nowhere/m.pt2");
        let labels = Labels::resolve(Some("cat\r\n\r\ndog\r\n\n"), model, 3).unwrap();
        assert_eq!(labels.names, ["cat", "class 1", "dog"]);
        assert_eq!(labels.source, LabelSource::Archive);

        let error = Labels::resolve(Some("cat\ndog\n"), model, 3)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("expected 3 labels") && error.contains("found 2"),
            "{error}"
        );
        assert!(error.ends_with("/nowhere/m.pt2"), "{error}");
    }

    #[test]
    fn uses_or_ignores_a_file_beside_the_model() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("m.pt2");
        std::fs::write(folder.path().join("labels.txt"), "\u{feff}cat\ndog").unwrap();

        let labels = Labels::resolve(None, &model, 2).unwrap();
        assert_eq!(
            (labels.source, labels.note),
            (LabelSource::BesideModel("labels.txt"), None)
        );
        assert_eq!(labels.names, ["cat", "dog"]);

        let labels = Labels::resolve(None, &model, 1000).unwrap();
        assert_eq!(labels.source, LabelSource::ImageNet);
        let note = labels.note.unwrap();
        assert!(
            note.contains("1000") && note.ends_with("labels.txt"),
            "{note}"
        );

        std::fs::write(folder.path().join("labels.txt"), [0xff, 0xfe, 0x00]).unwrap();
        let labels = Labels::resolve(None, &model, 2).unwrap();
        assert_eq!(
            (labels.source, labels.note.is_some()),
            (LabelSource::Numbered, true)
        );
    }

    #[test]
    fn names_two_sides_by_two_names_or_one() {
        let model = Path::new("/nowhere/m.pt2");
        let names = |text| {
            Labels::of_two_sides(text, model, ["no", "yes"])
                .unwrap()
                .names
        };
        assert_eq!(names(None), ["no", "yes"]);
        assert_eq!(names(Some("healthy\nill\n")), ["healthy", "ill"]);
        assert_eq!(names(Some("hot dog\n")), ["not hot dog", "hot dog"]);
        assert!(Labels::of_two_sides(Some("a\nb\nc"), model, ["no", "yes"]).is_err());
    }

    #[test]
    fn requires_as_many_typed_names_as_classes() {
        let typed = |names: &[&str]| {
            let names = names.iter().map(std::string::ToString::to_string).collect();
            Labels::typed(names, 2)
        };
        let labels = typed(&[" cat ", ""]).unwrap();
        assert_eq!(labels.names, ["cat", "class 1"]);
        assert_eq!(labels.source, LabelSource::Typed);
        assert!(typed(&["cat"]).is_err() && typed(&["a", "b", "c"]).is_err());
    }

    #[test]
    fn falls_back_to_imagenet_or_numbers() {
        let model = Path::new("/nowhere/m.pt2");
        let labels = Labels::resolve(None, model, 1000).unwrap();
        assert_eq!(labels.source, LabelSource::ImageNet);
        assert_eq!(labels.names[0], "tench");
        assert_eq!(labels.names[999], "toilet tissue");

        let labels = Labels::resolve(None, model, 2).unwrap();
        assert_eq!(labels.names, ["class 0", "class 1"]);
        assert_eq!((labels.source, labels.note), (LabelSource::Numbered, None));
    }
}
