//! How many images are in which state.

use super::{Entry, Predicted};

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
}

/// Counts these images.
pub(super) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Counts {
    let mut counts = Counts::default();
    for entry in entries {
        counts.pictures += 1;
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
