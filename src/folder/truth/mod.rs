//! The true class of an image, from the name of its folder or set by hand.
//!
//! Data sets have one folder per class, but the names of the folders rarely match the model's labels
//! exactly: `tiger_cat` for `tiger cat`, or just an index. An ambiguous name stands for no class,
//! because a wrong true class would be counted as the model's mistake.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) mod verdict;

/// The known true classes, as classes of one model.
#[derive(Debug, Clone, Default)]
pub struct Truths {
    labels: Vec<String>,
    /// Classes by label; `None` if several have the same label.
    exact: HashMap<String, Option<usize>>,
    /// The same in lower case, with spaces for underscores.
    plain: HashMap<String, Option<usize>>,
    by_hand: HashMap<PathBuf, Option<Given>>,
}

/// A class set by hand, with its label, because its index may differ in another model.
#[derive(Debug, Clone)]
struct Given {
    class: usize,
    label: Option<String>,
}

impl Truths {
    /// Sets the labels of another model, one per class. Classes set by hand are kept if the model has a
    /// class with that label.
    pub fn set_labels(&mut self, labels: &[String]) {
        self.labels = labels.to_vec();
        self.exact.clear();
        self.plain.clear();
        for (class, label) in labels.iter().enumerate() {
            enter(&mut self.exact, label.clone(), class);
            enter(&mut self.plain, plain(label), class);
        }
    }

    /// The model's labels, one per class.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The class with this name: its exact label, otherwise its label ignoring case and with `_` for
    /// spaces, otherwise its index (`281`).
    pub fn class(&self, name: &str) -> Option<usize> {
        if let Some(class) = self.exact.get(name) {
            return *class;
        }
        if let Some(class) = self.plain.get(&plain(name)) {
            return *class;
        }
        let index = name.trim().parse::<usize>().ok()?;
        (index < self.labels.len()).then_some(index)
    }

    /// The class set by hand, otherwise the class that the folder of the image is named after.
    pub fn of(&self, picture: &Path) -> Option<usize> {
        if self.is_by_hand(picture) {
            return self.by_hand(picture);
        }
        self.class(&picture.parent()?.file_name()?.to_string_lossy())
    }

    /// The class set by hand.
    pub fn by_hand(&self, picture: &Path) -> Option<usize> {
        let given = self.by_hand.get(picture)?.as_ref()?;
        if self.labels.get(given.class) == given.label.as_ref() {
            return Some(given.class);
        }
        self.class(given.label.as_ref()?)
    }

    /// Whether a class, or that it is unknown, was set by hand.
    pub fn is_by_hand(&self, picture: &Path) -> bool {
        self.by_hand.contains_key(picture)
    }

    /// Sets the class of an image, or that it is unknown.
    pub fn set(&mut self, picture: &Path, class: Option<usize>) {
        let given = class.map(|class| Given {
            class,
            label: self.labels.get(class).cloned(),
        });
        self.by_hand.insert(picture.to_owned(), given);
    }
}

fn enter(names: &mut HashMap<String, Option<usize>>, name: String, class: usize) {
    names
        .entry(name)
        .and_modify(|known| *known = None)
        .or_insert(Some(class));
}

fn plain(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    fn truths(labels: &[&str]) -> Truths {
        let mut truths = Truths::default();
        truths.set_labels(&owned(labels));
        truths
    }

    #[test]
    fn matches_folders_in_common_spellings() {
        let truths = truths(&["tench", "tiger cat", "Egyptian cat", "jack-o'-lantern"]);
        for (folder, class) in [
            ("tiger cat", Some(1)),
            ("Tiger_Cat", Some(1)),
            ("egyptian_cat", Some(2)),
            ("TENCH", Some(0)),
            ("jack-o'-lantern", Some(3)),
            ("3", Some(3)),
            ("003", Some(3)),
            ("4", None),
            ("-1", None),
            ("cat", None),
            ("", None),
        ] {
            let picture = Path::new("/data").join(folder).join("a.png");
            assert_eq!(
                truths.of(&picture),
                class.filter(|_| !folder.is_empty()),
                "{folder}"
            );
        }
        assert_eq!(truths.of(Path::new("a.png")), None);
    }

    #[test]
    fn prefers_a_numeric_label_to_an_index() {
        let truths = truths(&["7", "0", "1"]);
        assert_eq!(truths.class("0"), Some(1));
        assert_eq!(truths.class("7"), Some(0));
        assert_eq!(truths.class("2"), Some(2));
    }

    #[test]
    fn matches_no_class_for_an_ambiguous_label() {
        let truths = truths(&["crane", "Maillot", "crane", "maillot"]);
        assert_eq!(truths.class("crane"), None);
        assert_eq!(truths.class("Crane"), None);
        assert_eq!(truths.class("maillot"), Some(3));
        assert_eq!(truths.class("Maillot"), Some(1));
        assert_eq!(truths.class("MAILLOT"), None);
        assert_eq!(truths.class("2"), Some(2));
    }

    #[test]
    fn prefers_classes_set_by_hand_and_follows_their_labels() {
        let mut truths = truths(&["cat", "dog", "crane", "crane"]);
        let (a, b) = (Path::new("/data/cat/a.png"), Path::new("/data/cat/b.png"));
        truths.set(a, Some(1));
        truths.set(b, None);
        assert_eq!((truths.of(a), truths.of(b)), (Some(1), None));
        assert_eq!(truths.of(Path::new("/data/cat/c.png")), Some(0));

        truths.set_labels(&owned(&["dog", "cat"]));
        assert_eq!((truths.of(a), truths.by_hand(a)), (Some(0), Some(0)));
        truths.set_labels(&owned(&["owl"]));
        assert_eq!(truths.of(a), None);

        truths.set_labels(&owned(&["cat", "dog", "crane", "crane"]));
        truths.set(a, Some(3));
        truths.set_labels(&owned(&["cat", "dog", "crane", "crane"]));
        assert_eq!(truths.of(a), Some(3), "one of two classes with that label");
    }
}
