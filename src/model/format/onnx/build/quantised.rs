//! Which values of a file are whole numbers that stand for floats, and for which.
//!
//! The graph holds the floats that they stand for. That is known by the names of the file, because a value that
//! is quantised in two ways is one value here.

use super::Builder;
use crate::model::graph::ValueId;

/// Whole numbers that stand for floats: each is `(number − zero point) · scale`.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantisation {
    /// One, or one for each entry along [`Quantisation::axis`].
    pub scales: Vec<f64>,
    /// As many as `scales`.
    pub zeros: Vec<i64>,
    /// The axis along which they differ.
    pub axis: Option<usize>,
    /// The dtype of the whole numbers in `onnx.proto`.
    pub dtype: i32,
}

impl Builder<'_, '_> {
    /// How the value called `name` is quantised, if it is.
    pub fn quantisation(&self, name: &str) -> Option<&Quantisation> {
        self.quantised.get(name)
    }

    /// Notes that the value called `name` is quantised. The graph holds the floats that it stands for.
    pub fn note_quantised(&mut self, name: &str, how: Quantisation) {
        self.quantised.insert(name.to_owned(), how);
    }

    /// Notes that a constant is used up while the file is read: it is neither counted nor kept.
    pub fn is_no_parameter(&mut self, value: ValueId) {
        self.graph.value_mut(value).folded = true;
    }

    /// Notes that the file computes with whole numbers in the place of floats.
    pub fn note_integers(&mut self) {
        self.computes_with_integers = true;
    }

    /// Whether the file computes with whole numbers in the place of floats.
    pub fn computes_with_integers(&self) -> bool {
        self.computes_with_integers
    }

    /// The dtype in `onnx.proto` of the whole numbers that a tensor of the file holds.
    pub fn stored_dtype(&self, value: ValueId) -> Option<i32> {
        self.stored.get(&value).copied()
    }
}
