//! The score that is differentiated: a linear combination of logits, before the softmax. Where a network
//! answers with a map, it is their mean over a region: the one that the network predicts for the
//! explained class, unless another is drawn.

use crate::picture::photo::geometry::PixelBox;

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
    /// The score of a class over a part of the image that was drawn, for a network that answers with a map.
    Within {
        /// The class that is explained.
        class: usize,
        /// In pixels of the image.
        region: PixelBox,
    },
}

impl Score {
    /// `(class, weight)` pairs: the score is the sum of the weighted logits.
    pub fn terms(self) -> Vec<(usize, f64)> {
        match self {
            Score::For(class) => vec![(class, 1.0)],
            Score::Against(class) => vec![(class, -1.0)],
            Score::Versus { a, b } => vec![(a, 1.0), (b, -1.0)],
            Score::Within { class, .. } => vec![(class, 1.0)],
        }
    }

    /// The explained class.
    pub fn class(self) -> usize {
        match self {
            Score::For(class)
            | Score::Against(class)
            | Score::Versus { a: class, .. }
            | Score::Within { class, .. } => class,
        }
    }

    /// The part of the image that the score is restricted to, in pixels of the image.
    pub fn region(self) -> Option<PixelBox> {
        match self {
            Score::Within { region, .. } => Some(region),
            Score::For(_) | Score::Against(_) | Score::Versus { .. } => None,
        }
    }

    /// The same score for a copy of the image at another size; sizes are (width, height) in pixels.
    #[must_use]
    pub fn at_size(self, from: (u32, u32), to: (u32, u32)) -> Score {
        let scaled = |at: u32, from: u32, to: u32| {
            let at = u64::from(at) * u64::from(to) / u64::from(from.max(1));
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        match self {
            Score::Within { class, region } => Score::Within {
                class,
                region: PixelBox {
                    x: scaled(region.x, from.0, to.0),
                    y: scaled(region.y, from.1, to.1),
                    width: scaled(region.width, from.0, to.0).max(region.width.min(1)),
                    height: scaled(region.height, from.1, to.1).max(region.height.min(1)),
                },
            },
            Score::For(_) | Score::Against(_) | Score::Versus { .. } => self,
        }
    }

    /// The same score for a part of the image as an image of its own.
    #[must_use]
    pub fn of_part(self, part: PixelBox) -> Score {
        match self {
            Score::Within { class, region } => Score::Within {
                class,
                region: region.within(part),
            },
            Score::For(_) | Score::Against(_) | Score::Versus { .. } => self,
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
            Score::Within { class, .. } => format!("{} in the drawn region", name(class)),
        }
    }
}
