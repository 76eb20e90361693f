//! Endings that are written out as single operations: exp(x) / Σ exp(x), and a factor and an offset in any
//! order.

use crate::model::answer::sketch::Sketch;
use crate::model::graph::{Node, Op, ValueId};
use crate::model::op::shape::axis;
use crate::model::op::{Aggregate, Aggregation, Arithmetic, Function, Reduction};

/// The logits and the axis of a softmax written as exp(x) / Σ exp(x), where the maximum may have
/// been subtracted.
pub(super) fn softmax(sketch: &Sketch, node: &Node) -> Option<(ValueId, i64)> {
    let &[powers, sum] = node.inputs.as_slice() else {
        return None;
    };
    let summed = sketch.maker(sum)?;
    let Op::Reduction(Reduction::Sum {
        dims,
        keepdim: true,
    }) = &summed.op
    else {
        return None;
    };
    let &[dim] = dims.as_slice() else { return None };
    let power = sketch.maker(powers)?;
    let of_them = sketch.are_same(*summed.inputs.first()?, powers);
    if !of_them || power.op != Op::Function(Function::Exp) {
        return None;
    }
    let exponent = *power.inputs.first()?;
    let shifted = sketch.maker(exponent);
    let unshifted = shifted.and_then(|shifted| {
        let &[from, most] = shifted.inputs.as_slice() else {
            return None;
        };
        let subtracts = matches!(shifted.op, Op::Arithmetic(Arithmetic::Sub { alpha: 1.0 }));
        let largest = sketch.maker(most)?;
        // Along another axis it would change the softmax.
        let rank = sketch.shape(from)?.len();
        let along = |other: i64| axis(other, rank).ok() == axis(dim, rank).ok();
        let is_largest = matches!(
            &largest.op,
            Op::Aggregation(Aggregation { function: Aggregate::AMax | Aggregate::Max, dims, .. })
                if matches!(dims[..], [other] if along(other))
        );
        let of_it = is_largest && sketch.are_same(*largest.inputs.first()?, from);
        (subtracts && of_it).then_some(from)
    });
    Some((unshifted.unwrap_or(exponent), dim))
}

/// `factor · x + offset`, if that is what the operation computes, with x.
pub fn line(sketch: &Sketch, arithmetic: &Arithmetic, node: &Node) -> Option<(ValueId, f64, f64)> {
    let input = |index: usize| node.inputs.get(index).copied();
    let number = |index: usize| sketch.number(input(index)?);
    let first = input(0)?;
    match arithmetic {
        Arithmetic::AddScalar(other) => Some((first, 1.0, *other)),
        Arithmetic::RsubScalar(from) => Some((first, -1.0, *from)),
        Arithmetic::MulScalar(other) => Some((first, *other, 0.0)),
        Arithmetic::Add { alpha } => match (number(0), number(1)) {
            (None, Some(other)) => Some((first, 1.0, alpha * other)),
            (Some(other), None) => Some((input(1)?, *alpha, other)),
            _ => None,
        },
        Arithmetic::Sub { alpha } => match (number(0), number(1)) {
            (None, Some(other)) => Some((first, 1.0, -alpha * other)),
            (Some(other), None) => Some((input(1)?, -alpha, other)),
            _ => None,
        },
        Arithmetic::Mul => match (number(0), number(1)) {
            (None, Some(other)) => Some((first, other, 0.0)),
            (Some(other), None) => Some((input(1)?, other, 0.0)),
            _ => None,
        },
        Arithmetic::Div => Some((first, 1.0 / number(1)?, 0.0)),
        _ => None,
    }
}
