//! Networks that scale the picture themselves, as Keras' with their `Rescaling` do: they are handed
//! pixels from 0 to 255, and normalised ones would look black to them.

use crate::model::graph::{Graph, ValueId};
use crate::model::op::{Arithmetic, Copying, Op, Reshaping};

/// A first step by more than this makes sense of whole pixels alone: those that come normalised are
/// within a few of nought.
const STEP: f64 = 50.0;
/// Steps before the scaling that leave the numbers alone: an axis moved, a name.
const BEFORE: usize = 8;

/// Whether the first thing that is done to the picture is a division by some hundred, or a shift by as
/// much.
pub fn takes_whole(graph: &Graph) -> bool {
    let mut at = graph.input;
    for _ in 0..BEFORE {
        let mut readers = graph.nodes.iter().filter(|node| node.inputs.contains(&at));
        let (Some(node), None) = (readers.next(), readers.next()) else {
            return false;
        };
        let other = || {
            let mut others = node.inputs.iter().filter(|input| **input != at);
            others.next().and_then(|other| sizes(graph, *other))
        };
        let within =
            |least: f64, most: f64| other().is_some_and(|(low, high)| least <= low && high <= most);
        match node.op {
            Op::Reshaping(Reshaping::Permute { .. }) | Op::Copying(Copying::Identity) => {
                let Some(next) = node.outputs.first() else {
                    return false;
                };
                at = *next;
            }
            Op::Arithmetic(Arithmetic::MulScalar(factor)) => {
                return factor != 0.0 && factor.abs() <= 1.0 / STEP;
            }
            Op::Arithmetic(Arithmetic::Mul) => return within(f64::MIN_POSITIVE, 1.0 / STEP),
            Op::Arithmetic(Arithmetic::Div) if node.inputs.first() == Some(&at) => {
                return within(STEP, f64::MAX);
            }
            Op::Arithmetic(Arithmetic::AddScalar(shift)) => return shift.abs() >= STEP,
            Op::Arithmetic(Arithmetic::Add { .. } | Arithmetic::Sub { .. }) => {
                return within(STEP, f64::MAX);
            }
            _ => return false,
        }
    }
    false
}

/// The smallest and the largest magnitude in a constant of one number, or of one for each colour.
fn sizes(graph: &Graph, value: ValueId) -> Option<(f64, f64)> {
    let numbers = graph.weight(value).filter(|w| matches!(w.numel(), 1 | 3))?;
    let numbers = numbers
        .f_abs()
        .and_then(|sizes| sizes.f_reshape([-1]))
        .ok()?;
    let numbers = Vec::<f32>::try_from(numbers).ok()?;
    let numbers = || numbers.iter().map(|number| f64::from(*number));
    Some((numbers().reduce(f64::min)?, numbers().reduce(f64::max)?))
}
