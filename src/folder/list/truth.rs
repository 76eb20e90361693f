//! The true classes of the images.

use std::path::{Path, PathBuf};

use super::{Filter, ImageList, Predicted};
use crate::folder::truth::Truths;
use crate::folder::truth::choices::{Choices, Given};
use crate::folder::truth::class_names::Classes;
use crate::folder::truth::labels_file::{LabelsFile, RowOf, Said, Unusable};
use crate::folder::truth::names::Source;
use crate::folder::truth::verdict::Outcome;

impl ImageList {
    /// What is known of the true classes, and what is not.
    pub fn truths(&self) -> &Truths {
        &self.truths
    }

    /// Adds a `labels.csv`, or why it cannot be used. It is for images added later.
    pub fn add_labels(&mut self, file: Result<LabelsFile, Unusable>) {
        self.truths.files.add(file);
        self.version += 1;
    }

    /// Sets the classes of another model. Names may stand for other classes now, and all predictions are
    /// dropped.
    pub fn set_classes(&mut self, classes: Classes) {
        let others = self.truths.classes().classes().labels != classes.labels;
        if others && self.filter.names_class() {
            self.filter = Filter::All;
        }
        self.truths.set_classes(classes);
        self.forget_predictions();
        self.take_truths();
    }

    /// Sets what a person has chosen about the names. Images whose true class changes are predicted again.
    pub fn set_choices(&mut self, choices: Choices) {
        self.truths.set_choices(choices);
        self.take_truths();
    }

    /// Takes up the true classes that were set by hand before.
    pub fn recall_truths(&mut self, pictures: Vec<(PathBuf, Option<Given>)>) {
        self.truths.recall(pictures);
        self.take_truths();
    }

    /// All images have been added: what depends on all names is known now.
    pub fn complete(&mut self) {
        let entries = self.entries.iter();
        let rows: Vec<Option<RowOf>> = entries
            .map(|e| self.truths.files.row(&e.path, true))
            .collect();
        self.truths.recount();
        for row in rows.iter().flatten() {
            self.truths.files.count(*row);
        }
        for split in &mut self.splits {
            split.pictures = 0;
        }
        for (index, row) in rows.into_iter().enumerate() {
            self.understand(index, row);
        }
        self.truths.complete();
        self.take_truths();
    }

    /// Takes the name and the split that a labels file gives an image, or else its folder.
    pub(super) fn understand(&mut self, index: usize, row: Option<RowOf>) {
        let entry = &self.entries[index];
        let (name, split) = match row.and_then(|row| self.truths.files.said(row)) {
            Some(Said { label, split }) => (Some((label, Source::LabelsFile)), split),
            None => (entry.folder.clone(), None),
        };
        let split = split.or_else(|| entry.folder_split.clone());
        let said = name.map(|(text, source)| self.truths.count(&text, source));
        let split = split.map(|split| self.count_split(&split));
        let entry = &mut self.entries[index];
        (entry.said, entry.split) = (said, split);
    }

    /// Gives every image its true class again. The probability of another one has to be predicted.
    fn take_truths(&mut self) {
        for index in 0..self.entries.len() {
            let entry = &mut self.entries[index];
            let truth = self.truths.of(&entry.path, entry.said);
            if truth != entry.truth {
                entry.truth = truth;
                if matches!(entry.prediction, Predicted::Known(_)) {
                    entry.prediction = Predicted::Waiting;
                    self.waiting_from = self.waiting_from.min(index);
                }
                self.forget_second(index);
            }
        }
        self.version += 1;
        self.truth_version += 1;
    }

    /// Changes whenever true classes may have changed other than by hand.
    pub fn truth_version(&self) -> u64 {
        self.truth_version
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
        let found = self.find(picture);
        let said = found.and_then(|index| self.entries[index].said);
        self.truths.set(picture, truth, said);
        let Some(index) = found else {
            return;
        };
        if self.entries[index].truth != truth {
            self.entries[index].truth = truth;
            self.forget_second(index);
        }
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
}
