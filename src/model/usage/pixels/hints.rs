//! What a network's first operations suggest of the levels that it takes, where they are no fixed scale and shift:
//! it clips the image to a range, or normalises each image by its own mean and deviation.

use super::Levels;
use super::affine::keeps_pixels;
use crate::model::graph::{Graph, Node, ValueId};
use crate::model::op::{Activation, Normalisation, Op, shape};

/// A statistic of an image has at most one value for so many positions.
const POSITIONS: i64 = 8;

/// What a value is made of.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    /// Of the image, position by position.
    Pixels,
    /// Of means, deviations and the like of the image.
    Statistic,
    Other,
}

/// The levels that the first operations suggest; `None` where they suggest nothing.
pub fn hinted(graph: &Graph) -> Option<Levels> {
    let mut made = vec![Made::Other; graph.values.len()];
    *made.get_mut(graph.input.0)? = Made::Pixels;
    for node in &graph.nodes {
        let reads = |what| node.inputs.iter().any(|input| made[input.0] == what);
        let (pixels, statistics) = (reads(Made::Pixels), reads(Made::Statistic));
        if !pixels && !statistics {
            continue;
        }
        if pixels && let Some(levels) = clipped(&node.op) {
            return Some(levels);
        }
        let of_image = |value: &ValueId| {
            graph.values[value.0].stated_shape.as_deref() == Some(&graph.input_shape)
        };
        let by_itself = node.inputs.first().is_some_and(of_image)
            && matches!(
                node.op,
                Op::Normalisation(
                    Normalisation::Instance { .. }
                        | Normalisation::Group { .. }
                        | Normalisation::Layer { .. }
                )
            );
        let combined = matches!(node.op, Op::Arithmetic(_) | Op::Pair(_));
        if pixels && (by_itself || statistics && combined) {
            return Some(Levels::Unit);
        }
        let is_statistic = if pixels {
            is_statistic(graph, node)
        } else {
            matches!(
                node.op,
                Op::Arithmetic(_)
                    | Op::Pair(_)
                    | Op::Function(_)
                    | Op::Reshaping(_)
                    | Op::Copying(_)
                    | Op::Reduction(_)
                    | Op::Activation(Activation::Clamp { .. })
            )
        };
        let what = if is_statistic {
            Made::Statistic
        } else if pixels && keeps_pixels(&node.op) {
            Made::Pixels
        } else {
            Made::Other
        };
        node.outputs.iter().for_each(|output| made[output.0] = what);
    }
    None
}

/// The range that an operation clips to, if it is one of levels.
fn clipped(op: &Op) -> Option<Levels> {
    let (min, max) = match op {
        Op::Activation(Activation::Hardtanh { min, max }) => (*min, *max),
        Op::Activation(Activation::Clamp { min, max }) => ((*min)?, (*max)?),
        _ => return None,
    };
    if (min, max) == (0.0, 1.0) {
        Some(Levels::Unit)
    } else if (min, max) == (0.0, 255.0) {
        Some(Levels::Bytes)
    } else if (min, max) == (-1.0, 1.0) {
        Some(Levels::Signed)
    } else {
        None
    }
}

/// Whether a node makes few numbers of all positions.
fn is_statistic(graph: &Graph, node: &Node) -> bool {
    let [_, _, height, width] = graph.input_shape;
    let few = |value: &ValueId| {
        let shape = graph.values[value.0].stated_shape.as_ref();
        let count = shape.and_then(|shape| shape::count(shape));
        count.is_some_and(|count| count.saturating_mul(POSITIONS) <= height.saturating_mul(width))
    };
    matches!(node.op, Op::Reduction(_) | Op::Aggregation(_)) && node.outputs.iter().all(few)
}
