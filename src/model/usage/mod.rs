//! How a model is used, as far as that is a person's to say: how pictures are prepared for it, how
//! its logits are read, and what its classes are called. A file says some of it, some has to be
//! assumed, and all of it can be set.

use super::Preprocess;
use super::graph::Head;

pub mod labels;
pub(crate) mod pixels;
pub mod preprocess;

/// What makes probabilities of logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reading {
    /// One class of all: the probabilities add up to one.
    #[default]
    Softmax,
    /// Each class by itself, as where a picture may show several, or where there are only yes and
    /// no.
    Sigmoid,
}

impl Reading {
    pub const ALL: [Reading; 2] = [Reading::Softmax, Reading::Sigmoid];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Reading::Softmax => "Softmax",
            Reading::Sigmoid => "Sigmoid",
        }
    }

    /// How logits are read that come before `head`; where the file ends in them, as most do.
    pub(super) fn after(head: Head) -> Reading {
        match head {
            Head::None | Head::Softmax => Reading::Softmax,
            Head::Sigmoid => Reading::Sigmoid,
        }
    }

    /// One a class.
    pub fn probabilities(self, logits: &[f32]) -> Vec<f32> {
        match self {
            Reading::Softmax => softmax(logits),
            Reading::Sigmoid => logits.iter().map(|logit| sigmoid(*logit)).collect(),
        }
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits
        .iter()
        .map(|&logit| f64::from(logit - largest).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

fn sigmoid(logit: f32) -> f32 {
    (1.0 / (1.0 + (-f64::from(logit)).exp())) as f32
}

/// How a model is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    pub preprocess: Preprocess,
    pub reading: Reading,
    /// The classes' names where they were typed in, one for each.
    pub names: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_shares_one_and_sigmoid_gives_each_its_own() {
        let logits = [0.0, 3f32.ln(), -1e4];
        assert_eq!(Reading::Softmax.probabilities(&logits), [0.25, 0.75, 0.0]);
        assert_eq!(Reading::Sigmoid.probabilities(&logits), [0.5, 0.75, 0.0]);
        let far = Reading::Sigmoid.probabilities(&[1e4, -1e4]);
        assert_eq!(far, [1.0, 0.0]);
        assert!(Reading::Softmax.probabilities(&[]).is_empty());
    }
}
