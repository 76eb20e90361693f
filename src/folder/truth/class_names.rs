//! The classes of a model, found by what people call them.

use std::collections::HashMap;

use super::imagenet::{self, synset};
use super::loose::{joined, plain, plurals};

/// Where the names of the classes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// They are the model's own, or were given for it.
    Own,
    /// They are ImageNet's, because there are 1000.
    ImageNet,
    /// There are none: `class 3`.
    #[default]
    Numbers,
}

/// The classes of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classes {
    /// One for each class.
    pub labels: Vec<String>,
    /// Where they come from.
    pub naming: Naming,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// One class.
    Class(usize),
    /// More than one class could be meant.
    Several,
    /// No class.
    Nothing,
}

/// [`Classes`] that can be found by name.
#[derive(Debug, Clone, Default)]
pub struct ClassNames {
    classes: Classes,
    exact: Index,
    plain: Index,
    /// Plain names that a label lists (`tench, Tinca tinca`), and those of a label that is a synset.
    listed: Index,
    joined: Index,
    plural: Index,
    synsets: Index,
}

/// Classes by name; `None` for a name that several have.
#[derive(Debug, Clone, Default)]
struct Index(HashMap<String, Option<usize>>);

impl Index {
    fn enter(&mut self, name: String, class: usize) {
        if name.is_empty() {
            return;
        }
        self.0
            .entry(name)
            .and_modify(|known| *known = known.filter(|known| *known == class))
            .or_insert(Some(class));
    }

    fn find(&self, name: &str) -> Found {
        match self.0.get(name) {
            Some(Some(class)) => Found::Class(*class),
            Some(None) => Found::Several,
            None => Found::Nothing,
        }
    }
}

impl ClassNames {
    /// Prepares to find these classes.
    pub fn new(classes: Classes) -> ClassNames {
        let mut names = ClassNames::default();
        let is_imagenet = imagenet::is_it(&classes.labels);
        let known: HashMap<&str, &str> = imagenet::classes().collect();
        for (class, label) in classes.labels.iter().enumerate() {
            names.exact.enter(label.clone(), class);
            let whole = plain(label);
            names.plain.enter(whole.clone(), class);
            let theirs = synset(label).and_then(|id| known.get(id));
            let listed: Vec<String> = label
                .split(',')
                .chain(theirs.copied())
                .map(plain)
                .chain([whole])
                .collect();
            for name in listed {
                names.joined.enter(joined(&name), class);
                for form in plurals(&name) {
                    names.plural.enter(form, class);
                }
                names.listed.enter(name, class);
            }
        }
        for (index, (id, name)) in imagenet::classes().enumerate() {
            // Among fewer or other classes, a synset is the class with its name.
            let found = if is_imagenet {
                Found::Class(index)
            } else if imagenet::is_ambiguous(name) {
                Found::Nothing
            } else {
                names.listed.find(&plain(name))
            };
            if let Found::Class(class) = found {
                names.synsets.enter(id.to_owned(), class);
            }
        }
        names.classes = classes;
        names
    }

    /// The classes.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.classes.labels.len()
    }

    /// What a name stands for. The closest spelling decides, and it has to be that of one class alone:
    /// the label itself; the label in other case or with other separators; its synset in ImageNet; one of
    /// the names that the label lists; either without spaces; the plural of one of them, or its singular.
    pub fn find(&self, name: &str) -> Found {
        let name = name.trim();
        let loose = plain(name);
        [
            self.exact.find(name),
            self.plain.find(&loose),
            synset(name).map_or(Found::Nothing, |id| self.synsets.find(id)),
            self.listed.find(&loose),
            self.joined.find(&joined(&loose)),
            self.other_number(&loose),
        ]
        .into_iter()
        .find(|found| *found != Found::Nothing)
        .unwrap_or(Found::Nothing)
    }

    /// The class of which this is the plural or the singular.
    fn other_number(&self, loose: &str) -> Found {
        let singular = plurals(loose)
            .into_iter()
            .map(|form| self.listed.find(&form));
        [self.plural.find(loose)]
            .into_iter()
            .chain(singular)
            .fold(Found::Nothing, |one, other| match (one, other) {
                (found, Found::Nothing) | (Found::Nothing, found) => found,
                (one, other) if one == other => one,
                (_, _) => Found::Several,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(labels: &[&str]) -> ClassNames {
        ClassNames::new(Classes {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            naming: Naming::Own,
        })
    }

    fn labels_of_imagenet() -> Vec<&'static str> {
        imagenet::classes().map(|(_, name)| name).collect()
    }

    #[test]
    fn finds_a_class_in_common_spellings() {
        let names = names(&[
            "tench",
            "tiger cat",
            "Egyptian cat",
            "jack-o'-lantern",
            "fly",
        ]);
        for (name, class) in [
            ("tiger cat", 1),
            ("Tiger_Cat", 1),
            ("tiger-cats", 1),
            ("TigerCat", 1),
            ("egyptian_cat", 2),
            ("TENCH", 0),
            ("jack o lantern", 3),
            ("Flies", 4),
        ] {
            assert_eq!(names.find(name), Found::Class(class), "{name}");
        }
        for unknown in ["cat", "cats", "", "3", "fl", "tenches of"] {
            assert_eq!(names.find(unknown), Found::Nothing, "{unknown}");
        }
    }

    #[test]
    fn never_takes_one_of_two_classes() {
        let names = names(&[
            "crane",
            "Maillot",
            "crane",
            "maillot",
            "ice-cream",
            "ice cream",
        ]);
        assert_eq!(names.find("crane"), Found::Several);
        assert_eq!(names.find("Cranes"), Found::Several);
        assert_eq!(names.find("Maillot"), Found::Class(1));
        assert_eq!(names.find("maillot"), Found::Class(3));
        assert_eq!(names.find("MAILLOT"), Found::Several);
        assert_eq!(names.find("ice cream"), Found::Class(5));
        assert_eq!(names.find("ice_cream"), Found::Several);
        // The plural of one class, and the singular of another.
        let names = self::names(&["as", "asses", "a, ass"]);
        assert_eq!(names.find("ass"), Found::Class(2));
        let names = self::names(&["glass", "glasseses"]);
        assert_eq!(names.find("glasses"), Found::Several);
    }

    #[test]
    fn a_label_may_list_several_names() {
        let names = names(&["tench, Tinca tinca", "crane, bird", "crane"]);
        assert_eq!(names.find("Tinca_tinca"), Found::Class(0));
        assert_eq!(names.find("crane"), Found::Class(2));
        assert_eq!(names.find("bird"), Found::Class(1));
    }

    #[test]
    fn reads_the_synsets_of_imagenet() {
        let names = names(&labels_of_imagenet());
        for (name, label) in [
            ("n01440764", "tench"),
            ("n02124075", "Egyptian cat"),
            ("n02124075_Egyptian_cat", "Egyptian cat"),
            // Two classes are called crane, and their synsets tell them apart.
            ("n03126707", "crane"),
            ("n02963159", "cardigan"),
            ("n02113186", "Cardigan"),
            ("n15075141", "toilet tissue"),
        ] {
            let Found::Class(class) = names.find(name) else {
                panic!("{name} is a class");
            };
            assert_eq!(names.classes().labels[class], label, "{name}");
        }
        assert_eq!(names.find("n00000000"), Found::Nothing);
        assert_eq!(names.find("n024075"), Found::Nothing);
        assert_eq!(names.find("n021240751"), Found::Nothing);
        assert_eq!(names.find("cardigans"), Found::Several);
    }

    #[test]
    fn a_synset_is_the_class_with_its_name_among_other_classes() {
        let imagenette = names(&["tench", "cassette player", "chain saw"]);
        assert_eq!(imagenette.find("n01440764"), Found::Class(0));
        assert_eq!(imagenette.find("n02979186"), Found::Class(1));
        assert_eq!(imagenette.find("n02124075"), Found::Nothing);
        // A crane is a bird or a machine.
        assert_eq!(names(&["crane", "tench"]).find("n03126707"), Found::Nothing);
        let ids = names(&["n02124075", "n01440764"]);
        assert_eq!(ids.find("n01440764"), Found::Class(1));
        assert_eq!(ids.find("tench"), Found::Class(1));
        assert_eq!(ids.find("Egyptian_cats"), Found::Class(0));
    }

    #[test]
    fn a_thousand_other_classes_are_not_imagenet() {
        let other: Vec<String> = (0..1000).map(|class| format!("kind {class}")).collect();
        let names = ClassNames::new(Classes {
            labels: other,
            naming: Naming::Own,
        });
        assert_eq!(names.find("n01440764"), Found::Nothing);
        // As transformers writes them.
        let listed: Vec<String> = labels_of_imagenet()
            .iter()
            .map(|name| format!("{name}, something else"))
            .collect();
        let names = ClassNames::new(Classes {
            labels: listed,
            naming: Naming::Own,
        });
        assert_eq!(names.find("n02124075"), Found::Class(285));
    }
}
