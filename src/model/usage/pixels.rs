//! Recognises networks that normalise the image themselves, such as those of Keras with a `Rescaling`
//! layer. They take pixels from 0 to 255; to them, a normalised image would look black.

use crate::model::graph::{Graph, ValueId};
use crate::model::op::{Arithmetic, Copying, Op, Reshaping};

/// A first step larger than this makes sense for pixels from 0 to 255 alone: normalised values are
/// within a few units of zero.
const STEP: f64 = 50.0;
/// How many operations that do not change values, such as a permutation of axes, may come first.
const BEFORE: usize = 8;

/// Whether the first operation that changes the values of the image divides them by a hundred or so, or
/// shifts them by as much.
pub fn takes_whole(graph: &Graph) -> bool {
    let mut at = graph.input;
    for _ in 0..BEFORE {
        let mut readers = graph.nodes.iter().filter(|node| node.inputs.contains(&at));
        let (Some(node), None) = (readers.next(), readers.next()) else {
            return false;
        };
        let other = || {
            let mut others = node.inputs.iter().filter(|input| **input != at);
            others.next().and_then(|other| magnitudes(graph, *other))
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

/// The smallest and the largest magnitude in a constant of one number, or of one per colour.
fn magnitudes(graph: &Graph, value: ValueId) -> Option<(f64, f64)> {
    let numbers = graph.weight(value).filter(|w| matches!(w.numel(), 1 | 3))?;
    let numbers = numbers
        .f_abs()
        .and_then(|sizes| sizes.f_reshape([-1]))
        .ok()?;
    let numbers = Vec::<f32>::try_from(numbers).ok()?;
    let numbers = || numbers.iter().map(|number| f64::from(*number));
    Some((numbers().reduce(f64::min)?, numbers().reduce(f64::max)?))
}
