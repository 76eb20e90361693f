//! The true class of an image: from a `labels.csv`, from the name of its folder, or set by hand.
//!
//! Data sets have one folder per class, but the names of the folders rarely match the model's labels
//! exactly: `tiger_cat` for `tiger cat`, ImageNet's `n02123159`, or just a number. A name that could be
//! two classes stands for none, because a wrong true class would be counted as the model's mistake; what
//! stands for none is listed, and a person may say what it is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub mod choices;
pub mod class_names;
mod imagenet;
pub mod labels_file;
pub(crate) mod loose;
pub mod names;
pub(crate) mod verdict;

use choices::{Choices, Given};
use class_names::{ClassNames, Classes};
use labels_file::LabelsFiles;
use names::{Names, Source};

/// The known true classes, as classes of one model.
#[derive(Debug, Clone, Default)]
pub struct Truths {
    classes: ClassNames,
    names: Names,
    choices: Choices,
    /// Each `labels.csv`.
    pub files: LabelsFiles,
    /// Whether all names are known.
    complete: bool,
    by_hand: HashMap<PathBuf, Option<Given>>,
}

impl Truths {
    /// Sets the classes of another model. Classes set by hand are kept if the model has a class with that
    /// label.
    pub fn set_classes(&mut self, classes: Classes) {
        self.classes = ClassNames::new(classes);
        self.understand();
    }

    /// The classes of the model.
    pub fn classes(&self) -> &ClassNames {
        &self.classes
    }

    /// The names of folders and labels files, and what they stand for.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What a person has chosen about the names.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Sets what a person has chosen about the names.
    pub fn set_choices(&mut self, choices: Choices) {
        self.choices = choices;
        self.understand();
    }

    /// The names of the folders, in the order of the classes, where the model has none of its own.
    pub fn sorted_names(&self) -> Option<Vec<Arc<str>>> {
        let sorted = self.names.sorted(&self.classes, self.choices.numbering);
        sorted.filter(|_| self.complete)
    }

    /// Counts an image with this name. Returns the name's index.
    pub fn count(&mut self, text: &Arc<str>, source: Source) -> usize {
        let before = self.names.all().len();
        let index = self.names.count(text, source);
        if index == before {
            self.names
                .understand_alone(index, &self.classes, &self.choices);
        }
        index
    }

    /// Sets all counts to zero.
    pub fn recount(&mut self) {
        self.names.recount();
        self.files.recount();
    }

    /// All names have been counted: what depends on all of them is known now.
    pub fn complete(&mut self) {
        self.complete = true;
        self.understand();
    }

    /// Whether all names are known.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Finds out again what the names stand for.
    fn understand(&mut self) {
        self.names
            .understand(&self.classes, &self.choices, self.complete);
    }

    /// Forgets all names and files. What was set by hand for single images is kept.
    pub fn clear(&mut self) {
        *self = Truths {
            classes: std::mem::take(&mut self.classes),
            by_hand: std::mem::take(&mut self.by_hand),
            ..Truths::default()
        };
    }

    /// The class set by hand, otherwise that of the name with this index.
    pub fn of(&self, picture: &Path, name: Option<usize>) -> Option<usize> {
        if self.by_hand.contains_key(picture) {
            return self.by_hand(picture);
        }
        self.names.class(name?)
    }

    /// The class set by hand.
    pub fn by_hand(&self, picture: &Path) -> Option<usize> {
        let given = self.by_hand.get(picture)?.as_ref()?;
        given.among(&self.classes)
    }

    /// Sets the class of an image, or that it is unknown. `name` is the index of the name that it has otherwise: if that
    /// says the same, nothing is set by hand.
    pub fn set(&mut self, picture: &Path, class: Option<usize>, name: Option<usize>) {
        if class.is_some() && name.and_then(|name| self.names.class(name)) == class {
            self.by_hand.remove(picture);
            return;
        }
        let given = class.map(|class| Given::new(class, &self.classes));
        self.by_hand.insert(picture.to_owned(), given);
    }

    /// What was set by hand for an image: a class, or that it is unknown.
    pub fn set_by_hand(&self, picture: &Path) -> Option<&Option<Given>> {
        self.by_hand.get(picture)
    }

    /// Takes up what was set by hand before, where nothing has been set since.
    pub fn recall(&mut self, pictures: impl IntoIterator<Item = (PathBuf, Option<Given>)>) {
        for (picture, given) in pictures {
            self.by_hand.entry(picture).or_insert(given);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::class_names::Naming;
    use super::*;

    fn owned(labels: &[&str]) -> Classes {
        Classes {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            naming: Naming::Own,
        }
    }

    #[test]
    fn prefers_classes_set_by_hand_and_follows_their_labels() {
        let mut truths = Truths::default();
        truths.set_classes(owned(&["cat", "dog", "crane", "crane"]));
        let name = Some(truths.count(&"cat".into(), Source::Folder));
        let (a, b) = (Path::new("/data/cat/a.png"), Path::new("/data/cat/b.png"));
        truths.set(a, Some(1), name);
        truths.set(b, None, name);
        assert_eq!((truths.of(a, name), truths.of(b, name)), (Some(1), None));
        assert_eq!(truths.of(Path::new("/data/cat/c.png"), name), Some(0));

        truths.set_classes(owned(&["dog", "cat"]));
        assert_eq!((truths.of(a, name), truths.by_hand(a)), (Some(0), Some(0)));
        truths.set_classes(owned(&["owl"]));
        assert_eq!(truths.of(a, name), None);

        truths.set_classes(owned(&["cat", "dog", "crane", "crane"]));
        truths.set(a, Some(3), name);
        truths.set_classes(owned(&["cat", "dog", "crane", "crane"]));
        let given = truths.of(a, name);
        assert_eq!(given, Some(3), "one of two classes with that label");

        // What is set now comes before what was set earlier.
        let dog = Given::new(1, truths.classes());
        let c = Path::new("/data/cat/c.png");
        truths.recall([a, c].map(|picture| (picture.to_owned(), Some(dog.clone()))));
        assert_eq!((truths.of(a, name), truths.of(c, name)), (Some(3), Some(1)));
        truths.set(c, Some(0), name);
        assert_eq!(truths.set_by_hand(c), None, "its folder says so");
        assert_eq!(truths.of(c, name), Some(0));
    }
}
