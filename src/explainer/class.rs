//! How a caller names the class to explain, and what a class scored.

use crate::engine::{ClassQuery, Prediction};
use crate::explain::Score;

use super::Error;

/// One class with its scores, as [`Explanation::top`](super::Explanation::top) lists them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClassScore {
    /// The index of the class among the logits.
    pub class: usize,
    /// Its name.
    pub label: String,
    /// From 0 to 1: the softmax or the sigmoid of the logit, as the model is read; the share of the area
    /// where it predicts regions.
    pub probability: f32,
    /// The score before softmax or sigmoid, which is what the gradients are of.
    pub logit: f32,
}

/// What to explain: a class by its index or label, or a combination of classes.
///
/// Every method that takes one accepts a `usize`, a `&str`, a [`ClassScore`] or a [`Score`]
/// directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClassOrScore<'a> {
    /// A class by its index, from 0.
    Index(usize),
    /// A class as the command line takes it: an exact label, `topN` for the class with the N-th
    /// highest logit, or an index in digits.
    Label(&'a str),
    /// Any score, such as a counterfactual ([`Score::Against`]), a comparison of two classes
    /// ([`Score::Versus`]) or a class over a part of the image ([`Score::Within`]).
    Score(Score),
}

impl ClassOrScore<'_> {
    pub(super) fn resolve(
        self,
        labels: &[String],
        prediction: &Prediction,
    ) -> Result<Score, Error> {
        match self {
            ClassOrScore::Index(class) => Ok(Score::For(class)),
            ClassOrScore::Score(score) => Ok(score),
            ClassOrScore::Label(text) => {
                let class = ClassQuery::parse(text, labels)?.class(prediction);
                // A parsed choice lies within the labels, of which there are as many as classes.
                Ok(Score::For(class.unwrap_or_default()))
            }
        }
    }
}

impl From<usize> for ClassOrScore<'_> {
    fn from(class: usize) -> Self {
        ClassOrScore::Index(class)
    }
}

impl<'a> From<&'a str> for ClassOrScore<'a> {
    fn from(label: &'a str) -> Self {
        ClassOrScore::Label(label)
    }
}

impl<'a> From<&'a String> for ClassOrScore<'a> {
    fn from(label: &'a String) -> Self {
        ClassOrScore::Label(label)
    }
}

impl From<&ClassScore> for ClassOrScore<'_> {
    fn from(scored: &ClassScore) -> Self {
        ClassOrScore::Index(scored.class)
    }
}

impl From<Score> for ClassOrScore<'_> {
    fn from(score: Score) -> Self {
        ClassOrScore::Score(score)
    }
}
