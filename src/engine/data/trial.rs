//! What a model predicts for a photo that is prepared in one of the usual ways.

use crate::model::Preprocess;

/// One of the usual preprocessings, tried on a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What it is called: `0…1, stretched`.
    pub name: String,
    /// The preprocessing that was tried.
    pub preprocess: Preprocess,
    /// The index of the most likely class.
    pub class: usize,
    /// The probability of that class.
    pub probability: f32,
    /// The logit of that class.
    pub logit: f32,
}
