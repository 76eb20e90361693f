//! The images of a folder with everything known about each, and their order.
//!
//! An image keeps the index under which it was found. Sorting and filtering only make another list of
//! indices, and only when something they depend on has changed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::truth::Truths;
use super::truth::verdict::{Outcome, Verdict};

mod order;

pub use order::{Filter, Sort};

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
    /// Its true class.
    pub truth: Option<usize>,
    /// Why it cannot be opened.
    pub unreadable: Option<String>,
    /// The model's prediction, or why there is none.
    pub prediction: Predicted,
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

    /// Whether the predicted class is not the true one.
    pub fn is_mistake(&self) -> bool {
        self.verdict().is_some_and(Verdict::is_mistake)
    }

    /// Whether it still waits for its prediction.
    pub fn is_waiting(&self) -> bool {
        self.prediction == Predicted::Waiting && self.unreadable.is_none()
    }
}

/// The number of images by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All images, whether or not they are in view.
    pub pictures: usize,
    /// Images that cannot be opened.
    pub unreadable: usize,
    /// Images that wait for their prediction.
    pub waiting: usize,
    /// Images whose prediction is known.
    pub predicted: usize,
    /// Images whose prediction failed.
    pub failed: usize,
    /// Predicted images whose true class is known.
    pub judged: usize,
    /// Judged images whose predicted class is not the true one.
    pub mistakes: usize,
}

/// All images, and the list of those in view.
#[derive(Debug, Default)]
pub struct ImageList {
    entries: Vec<Entry>,
    truths: Truths,
    sort: Sort,
    filter: Filter,
    order: Vec<usize>,
    counts: Counts,
    counted: Option<u64>,
    /// Incremented when the entries change.
    version: u64,
    /// What the order was computed from, and when.
    ordered: Option<(u64, Sort, Filter)>,
    ordered_at: Option<Instant>,
    /// No image before this index waits for its prediction.
    waiting_from: usize,
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

    /// The index of the image with this path.
    pub fn find(&self, path: &Path) -> Option<usize> {
        self.entries.iter().position(|entry| *entry.path == *path)
    }

    /// Adds images at the end.
    pub fn add(&mut self, paths: Vec<Arc<Path>>) {
        for path in paths {
            let name = path.file_name().unwrap_or(path.as_os_str());
            self.paths += path.as_os_str().len();
            self.entries.push(Entry {
                name: name.to_string_lossy().into_owned(),
                truth: self.truths.of(&path),
                unreadable: None,
                prediction: Predicted::Waiting,
                path,
            });
        }
        self.version += 1;
    }

    /// Sets the labels of another model, one per class. The names of the folders may stand for other
    /// classes now, and all predictions are dropped.
    pub fn set_labels(&mut self, labels: &[String]) {
        if self.truths.labels() != labels && matches!(self.filter, Filter::Class(_)) {
            self.filter = Filter::All;
        }
        self.truths.set_labels(labels);
        for entry in &mut self.entries {
            entry.truth = self.truths.of(&entry.path);
        }
        self.forget_predictions();
    }

    /// The true class of an image, whether or not it is in the list.
    pub fn truth(&self, picture: &Path) -> Option<usize> {
        match self.find(picture) {
            Some(index) => self.entries[index].truth,
            None => self.truths.by_hand(picture),
        }
    }

    /// Sets the true class of an image, whether or not it is in the list. `outcome` is its prediction
    /// if that is at hand; otherwise an earlier prediction is computed again.
    pub fn set_truth(&mut self, picture: &Path, truth: Option<usize>, outcome: Option<&Outcome>) {
        self.truths.set(picture, truth);
        let Some(index) = self.find(picture) else {
            return;
        };
        self.entries[index].truth = truth;
        match (outcome, self.entries[index].verdict()) {
            (Some(outcome), _) => self.set_prediction(index, Ok(outcome)),
            (None, Some(_)) => {
                self.entries[index].prediction = Predicted::Waiting;
                self.waiting_from = self.waiting_from.min(index);
            }
            (None, None) => {}
        }
        self.version += 1;
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
            self.version += 1;
        }
    }

    /// Drops all predictions.
    pub fn forget_predictions(&mut self) {
        for entry in &mut self.entries {
            entry.prediction = Predicted::Waiting;
        }
        self.waiting_from = 0;
        self.version += 1;
    }

    /// Removes all images. True classes set by hand are kept.
    pub fn clear(&mut self) {
        *self = ImageList {
            truths: std::mem::take(&mut self.truths),
            sort: self.sort,
            version: self.version + 1,
            ..ImageList::default()
        };
    }

    /// The first images that wait for their prediction, without those that `skip` selects.
    pub fn waiting(&mut self, count: usize, skip: impl Fn(usize) -> bool) -> Vec<usize> {
        while self
            .entries
            .get(self.waiting_from)
            .is_some_and(|entry| !entry.is_waiting())
        {
            self.waiting_from += 1;
        }
        (self.waiting_from..self.entries.len())
            .filter(|index| self.entries[*index].is_waiting() && !skip(*index))
            .take(count)
            .collect()
    }

    /// Sorts the images in view again if that is needed and due at `now`. Returns whether the counts or
    /// the order may have changed. If it is needed but not due, [`ImageList::is_due_at`] is the time.
    pub fn refresh(&mut self, now: Instant) -> bool {
        let wanted = (self.version, self.sort, self.filter);
        if self.ordered == Some(wanted) {
            return false;
        }
        let counted = self.counted == Some(self.version);
        if !counted {
            self.counts = self.count();
            self.counted = Some(self.version);
        }
        let due = self.is_due_at().is_none_or(|due| now >= due);
        if due {
            self.order = order::of(&self.entries, self.sort, self.filter);
            self.ordered = Some(wanted);
            self.ordered_at = Some(now);
        }
        due || !counted
    }

    /// When the images are to be sorted next; `None` if that is not needed, or at once.
    pub fn is_due_at(&self) -> Option<Instant> {
        let (version, sort, filter) = self.ordered?;
        let asked_for = (sort, filter) != (self.sort, self.filter);
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

    fn count(&self) -> Counts {
        let mut counts = Counts {
            pictures: self.entries.len(),
            ..Counts::default()
        };
        for entry in &self.entries {
            counts.unreadable += usize::from(entry.unreadable.is_some());
            counts.waiting += usize::from(entry.is_waiting());
            match &entry.prediction {
                Predicted::Waiting => {}
                Predicted::Failed(_) => counts.failed += 1,
                Predicted::Known(verdict) => {
                    counts.predicted += 1;
                    counts.judged += usize::from(verdict.truth.is_some());
                    counts.mistakes += usize::from(verdict.is_mistake());
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests;
