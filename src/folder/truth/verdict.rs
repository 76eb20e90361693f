//! What is kept of a prediction: only the probabilities that the list shows, because there may be
//! thousands of images.

/// A model's prediction for one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// One per class, in [0, 1].
    pub probabilities: Vec<f32>,
    /// Classes by descending logit.
    pub ranking: Vec<usize>,
}

/// What the list keeps of a prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The predicted class.
    pub class: usize,
    /// Its probability, in [0, 1].
    pub probability: f32,
    /// The prediction for the true class, if that is known.
    pub truth: Option<OfTruth>,
}

/// The prediction for the true class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfTruth {
    /// The true class.
    pub class: usize,
    /// In [0, 1].
    pub probability: f32,
    /// The position in the ranking; 0 for the predicted class.
    pub rank: usize,
}

impl Verdict {
    /// `truth` is ignored if the model has no such class.
    pub fn new(outcome: &Outcome, truth: Option<usize>) -> Verdict {
        let probability = |class: usize| {
            let known = outcome.probabilities.get(class);
            known.copied().unwrap_or_default()
        };
        let class = outcome.ranking.first().copied().unwrap_or_default();
        let rank = |truth: usize| outcome.ranking.iter().position(|class| *class == truth);
        Verdict {
            class,
            probability: probability(class),
            truth: truth.and_then(|class| {
                Some(OfTruth {
                    class,
                    probability: probability(class),
                    rank: rank(class)?,
                })
            }),
        }
    }

    /// Whether the predicted class is not the true one.
    pub fn is_mistake(&self) -> bool {
        self.truth.is_some_and(|truth| truth.class != self.class)
    }

    /// Whether the predicted class is the true one.
    pub fn is_right(&self) -> bool {
        self.truth.is_some_and(|truth| truth.class == self.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_only_by_a_true_class_the_model_has() {
        let outcome = Outcome {
            probabilities: vec![0.2, 0.7, 0.1],
            ranking: vec![1, 0, 2],
        };
        let verdict = Verdict::new(&outcome, Some(2));
        assert_eq!((verdict.class, verdict.probability), (1, 0.7));
        let truth = verdict.truth.unwrap();
        assert_eq!((truth.class, truth.probability, truth.rank), (2, 0.1, 2));
        assert!(verdict.is_mistake() && !verdict.is_right());

        let right = Verdict::new(&outcome, Some(1));
        assert!(right.is_right() && !right.is_mistake());
        for unknown in [None, Some(3)] {
            let verdict = Verdict::new(&outcome, unknown);
            assert!(verdict.truth.is_none() && !verdict.is_mistake() && !verdict.is_right());
        }
    }
}
