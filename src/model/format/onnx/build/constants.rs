//! Values that do not depend on the image: weights, what attributes hold, and what is computed from them
//! within a budget.

use tch::{Kind, Tensor};

use super::Builder;
use crate::model::error::{Fault, Result};
use crate::model::format::build::finite::{self, Role};
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::format::build::storage::{Content, floating, wrong};
use crate::model::format::onnx::message::proto;
use crate::model::graph::ValueId;
use crate::model::op::shape;

/// How many more elements constants may have for each element of a weight: weights that are standardised
/// go through several steps.
const FOR_EACH_WEIGHT: f64 = 16.0;

impl Builder<'_, '_> {
    /// The value called `name`. A weight is read when it is first used.
    pub fn find(&mut self, name: &str) -> Result<ValueId> {
        if let Some(value) = self.names.get(name) {
            return Ok(*value);
        }
        let weight = self.initializers.get(name).copied().ok_or_else(|| {
            Fault::Graph(format!(
                "{} uses {name}, which nothing before it computes",
                self.label
            ))
        })?;
        let value = if weight.kind == proto::TEXT {
            self.text(name, weight)?
        } else {
            // Shapes and indices are not parameters.
            self.read(name, weight, floating)?
        };
        self.names.insert(name.to_owned(), value);
        Ok(value)
    }

    /// Reads a tensor of the file. `trained` says whether it is a parameter.
    fn read(
        &mut self,
        name: &str,
        written: &proto::Tensor,
        trained: impl Fn(Kind) -> bool,
    ) -> Result<ValueId> {
        let (tensor, content) = self.weights.tensor(written, name)?;
        let trained = trained(tensor.kind());
        let value = self.weight(name, tensor, trained, content)?;
        if !trained {
            self.stored.insert(value, written.kind);
        }
        Ok(value)
    }

    /// Adds an input besides the image, which is held at `tensor`.
    ///
    /// # Errors
    /// [`Fault::Graph`] where its name is taken.
    pub fn hold(&mut self, name: &str, tensor: Tensor) -> Result<()> {
        let shape = tensor.size();
        let value = self.add(name.to_owned(), Some(tensor), shape);
        self.graph.value_mut(value).folded = true;
        self.read_by_nodes.insert(value);
        match self.names.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(Fault::Graph(format!("two values are called {name}"))),
        }
    }

    /// Adds a tensor that the file holds.
    fn weight(
        &mut self,
        name: &str,
        tensor: Tensor,
        trained: bool,
        content: Content,
    ) -> Result<ValueId> {
        let shape = tensor.size();
        if shape::count(&shape).is_none() {
            let shape = shape::implausible(&shape);
            return Err(wrong(name, format!("has {shape}")));
        }
        // Whether it is a parameter shows only when the graph is complete.
        finite::check(name, Role::Constant, content)?;
        self.computed.grant(FOR_EACH_WEIGHT * tensor.numel() as f64);
        let value = self.add(name.to_owned(), Some(tensor), shape);
        self.graph.value_mut(value).folded = !trained;
        if content == Content::Infinite {
            self.infinite.insert(value, name.to_owned());
        }
        Ok(value)
    }

    /// Adds a tensor that an attribute holds. Some files have their weights there.
    pub fn written(&mut self, tensor: &proto::Tensor) -> Answer<ValueId> {
        let name = self.label.clone();
        if tensor.kind == proto::TEXT {
            return Ok(self.text(&name, tensor)?);
        }
        // A single number belongs to the architecture.
        let several = shape::count(&tensor.sizes).is_some_and(|count| count > 1);
        Ok(self.read(&name, tensor, |kind| floating(kind) && several)?)
    }

    /// Adds a weight that was computed from what the file holds, and counts as one of it.
    pub fn restored(&mut self, name: &str, tensor: Tensor) -> Answer<ValueId> {
        let content = Content::of(&tensor).map_err(|error| self.torch(&error))?;
        let trained = tensor.numel() > 1;
        Ok(self.weight(name, tensor, trained, content)?)
    }

    /// Refuses constants that are too large, before they are computed.
    pub fn afford(&mut self, elements: f64) -> Answer<()> {
        if self.computed.take(elements) {
            Ok(())
        } else {
            Err(self.too_large())
        }
    }

    pub(super) fn too_large(&self) -> Refusal {
        Fault::Graph(format!(
            "at node {} it computes constants larger than those of any image classifier",
            self.label
        ))
        .into()
    }

    /// Adds a constant that was computed within what [`afford`](Self::afford) allows.
    pub fn constant(&mut self, tensor: Tensor) -> ValueId {
        let shape = tensor.size();
        let value = self.add(self.label.clone(), Some(tensor), shape);
        self.graph.value_mut(value).folded = true;
        value
    }

    /// The elements of a constant as integers, however many.
    pub fn ints(&self, value: ValueId) -> Answer<Option<Vec<i64>>> {
        let Some(tensor) = self.tensor(value) else {
            return Ok(None);
        };
        let row = tensor
            .f_to_kind(Kind::Int64)
            .and_then(|row| row.f_reshape([-1]));
        let row = row.map_err(|error| self.torch(&error))?;
        Ok(Vec::try_from(row).ok())
    }

    /// The elements of a constant, if there are few enough to be factors.
    pub fn floats(&self, value: ValueId) -> Answer<Option<Vec<f64>>> {
        let Some(tensor) = self.tensor(value).filter(|tensor| tensor.numel() <= 16) else {
            return Ok(None);
        };
        let row = tensor
            .f_to_kind(Kind::Double)
            .and_then(|row| row.f_reshape([-1]));
        let row = row.map_err(|error| self.torch(&error))?;
        Ok(Vec::try_from(row).ok())
    }

    /// The element of a constant that has only one.
    pub fn number(&self, value: ValueId) -> Answer<Option<f64>> {
        let Some(tensor) = self.tensor(value).filter(|tensor| tensor.numel() == 1) else {
            return Ok(None);
        };
        let number = tensor
            .f_to_kind(Kind::Double)
            .and_then(|one| one.f_reshape([1]))
            .and_then(|one| one.f_double_value(&[0]));
        number.map(Some).map_err(|error| self.torch(&error))
    }
}
