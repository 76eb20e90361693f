//! How many images are in which state.

use super::{Entry, Predicted};
use crate::folder::predictions::Whose;

/// The number of images by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All images of the chosen split, whether or not they pass the filter.
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
    /// Images that wait for the prediction of a second model.
    pub to_compare: usize,
    /// Images that both models have predicted, and whose true class is known.
    pub compared: usize,
    /// Of these, those that the first model has right and the second wrong.
    pub first_right_alone: usize,
    /// Of these, those that the second model has right and the first wrong.
    pub second_right_alone: usize,
}

/// Counts these images.
pub(super) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Counts {
    let mut counts = Counts::default();
    for entry in entries {
        counts.pictures += 1;
        counts.unreadable += usize::from(entry.unreadable.is_some());
        counts.waiting += usize::from(entry.is_waiting());
        counts.to_compare += usize::from(entry.waits_for_second());
        counts.compared += usize::from(entry.is_compared());
        match entry.right_alone() {
            Some(Whose::First) => counts.first_right_alone += 1,
            Some(Whose::Second) => counts.second_right_alone += 1,
            None => {}
        }
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
