//! The levels that a network takes beside a preprocessing.

use super::Preprocess;
use super::stated::Stated;
use crate::model::usage::pixels::{Expected, Levels, known};

impl Expected {
    /// Whether the network itself does this normalisation.
    pub(super) fn does_what(&self, preprocess: &Preprocess) -> bool {
        let (mean, std) = &self.own;
        known::near(mean, &preprocess.mean) && known::near(std, &preprocess.std)
    }

    /// Whether it would be normalised twice: levels of another range are stated than the network takes.
    pub(super) fn clashes_with(&self, preprocess: &Preprocess) -> bool {
        let mut plain = preprocess.clone();
        plain.take_levels(self.levels);
        !known::near(&plain.std, &preprocess.std)
            || plain
                .mean
                .iter()
                .zip(&preprocess.mean)
                .any(|(a, b)| (a - b).abs() > 1e-3)
    }
}

impl Levels {
    pub(super) fn stated(self) -> Stated {
        let (mean, std) = self.normalisation();
        Stated {
            mean: Some(vec![mean]),
            std: Some(vec![std]),
            ..Stated::default()
        }
    }
}

impl Preprocess {
    /// Levels of this range, not normalised further.
    pub(crate) fn take_levels(&mut self, levels: Levels) {
        let (mean, std) = levels.normalisation();
        let count = self.channels.count();
        self.mean = vec![mean; count];
        self.std = vec![std; count];
    }
}
