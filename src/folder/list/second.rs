//! What a second model predicts of the same images, where two are compared: which images one of them has right
//! and the other wrong.

use std::sync::Arc;

use super::{Entry, Filter, ImageList, Predicted};
use crate::folder::predictions::Whose;
use crate::folder::truth::verdict::{Outcome, Verdict};

/// For each class of the first model, the class of the second one that is the same.
pub type SameClasses = Arc<[Option<usize>]>;

/// What is known of an image from a second model.
#[derive(Debug, Clone, Default)]
pub(super) struct OfSecond {
    prediction: Predicted,
    /// The true class, as one of the second model's.
    truth: Option<usize>,
}

impl Entry {
    /// The prediction of the second model, once it is known.
    pub fn second_verdict(&self) -> Option<&Verdict> {
        match &self.second.prediction {
            Predicted::Known(verdict) => Some(verdict),
            Predicted::Waiting | Predicted::Failed(_) => None,
        }
    }

    /// The model that is right where the other is wrong.
    pub fn right_alone(&self) -> Option<Whose> {
        let (first, second) = (self.verdict()?, self.second_verdict()?);
        if first.is_right() && second.is_mistake() {
            Some(Whose::First)
        } else if first.is_mistake() && second.is_right() {
            Some(Whose::Second)
        } else {
            None
        }
    }

    /// Whether both models have predicted it, and it has a true class for both.
    pub(super) fn is_compared(&self) -> bool {
        let judged = |verdict: Option<&Verdict>| verdict.is_some_and(|v| v.truth.is_some());
        judged(self.verdict()) && judged(self.second_verdict())
    }

    /// Whether the second model's prediction is still to come. Without a true class nothing could be compared.
    pub(super) fn waits_for_second(&self) -> bool {
        let failed = matches!(self.prediction, Predicted::Failed(_));
        self.second.truth.is_some()
            && self.second.prediction == Predicted::Waiting
            && self.unreadable.is_none()
            && !failed
    }
}

impl ImageList {
    /// Sets the second model's classes, or that there is none. Its predictions are dropped.
    pub fn set_second(&mut self, classes: Option<SameClasses>) {
        if classes.is_none() && matches!(self.filter, Filter::RightAlone(_)) {
            self.filter = Filter::All;
        }
        if classes.is_none() && self.second.is_none() {
            return;
        }
        self.second = classes;
        for index in 0..self.entries.len() {
            self.forget_second(index);
        }
        self.version += 1;
    }

    /// Whether there is a second model, and an image whose true class both have.
    pub fn can_compare(&self) -> bool {
        let counts = self.counts();
        self.second.is_some() && counts.compared + counts.to_compare > 0
    }

    /// Sets the second model's prediction of an image, or why there is none.
    pub fn set_second_prediction(&mut self, index: usize, outcome: Result<&Outcome, String>) {
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        entry.second.prediction = match outcome {
            Ok(outcome) => Predicted::Known(Verdict::new(outcome, entry.second.truth)),
            Err(why) => Predicted::Failed(why),
        };
        self.version += 1;
    }

    /// Drops the second model's prediction of an image, whose true class may be another one.
    pub(super) fn forget_second(&mut self, index: usize) {
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let same = |truth: usize| self.second.as_ref()?.get(truth).copied().flatten();
        entry.second = OfSecond {
            prediction: Predicted::Waiting,
            truth: entry.truth.and_then(same),
        };
        self.second_from = self.second_from.min(index);
    }

    /// Whether an image waits for the second model's prediction and is in the chosen split.
    pub fn is_to_compare(&self, index: usize) -> bool {
        let entry = self.entries.get(index);
        entry.is_some_and(|entry| entry.waits_for_second() && self.is_in_split(entry))
    }

    /// The first images of the chosen split that wait for the second model's prediction, without those that `skip`
    /// selects.
    pub fn waiting_for_second(&mut self, count: usize, skip: impl Fn(usize) -> bool) -> Vec<usize> {
        while self
            .entries
            .get(self.second_from)
            .is_some_and(|entry| !entry.waits_for_second())
        {
            self.second_from += 1;
        }
        (self.second_from..self.entries.len())
            .filter(|index| self.is_to_compare(*index) && !skip(*index))
            .take(count)
            .collect()
    }
}
