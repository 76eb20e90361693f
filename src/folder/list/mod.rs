//! The images of a folder with everything known about each, and their order.
//!
//! An image keeps the index under which it was found. Sorting and filtering only make another list of
//! indices, and only when something they depend on has changed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::scan::Picture;
use super::truth::Truths;
use super::truth::names::Source;
use super::truth::verdict::{Outcome, Verdict};

mod counts;
mod order;
mod second;
mod splits;
mod truth;

pub use counts::Counts;
pub use order::{Filter, Sort};
use second::OfSecond;
pub use second::SameClasses;
pub use splits::Split;

/// How often the images are sorted again while predictions arrive: images that keep moving cannot be
/// looked at.
const REORDER: Duration = Duration::from_secs(1);

/// One image.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The absolute path of the file.
    pub path: Arc<Path>,
    /// The file's name without its folder.
    pub name: String,
    /// The name of its folder.
    folder: Option<(Arc<str>, Source)>,
    /// The split that its folder belongs to.
    folder_split: Option<Arc<str>>,
    /// The split that it belongs to, an index into [`ImageList::splits`].
    pub split: Option<usize>,
    /// The index of the name of its class, which a folder or a labels file gives it.
    said: Option<usize>,
    /// Its true class.
    pub truth: Option<usize>,
    /// Why it cannot be opened.
    pub unreadable: Option<String>,
    /// The model's prediction, or why there is none.
    pub prediction: Predicted,
    second: OfSecond,
}

/// The state of the prediction for one image.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Predicted {
    /// There is no prediction yet, or never one if the image cannot be opened.
    #[default]
    Waiting,
    /// The model has predicted a class.
    Known(Verdict),
    /// There is no prediction; says why.
    Failed(String),
}

impl Entry {
    /// The prediction, once it is known.
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.prediction {
            Predicted::Known(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// Whether its name or that of its folder contains each of these words, which are in lower case.
    fn is_named(&self, words: &[&str]) -> bool {
        if words.is_empty() {
            return true;
        }
        let folder = self.folder.as_ref().map(|(name, _)| name.to_lowercase());
        let name = self.name.to_lowercase();
        words.iter().all(|word| {
            let in_folder = folder.as_ref().is_some_and(|folder| folder.contains(word));
            name.contains(word) || in_folder
        })
    }

    /// Whether the predicted class is not the true one.
    pub fn is_mistake(&self) -> bool {
        self.verdict().is_some_and(Verdict::is_mistake)
    }

    /// Whether it still waits for its prediction.
    pub fn is_waiting(&self) -> bool {
        self.prediction == Predicted::Waiting && self.unreadable.is_none()
    }
}

/// What the order of the images depends on, besides the images.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Asked {
    sort: Sort,
    filter: Filter,
    split: Option<usize>,
    search: u64,
}

/// All images, and the list of those in view.
#[derive(Debug, Default)]
pub struct ImageList {
    entries: Vec<Entry>,
    truths: Truths,
    /// Incremented when true classes may have changed other than by hand.
    truth_version: u64,
    splits: Vec<Split>,
    sort: Sort,
    filter: Filter,
    /// The split in view, or all of them.
    split: Option<usize>,
    /// What names in view contain, in lower case.
    search: String,
    /// Incremented when the search changes.
    search_version: u64,
    order: Vec<usize>,
    counts: Counts,
    counted: Option<u64>,
    /// Incremented when the entries change.
    version: u64,
    /// What the order was computed from, and when.
    ordered: Option<(u64, Asked)>,
    ordered_at: Option<Instant>,
    /// No image before this index waits for its prediction.
    waiting_from: usize,
    /// The classes of a second model, if there is one.
    second: Option<SameClasses>,
    /// No image before this index waits for the second model's prediction.
    second_from: usize,
    /// Bytes of all paths.
    paths: usize,
}

impl ImageList {
    /// All images by index, in the order in which they were found.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The indices of the images in view, in order.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The number of all images by state, at the last [`ImageList::refresh`].
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The chosen order.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The chosen filter.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// Chooses the order, from the next [`ImageList::refresh`] on.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
    }

    /// Chooses which images are in view, from the next [`ImageList::refresh`] on.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
    }

    /// What is searched for.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Shows only images whose name or folder contains each of these words, in any case, from the next
    /// [`ImageList::refresh`] on.
    pub fn set_search(&mut self, text: &str) {
        self.search = text.to_lowercase();
        self.search_version += 1;
    }

    fn asked(&self) -> Asked {
        Asked {
            sort: self.sort,
            filter: self.filter,
            split: self.split,
            search: self.search_version,
        }
    }

    /// The index of the image with this path.
    pub fn find(&self, path: &Path) -> Option<usize> {
        self.entries.iter().position(|entry| *entry.path == *path)
    }

    /// Adds images at the end.
    pub fn add(&mut self, pictures: Vec<Picture>) {
        for Picture { path, name, split } in pictures {
            let file = path.file_name().unwrap_or(path.as_os_str());
            self.paths += path.as_os_str().len();
            self.entries.push(Entry {
                name: file.to_string_lossy().into_owned(),
                folder: name,
                folder_split: split,
                split: None,
                said: None,
                truth: None,
                unreadable: None,
                prediction: Predicted::Waiting,
                second: OfSecond::default(),
                path,
            });
            let index = self.entries.len() - 1;
            let row = self.truths.files.row(&self.entries[index].path, false);
            self.understand(index, row);
            let entry = &mut self.entries[index];
            entry.truth = self.truths.of(&entry.path, entry.said);
            self.forget_second(index);
        }
        self.version += 1;
        self.truth_version += 1;
    }

    /// Sets the prediction of an image, or why there is none.
    pub fn set_prediction(&mut self, index: usize, outcome: Result<&Outcome, String>) {
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let prediction = match outcome {
            Ok(outcome) => Predicted::Known(Verdict::new(outcome, entry.truth)),
            Err(why) => Predicted::Failed(why),
        };
        if prediction != entry.prediction {
            entry.prediction = prediction;
            self.version += 1;
        }
    }

    /// Sets why an image cannot be opened, or `None` if it can.
    pub fn set_unreadable(&mut self, index: usize, why: Option<String>) {
        if let Some(entry) = self.entries.get_mut(index)
            && entry.unreadable != why
        {
            entry.unreadable = why;
            self.second_from = self.second_from.min(index);
            self.version += 1;
        }
    }

    /// Drops all predictions.
    pub fn forget_predictions(&mut self) {
        for entry in &mut self.entries {
            entry.prediction = Predicted::Waiting;
        }
        self.waiting_from = 0;
        self.second_from = 0;
        self.version += 1;
    }

    /// Removes all images. True classes set by hand are kept.
    pub fn clear(&mut self) {
        *self = ImageList {
            truths: std::mem::take(&mut self.truths),
            second: self.second.take(),
            sort: self.sort,
            version: self.version + 1,
            truth_version: self.truth_version + 1,
            ..ImageList::default()
        };
        self.truths.clear();
    }

    /// The first images of the chosen split that wait for their prediction, without those that `skip`
    /// selects.
    pub fn waiting(&mut self, count: usize, skip: impl Fn(usize) -> bool) -> Vec<usize> {
        while self
            .entries
            .get(self.waiting_from)
            .is_some_and(|entry| !entry.is_waiting())
        {
            self.waiting_from += 1;
        }
        (self.waiting_from..self.entries.len())
            .filter(|index| self.is_to_predict(*index) && !skip(*index))
            .take(count)
            .collect()
    }

    /// Sorts the images in view again if that is needed and due at `now`. Returns whether the counts or
    /// the order may have changed. If it is needed but not due, [`ImageList::is_due_at`] is the time.
    pub fn refresh(&mut self, now: Instant) -> bool {
        let wanted = (self.version, self.asked());
        if self.ordered == Some(wanted) {
            return false;
        }
        let counted = self.counted == Some(self.version);
        if !counted {
            self.counts = counts::of(self.in_split());
            self.counted = Some(self.version);
        }
        let due = self.is_due_at().is_none_or(|due| now >= due);
        if due {
            let words: Vec<&str> = self.search.split_whitespace().collect();
            self.order = order::of(&self.entries, self.sort, |entry| {
                self.is_in_split(entry) && self.filter.passes(entry) && entry.is_named(&words)
            });
            self.ordered = Some(wanted);
            self.ordered_at = Some(now);
        }
        due || !counted
    }

    /// When the images are to be sorted next; `None` if that is not needed, or at once.
    pub fn is_due_at(&self) -> Option<Instant> {
        let (version, asked) = self.ordered?;
        let asked_for = asked != self.asked();
        let stands_still = self.sort == Sort::Name && self.filter != Filter::NotPredicted;
        if asked_for || stands_still || version == self.version {
            return None;
        }
        self.ordered_at.map(|at| at + REORDER)
    }

    /// Bytes of the names and predictions.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.order.capacity() * size_of::<usize>()
            // Each path is stored once, with its name besides.
            + 2 * self.paths
    }
}

#[cfg(test)]
mod tests;
