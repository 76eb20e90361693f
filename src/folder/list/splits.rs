//! The parts of a data set, of which one may be chosen.

use std::sync::Arc;

use super::{Entry, ImageList};
use crate::folder::scan::split_rank;

/// A part of a data set: `train`, `val`, `test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Its name.
    pub name: Arc<str>,
    /// How many images it has.
    pub pictures: usize,
}

impl ImageList {
    /// The splits of the images. Their indices stay; [`ImageList::splits_in_order`] has them sorted.
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// The indices of the splits that have images, in the usual order.
    pub fn splits_in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.splits.len())
            .filter(|split| self.splits[*split].pictures > 0)
            .collect();
        let key = |split: &usize| {
            let name = &self.splits[*split].name;
            (split_rank(name).unwrap_or(usize::MAX), Arc::clone(name))
        };
        order.sort_by_key(key);
        order
    }

    /// The chosen split; `None` for all images.
    pub fn split(&self) -> Option<usize> {
        self.split
    }

    /// Chooses the split in view, from the next [`ImageList::refresh`] on. Only its images are counted and
    /// predicted.
    pub fn set_split(&mut self, split: Option<usize>) {
        self.split = split.filter(|split| *split < self.splits.len());
        // The counts are those of the split.
        self.version += 1;
    }

    /// Counts an image of this split.
    pub(super) fn count_split(&mut self, name: &Arc<str>) -> usize {
        let known = self.splits.iter().position(|split| split.name == *name);
        let index = known.unwrap_or(self.splits.len());
        if known.is_none() {
            self.splits.push(Split {
                name: Arc::clone(name),
                pictures: 0,
            });
        }
        self.splits[index].pictures += 1;
        index
    }

    pub(super) fn is_in_split(&self, entry: &Entry) -> bool {
        self.split.is_none() || entry.split == self.split
    }

    /// The images of the chosen split.
    pub fn in_split(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| self.is_in_split(entry))
    }

    /// Whether an image waits for its prediction and is in the chosen split.
    pub fn is_to_predict(&self, index: usize) -> bool {
        let entry = self.entries.get(index);
        entry.is_some_and(|entry| entry.is_waiting() && self.is_in_split(entry))
    }
}
