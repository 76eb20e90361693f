//! The names under which images lie or are listed, and the class that each name stands for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::choices::{Choices, Numbering};
use super::class_names::{ClassNames, Found, Naming};

/// Where the name of an image's class comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Its folder, inside the one that was opened.
    Folder,
    /// The folder that was opened, or that of a single file. Most of these are no classes.
    Around,
    /// A `labels.csv`.
    LabelsFile,
}

/// What a name stands for, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is the label of a class, or close to one.
    Label(usize),
    /// It is the number of a class.
    Number(usize),
    /// It has the place of a class among the sorted names.
    Sorted(usize),
    /// A person said so.
    ByHand(Option<usize>),
    /// More than one class could be meant, so none is taken.
    Several,
    /// No class.
    Nothing,
}

impl Meaning {
    /// The class.
    pub fn class(self) -> Option<usize> {
        match self {
            Meaning::Label(class) | Meaning::Number(class) | Meaning::Sorted(class) => Some(class),
            Meaning::ByHand(class) => class,
            Meaning::Several | Meaning::Nothing => None,
        }
    }

    /// Whether someone should say what it stands for.
    pub fn is_open(self) -> bool {
        matches!(self, Meaning::Several | Meaning::Nothing)
    }
}

/// A name, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub text: Arc<str>,
    /// Where it stands.
    pub source: Source,
    /// How many images have it.
    pub pictures: usize,
    /// What it stands for.
    pub meaning: Meaning,
}

impl Name {
    /// The number that it is.
    pub fn number(&self) -> Option<usize> {
        let digits = !self.text.is_empty() && self.text.bytes().all(|digit| digit.is_ascii_digit());
        digits.then(|| self.text.parse().ok()).flatten()
    }
}

/// All names of a folder.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: Vec<Name>,
    indices: HashMap<(Source, Arc<str>), usize>,
}

impl Names {
    /// The names, in the order in which they were found.
    pub fn all(&self) -> &[Name] {
        &self.names
    }

    /// Counts an image with this name. Returns the name's index.
    pub fn count(&mut self, text: &Arc<str>, source: Source) -> usize {
        let key = (source, Arc::clone(text));
        let next = self.names.len();
        let index = *self.indices.entry(key).or_insert(next);
        if index == next {
            self.names.push(Name {
                text: Arc::clone(text),
                source,
                pictures: 0,
                meaning: Meaning::Nothing,
            });
        }
        self.names[index].pictures += 1;
        index
    }

    /// Sets all counts to zero.
    pub fn recount(&mut self) {
        for name in &mut self.names {
            name.pictures = 0;
        }
    }

    /// The class of a name.
    pub fn class(&self, index: usize) -> Option<usize> {
        self.names.get(index)?.meaning.class()
    }

    /// Finds out what each name stands for. Before all names are known (`complete`), none is taken as a
    /// number.
    pub fn understand(&mut self, classes: &ClassNames, choices: &Choices, complete: bool) {
        for index in 0..self.names.len() {
            self.understand_alone(index, classes, choices);
        }
        if !complete {
            return;
        }
        if let Some(sorted) = self.sorted(classes, choices.numbering) {
            for name in &mut self.names {
                if name.source == Source::Folder
                    && !matches!(name.meaning, Meaning::ByHand(_))
                    && let Ok(class) = sorted.binary_search(&name.text)
                {
                    name.meaning = Meaning::Sorted(class);
                }
            }
        }
        for source in [Source::Folder, Source::LabelsFile] {
            self.take_numbers(source, classes, choices.numbering);
        }
    }

    /// What a name stands for by itself.
    pub fn understand_alone(&mut self, index: usize, classes: &ClassNames, choices: &Choices) {
        let name = &mut self.names[index];
        name.meaning = match choices.names.get(&*name.text) {
            Some(None) => Meaning::ByHand(None),
            Some(Some(given)) => match given.among(classes) {
                Some(class) => Meaning::ByHand(Some(class)),
                None => Meaning::Nothing,
            },
            None => match classes.find(&name.text) {
                Found::Class(class) => Meaning::Label(class),
                Found::Several => Meaning::Several,
                Found::Nothing => Meaning::Nothing,
            },
        };
    }

    /// The names of the folders as text is sorted, if they are the classes in this order: the model has no
    /// names of its own and as many classes as there are folders.
    pub fn sorted(&self, classes: &ClassNames, numbering: Numbering) -> Option<Vec<Arc<str>>> {
        let folders = || {
            self.names
                .iter()
                .filter(|name| name.source == Source::Folder)
        };
        let mut names: Vec<Arc<str>> = folders().map(|name| Arc::clone(&name.text)).collect();
        if names.len() != classes.count() || names.len() < 2 {
            return None;
        }
        let take = match (numbering, classes.classes().naming) {
            (Numbering::FromZero | Numbering::FromOne, _) => false,
            (Numbering::Sorted, _) => true,
            (Numbering::Auto, Naming::Own) => false,
            (Numbering::Auto, Naming::Numbers) => true,
            (Numbering::Auto, Naming::ImageNet) => {
                let labels = folders().filter(|name| matches!(name.meaning, Meaning::Label(_)));
                let numbers = folders().filter(|name| name.number().is_some());
                labels.count() + numbers.count() < names.len() / 2
            }
        };
        // Rust and Python both sort text by code points.
        names.sort_unstable();
        take.then_some(names)
    }

    /// Takes the names that are numbers as those of classes, if they can be that.
    fn take_numbers(&mut self, source: Source, classes: &ClassNames, numbering: Numbering) {
        let of_source = self.names.iter_mut().filter(|name| name.source == source);
        let mut numbers: Vec<(usize, &mut Name)> = of_source
            .filter(|name| name.meaning == Meaning::Nothing)
            .filter_map(|name| Some((name.number()?, name)))
            .collect();
        let first = match numbering {
            Numbering::FromZero => 0,
            Numbering::FromOne => 1,
            Numbering::Sorted if source == Source::Folder => return,
            Numbering::Sorted | Numbering::Auto => {
                let mut texts = numbers.iter().map(|(number, name)| (*number, &*name.text));
                if !are_plain(&mut texts, source, classes) {
                    return;
                }
                0
            }
        };
        for (number, name) in &mut numbers {
            let class = number
                .checked_sub(first)
                .filter(|class| *class < classes.count());
            name.meaning = class.map_or(Meaning::Nothing, Meaning::Number);
        }
    }

    /// Names without a class that someone should know of.
    pub fn open(&self, source: Source) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(move |name| {
            name.source == source && name.pictures > 0 && name.meaning.is_open()
        })
    }

    /// Classes that several names of one source stand for by themselves, with these names.
    pub fn shared(&self) -> Vec<(usize, Vec<&Name>)> {
        let mut shared: BTreeMap<(usize, Source), Vec<&Name>> = BTreeMap::new();
        for name in &self.names {
            let by_hand = matches!(name.meaning, Meaning::ByHand(_));
            let counts = name.pictures > 0 && name.source != Source::Around;
            if let Some(class) = name.meaning.class().filter(|_| counts && !by_hand) {
                shared.entry((class, name.source)).or_default().push(name);
            }
        }
        let several = shared.into_iter().filter(|(_, names)| names.len() > 1);
        several.map(|((class, _), names)| (class, names)).collect()
    }
}

/// Whether numbers are those of classes, counted from 0, and cannot be anything else: each is a class,
/// and where folders name the classes of a model without names, they are in the same order as text.
fn are_plain(
    numbers: &mut dyn Iterator<Item = (usize, &str)>,
    source: Source,
    classes: &ClassNames,
) -> bool {
    let count = classes.count();
    let (mut zero, mut widths) = (false, HashSet::new());
    for (number, text) in numbers {
        if number >= count {
            return false;
        }
        zero |= number == 0;
        widths.insert(text.len());
    }
    match (source, classes.classes().naming) {
        (Source::LabelsFile | Source::Around, _) => true,
        (Source::Folder, Naming::Own | Naming::ImageNet) => true,
        (Source::Folder, Naming::Numbers) => {
            let digits = count.saturating_sub(1).to_string().len();
            let one_width = widths.len() == 1 && widths.iter().all(|width| *width >= digits);
            zero && (count <= 10 || one_width)
        }
    }
}

#[cfg(test)]
mod tests;
