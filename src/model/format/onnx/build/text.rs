//! Texts of a file: the names of classes, which some files return in place of their numbers.
//!
//! libtorch has no texts, so a list of them is held as the positions 0, 1, … of its entries. What looks a name up
//! by its number then gives back the number, and the names are noted as those of the classes. No other
//! operation is given texts.

use tch::{TchError, Tensor};

use super::Builder;
use crate::model::error::Result;
use crate::model::format::build::refusal::Answer;
use crate::model::format::build::storage::{torch, wrong};
use crate::model::format::onnx::message::proto;
use crate::model::graph::ValueId;
use crate::model::op::shape;

impl Builder<'_, '_> {
    /// Adds the texts that a tensor of the file holds.
    ///
    /// # Errors
    /// [`Fault::Weight`](crate::model::error::Fault::Weight) where there are more or fewer than its sizes say.
    pub(super) fn text(&mut self, name: &str, written: &proto::Tensor) -> Result<ValueId> {
        let (sizes, there) = (&written.sizes, written.texts.len());
        if shape::count(sizes) != Some(there as i64) {
            let why = format!("has shape {sizes:?}, but {there} texts are stored");
            return Err(wrong(name, why));
        }
        let texts = written.texts.iter();
        let texts = texts.map(|text| String::from_utf8_lossy(text).into_owned());
        let texts: Vec<String> = texts.collect();
        let positions = positions(there, sizes).map_err(|error| torch(name, error))?;
        let value = self.add(name.to_owned(), Some(positions), sizes.clone());
        self.graph.value_mut(value).folded = true;
        self.texts.insert(value, texts);
        Ok(value)
    }

    /// Adds a row of texts that an attribute holds.
    pub fn row_of_texts(&mut self, texts: Vec<String>) -> Answer<ValueId> {
        let row = [texts.len() as i64];
        let positions = positions(texts.len(), &row).map_err(|error| self.torch(&error))?;
        let value = self.constant(positions);
        self.texts.insert(value, texts);
        Ok(value)
    }

    /// The texts of a value, if it consists of texts.
    pub fn texts(&self, value: ValueId) -> Option<&[String]> {
        self.texts.get(&value).map(Vec::as_slice)
    }

    /// Notes the names of classes in the order of their numbers.
    pub fn name_classes(&mut self, names: Vec<String>) {
        if !names.is_empty() && !self.class_names.contains(&names) {
            self.class_names.push(names);
        }
    }

    /// The lists of names of classes that the nodes of the file have.
    pub fn take_class_names(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.class_names)
    }
}

/// 0, 1, … in this shape.
fn positions(count: usize, sizes: &[i64]) -> std::result::Result<Tensor, TchError> {
    let positions: Vec<i64> = (0..count as i64).collect();
    Tensor::f_from_slice(&positions)?.f_reshape(sizes)
}
