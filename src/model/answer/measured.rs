//! What the values of an output turn out to be when the network runs. Where its graph does not say, two
//! runs do: a row that adds up to 1 for any image consists of probabilities, and one whose length is 1
//! is an embedding. A softmax of either would show numbers that mean nothing.

use crate::model::usage::Reading;

/// How far a sum may be from 1.
const SLACK: f64 = 1e-4;

/// What the values of a row are, as far as runs show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// None is negative, and they add up to 1.
    Probabilities,
    /// Their squares add up to 1.
    UnitVector,
}

impl Measured {
    /// What one row looks like; another image may show that it was by chance.
    pub fn of(row: &[f32]) -> Option<Measured> {
        let row = || row.iter().map(|value| f64::from(*value));
        let is_one = |sum: f64| (sum - 1.0).abs() <= SLACK;
        if row().len() < 2 {
            None
        } else if row().all(|value| value >= 0.0) && is_one(row().sum()) {
            Some(Measured::Probabilities)
        } else if is_one(row().map(|value| value * value).sum()) {
            Some(Measured::UnitVector)
        } else {
            None
        }
    }

    /// Whether rows of two images are both of this kind. Rows that are equal show nothing.
    pub fn holds_for(self, one: &[f32], other: &[f32]) -> bool {
        let differ = one.iter().zip(other).any(|(a, b)| (a - b).abs() > 1e-6);
        differ && [one, other].map(Measured::of) == [Some(self); 2]
    }

    pub fn reading(self) -> Reading {
        match self {
            Measured::Probabilities => Reading::AsTheyAre,
            Measured::UnitVector => Reading::Numbers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_two_images_to_tell_probabilities_and_embeddings_from_logits() {
        let shares = [[0.5f32, 0.25, 0.25], [0.0, 0.0, 1.0]];
        let unit = [[0.6f32, -0.8, 0.0], [0.0, 0.0, -1.0]];
        let logits = [[0.5f32, 0.25, 0.25], [3.0, -1.0, 0.5]];
        let found = |rows: [[f32; 3]; 2]| {
            let first = Measured::of(&rows[0]);
            first.filter(|kind| kind.holds_for(&rows[0], &rows[1]))
        };
        assert_eq!(found(shares), Some(Measured::Probabilities));
        assert_eq!(found(unit), Some(Measured::UnitVector));
        assert_eq!(found(logits), None);
        assert_eq!(found([shares[0]; 2]), None);
        assert_eq!(Measured::of(&[1.0]), None);
    }
}
