//! Windows along one axis, as a view: `Tensor.unfold` of PyTorch.

use tch::{TchError, Tensor};

use crate::model::op::geometry::FieldRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, replaced};

/// All windows of x along one axis. They replace the axis, and what is inside each becomes a new
/// last axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SlidingWindows {
    /// The axis, from the end if negative.
    pub dim: i64,
    /// How many entries a window has.
    pub size: i64,
    /// Distance between the first entries of neighbouring windows.
    pub step: i64,
}

impl Operation for SlidingWindows {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        Ok(vec![x.f_unfold(self.dim, self.size, self.step)?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let &SlidingWindows { dim, size, step } = self;
        // A single number counts as a row of one.
        let axis = shape::axis(dim, x.len().max(1))?;
        let length = x.get(axis).copied().unwrap_or(1);
        if step < 1 || !(0..=length).contains(&size) {
            return Err(format!(
                "axis {axis} of {x:?} has no windows of {size}, {step} apart"
            ));
        }
        let mut shape = if x.is_empty() {
            Vec::new()
        } else {
            replaced(x, axis, (length - size) / step + 1)
        };
        shape.push(size);
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        Cost::of_each(outputs)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits {
            field: FieldRule::Unknown,
            ..Traits::MIXES
        }
    }
}
