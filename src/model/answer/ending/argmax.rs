//! Outputs that are numbers of classes: what their largest scores are taken from can be explained.

use crate::model::answer::sketch::Sketch;
use crate::model::graph::{Op, ValueId};
use crate::model::op::shape::axis;
use crate::model::op::{Aggregate, Copying, Reshaping};

/// The scores of which `output` holds the number of the largest, and the axis along which it is; all of
/// them in a row where that is `None`.
pub fn before_argmax(sketch: &Sketch, output: ValueId) -> Option<(ValueId, Option<usize>)> {
    let mut value = output;
    loop {
        let node = sketch.maker(value)?;
        let input = *node.inputs.first()?;
        match &node.op {
            Op::Aggregation(found) if found.function == Aggregate::ArgMax => {
                let rank = sketch.shape(input)?.len();
                let along = match found.dims[..] {
                    [] => None,
                    [dim] => Some(axis(dim, rank).ok()?),
                    _ => return None,
                };
                return Some((input, along));
            }
            Op::Copying(
                Copying::Identity | Copying::Detach | Copying::Cast(_) | Copying::CastAs,
            )
            | Op::Reshaping(
                Reshaping::Squeeze { .. }
                | Reshaping::Unsqueeze { .. }
                | Reshaping::Reshape { .. }
                | Reshaping::Flatten { .. },
            ) => value = input,
            op if op.is_identity() => value = input,
            // Nothing else keeps the numbers as they are.
            _ => return None,
        }
    }
}
