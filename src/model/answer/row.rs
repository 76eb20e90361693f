//! Values put into a row of scores.

use super::sketch::Sketch;
use crate::model::error::{Fault, Result};
use crate::model::graph::ValueId;
use crate::model::op::{Joining, Reshaping};

/// The fault where values cannot be put into one.
pub fn unfit() -> Fault {
    Fault::NoLogits("its output cannot be put in order".into())
}

/// Two scores as one row.
pub fn joined(sketch: &mut Sketch, pair: [ValueId; 2]) -> Result<ValueId> {
    sketch.add(Joining::Cat { dim: 1 }, &pair).ok_or_else(unfit)
}

/// The value in the shape `[1, count]`.
pub fn as_row(sketch: &mut Sketch, value: ValueId, count: i64) -> Option<ValueId> {
    let mut value = value;
    // Shapes that were only gone through on the way here need not be gone through again.
    while sketch.is_added(value)
        && let Some(node) = sketch.maker(value)
        && matches!(node.op, crate::model::op::Op::Reshaping(_))
        && let Some(&before) = node.inputs.first()
        && sketch.count(before) == count
    {
        value = before;
    }
    match sketch.shape(value) {
        Some(shape) if shape != &[1, count] => {
            let shape = vec![1, count];
            sketch.add(Reshaping::Reshape { shape }, &[value])
        }
        _ => Some(value),
    }
}
