//! The score that is differentiated: a linear combination of logits, before the softmax.

/// The score to explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Score {
    /// The logit of a class: evidence for it.
    For(usize),
    /// The negated logit: regions whose removal would raise the class (counterfactual explanations,
    /// arXiv 1610.02391 v4, §3.3).
    Against(usize),
    /// The logit of `a` minus the logit of `b`: evidence for `a` rather than `b`.
    Versus {
        /// The class that is explained.
        a: usize,
        /// The class that it is compared with.
        b: usize,
    },
}

impl Score {
    /// `(class, weight)` pairs: the score is the sum of the weighted logits.
    pub fn terms(self) -> Vec<(usize, f64)> {
        match self {
            Score::For(class) => vec![(class, 1.0)],
            Score::Against(class) => vec![(class, -1.0)],
            Score::Versus { a, b } => vec![(a, 1.0), (b, -1.0)],
        }
    }

    /// The explained class.
    pub fn class(self) -> usize {
        match self {
            Score::For(class) | Score::Against(class) | Score::Versus { a: class, .. } => class,
        }
    }

    /// All classes involved.
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
