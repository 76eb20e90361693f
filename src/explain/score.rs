//! What is differentiated: always a linear combination of logits, before softmax.

/// The question put to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Score {
    /// The logit of a class: what speaks for it.
    For(usize),
    /// The negated logit: what, if it were removed, would raise this class (the paper's §3.3,
    /// counterfactual explanations).
    Against(usize),
    /// Logit of `a` minus logit of `b`: what speaks for `a` rather than `b`.
    Versus { a: usize, b: usize },
}

impl Score {
    /// `(class, weight)` pairs whose weighted logits add up to the score.
    pub fn terms(self) -> Vec<(usize, f64)> {
        match self {
            Score::For(class) => vec![(class, 1.0)],
            Score::Against(class) => vec![(class, -1.0)],
            Score::Versus { a, b } => vec![(a, 1.0), (b, -1.0)],
        }
    }

    /// The class in question.
    pub fn class(self) -> usize {
        match self {
            Score::For(class) | Score::Against(class) | Score::Versus { a: class, .. } => class,
        }
    }

    /// Every class that is mentioned.
    pub fn classes(self) -> Vec<usize> {
        self.terms().into_iter().map(|(class, _)| class).collect()
    }

    /// In words, with the classes' names: "tabby", "against tabby", "tabby versus lynx".
    pub fn describe(self, labels: &[String]) -> String {
        let name = |class: usize| {
            labels
                .get(class)
                .map_or_else(|| format!("class {class}"), String::clone)
        };
        match self {
            Score::For(class) => name(class),
            Score::Against(class) => format!("against {}", name(class)),
            Score::Versus { a, b } => format!("{} versus {}", name(a), name(b)),
        }
    }
}
