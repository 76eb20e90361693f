//! What is kept of a model's answer: of a thousand probabilities only those that the list shows,
//! for thousands of pictures are answered.

/// A model's answer to one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Softmax of the logits, one a class.
    pub probabilities: Vec<f32>,
    /// Classes by falling logit.
    pub ranking: Vec<usize>,
}

/// What the list keeps of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The class that the model answers.
    pub class: usize,
    /// Its probability, in [0, 1].
    pub probability: f32,
    /// The true class, where it is known, and what the model thinks of it.
    pub truth: Option<OfTruth>,
}

/// What the model thinks of the true class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfTruth {
    pub class: usize,
    /// In [0, 1].
    pub probability: f32,
    /// 0 for the class that the model answers.
    pub rank: usize,
}

impl Verdict {
    /// `truth` counts only where the model knows such a class.
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

    /// The model answers another class than the true one.
    pub fn is_mistake(&self) -> bool {
        self.truth.is_some_and(|truth| truth.class != self.class)
    }

    /// The model answers the true class.
    pub fn is_right(&self) -> bool {
        self.truth.is_some_and(|truth| truth.class == self.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_true_class_is_judged_where_the_model_knows_it() {
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
