//! Tensors put together.

use tch::{TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::AxesRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, replaced};

/// All inputs put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Joining {
    /// One after the other along an axis.
    Cat {
        /// The axis along which sizes add up; negative axes count from the end.
        dim: i64,
    },
    /// Side by side along a new axis.
    Stack {
        /// The position of the new axis in the output; negative ones count from its end.
        dim: i64,
    },
}

impl Operation for Joining {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let joined = match self {
            Joining::Cat { dim } => Tensor::f_cat(inputs, *dim)?,
            Joining::Stack { dim } => Tensor::f_stack(inputs, *dim)?,
        };
        Ok(vec![joined])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let unfit = |a: &[i64], b: &[i64], axis: usize| {
            Err(format!("{a:?} and {b:?} cannot be joined at axis {axis}"))
        };
        let first = shape::input(inputs, 0)?;
        let shape = match self {
            Joining::Cat { dim } => {
                // libtorch skips empty rows, whatever rank the others have.
                let parts = || inputs.iter().copied().filter(|shape| *shape != [0]);
                let Some(x) = parts().next() else {
                    return Ok(OutputShapes::one(first));
                };
                let axis = axis(*dim, x.len())?;
                let mut length = 0i64;
                for part in parts() {
                    if part.len() != x.len() || replaced(part, axis, 0) != replaced(x, axis, 0) {
                        return unfit(x, part, axis);
                    }
                    length = length.saturating_add(part[axis]);
                }
                replaced(x, axis, length)
            }
            Joining::Stack { dim } => {
                let axis = axis(*dim, first.len() + 1)?;
                if let Some(other) = inputs.iter().find(|shape| **shape != first) {
                    return unfit(first, other, axis);
                }
                let (before, after) = first.split_at(axis);
                [before, &[inputs.len() as i64], after].concat()
            }
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Joining::Cat { .. } | Joining::Stack { .. } => Cost::of_each(outputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        match self {
            Joining::Cat { dim } => Traits {
                adjoint: Adjoint::Cat { dim: *dim },
                axes: AxesRule::Joined { dim: *dim },
                ..Traits::MOVES
            },
            Joining::Stack { .. } => Traits::MOVES,
        }
    }
}
