//! Padding.

use tch::{TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::AxesRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape};

/// Values added around x, or cut off where a number is negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad {
    /// How many before and after each axis, from the last axis on.
    pub pad: Vec<i64>,
    /// `"constant"`, `"reflect"`, `"replicate"` or `"circular"`.
    pub mode: String,
    /// What is added if `mode` is `"constant"`: 0 where `None`.
    pub value: Option<f64>,
}

impl Operation for Pad {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let padded = x.f_pad(self.pad.as_slice(), &self.mode, self.value)?;
        Ok(vec![padded])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let mut shape = shape::input(inputs, 0)?.to_vec();
        // libtorch would leave some positions uninitialised.
        if self.mode == "circular" && self.pad.iter().any(|side| *side < 0) {
            return Err("it crops while it wraps around".into());
        }
        for (from_end, sides) in self.pad.chunks(2).enumerate() {
            let axis = shape.len().checked_sub(from_end + 1);
            let axis = axis.ok_or("it pads more axes than there are")?;
            let sides = sides.iter();
            let size = sides.fold(shape[axis], |size, side| size.saturating_add(*side));
            if size < 0 {
                return Err(format!(
                    "it cuts off more than {} from axis {axis}",
                    shape[axis]
                ));
            }
            shape[axis] = size;
        }
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        Cost::of_each(outputs)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let crops = self.mode == "constant" && self.pad.iter().all(|side| *side >= 0);
        let adjoint = if crops {
            let before = self.pad.iter().step_by(2).copied().collect();
            Adjoint::Crop { before }
        } else {
            Adjoint::Recorded
        };
        Traits {
            adjoint,
            axes: AxesRule::Padded,
            ..Traits::MOVES
        }
    }
}
