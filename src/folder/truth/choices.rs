//! What a person has chosen about the names in a folder.

use std::collections::BTreeMap;

use super::class_names::{ClassNames, Found};

/// How numbers are taken as classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numbering {
    /// As far as they can mean one thing only.
    #[default]
    Auto,
    /// The first class is 0.
    FromZero,
    /// The first class is 1.
    FromOne,
    /// Folders are classes in the order of their names as text: 1, 10, 11, 2. So does `ImageFolder` of
    /// torchvision.
    Sorted,
}

impl Numbering {
    /// In the order in which the window offers them.
    pub const ALL: [Numbering; 4] = [
        Numbering::Auto,
        Numbering::FromZero,
        Numbering::FromOne,
        Numbering::Sorted,
    ];
}

/// A class set by hand, with its label, because its index may differ in another model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its index in the model that was open.
    pub class: usize,
    /// Its label there.
    pub label: Option<String>,
}

impl Given {
    /// A class of a model.
    pub fn new(class: usize, classes: &ClassNames) -> Given {
        Given {
            class,
            label: classes.classes().labels.get(class).cloned(),
        }
    }

    /// The class in this model, if it has it.
    pub fn among(&self, classes: &ClassNames) -> Option<usize> {
        if classes.classes().labels.get(self.class) == self.label.as_ref() {
            return Some(self.class);
        }
        match classes.find(self.label.as_ref()?) {
            Found::Class(class) => Some(class),
            Found::Several | Found::Nothing => None,
        }
    }
}

/// What a person may say about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// It stands for what it says.
    ByName,
    /// It stands for no class.
    NoClass,
    /// It stands for this class.
    Class(usize),
}

/// What a person has chosen about the names of one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The classes that names stand for; `None` for no class.
    pub names: BTreeMap<String, Option<Given>>,
    /// How numbers are taken.
    pub numbering: Numbering,
}

impl Choices {
    /// Says what a name stands for.
    pub fn assign(&mut self, name: String, to: Assignment, classes: &ClassNames) {
        let given = match to {
            Assignment::ByName => {
                self.names.remove(&name);
                return;
            }
            Assignment::NoClass => None,
            Assignment::Class(class) => Some(Given::new(class, classes)),
        };
        self.names.insert(name, given);
    }
}
