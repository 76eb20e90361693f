//! What computes a map: scores, probabilities, or features. The shapes of all three are the same.
//!
//! Features come out of a rectifier, or of a sum with what came before; scores come out of a convolution or
//! a linear layer, and may be enlarged, cut, put together, added up, scaled and shifted after it, and so
//! may the probabilities after a softmax or a sigmoid.

use crate::model::answer::ending::written_out::line;
use crate::model::answer::sketch::Sketch;
use crate::model::graph::{Node, Op, ValueId};
use crate::model::op::shape::axis;
use crate::model::op::{Activation, Arithmetic, Normalisation, Reshaping};

/// What a value is, as far as what computes it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Linear scores.
    Scores,
    /// Probabilities of a softmax along this axis, counted in the value's own shape.
    Softmax(usize),
    /// Probabilities, each by itself.
    Each,
    /// Anything else, such as features.
    Other,
}

/// What `value` is.
pub fn made(sketch: &Sketch, value: ValueId) -> Made {
    let mut made = vec![Made::Other; sketch.graph.values.len()];
    // They are in the order in which they run.
    for node in &sketch.graph.nodes {
        let found = after(sketch, node, &made);
        for output in &node.outputs {
            made[output.0] = found;
        }
    }
    made[value.0]
}

/// What a node computes, from what is `made` of its inputs.
fn after(sketch: &Sketch, node: &Node, made: &[Made]) -> Made {
    // What all computed inputs are alike.
    let through = || {
        let computed = node.inputs.iter().filter(|id| sketch.maker(**id).is_some());
        let mut kinds = computed.map(|id| made[id.0]);
        let first = kinds.next().unwrap_or(Made::Other);
        if kinds.all(|kind| kind == first) {
            first
        } else {
            Made::Other
        }
    };
    let rank = node
        .inputs
        .first()
        .and_then(|x| sketch.shape(*x))
        .map_or(0, Vec::len);
    match &node.op {
        Op::Activation(Activation::Softmax { dim, log: false }) => {
            axis(*dim, rank.max(1)).map_or(Made::Other, Made::Softmax)
        }
        Op::Activation(Activation::Sigmoid | Activation::Hardsigmoid) => Made::Each,
        Op::Convolution(_)
        | Op::TransposedConvolution(_)
        | Op::MatrixProduct(_)
        | Op::Einsum(_) => Made::Scores,
        Op::Normalisation(Normalisation::Batch { .. })
        | Op::Copying(_)
        | Op::Resizing(_)
        | Op::Indexing(_)
        | Op::Splitting(_)
        | Op::Joining(_)
        | Op::Shuffle(_)
        | Op::Pad(_) => through(),
        Op::Arithmetic(Arithmetic::Add { .. } | Arithmetic::Sub { .. }) => through(),
        Op::Arithmetic(arithmetic) if line(sketch, arithmetic, node).is_some() => through(),
        Op::Reshaping(reshaping) => moved(reshaping, rank, through()),
        Op::Activation(_)
        | Op::Arithmetic(_)
        | Op::Normalisation(_)
        | Op::Function(_)
        | Op::Pair(_)
        | Op::Masking(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::SlidingWindows(_)
        | Op::Sampling(_)
        | Op::Attention(_)
        | Op::Algebra(_)
        | Op::Recurrent(_)
        | Op::Fourier(_)
        | Op::ComplexParts(_)
        | Op::Reduction(_)
        | Op::Aggregation(_)
        | Op::Scan(_)
        | Op::Rearranging(_)
        | Op::Scattering(_)
        | Op::Sorting(_)
        | Op::Creation(_) => Made::Other,
    }
}

/// What values are in another shape of as many axes as `rank`.
fn moved(reshaping: &Reshaping, rank: usize, made: Made) -> Made {
    let Made::Softmax(along) = made else {
        return made;
    };
    let place = |dim: i64| axis(dim, rank).ok();
    let to = match reshaping {
        Reshaping::Permute { dims } => dims.iter().position(|dim| place(*dim) == Some(along)),
        Reshaping::Transpose { a, b } => match (place(*a), place(*b)) {
            (Some(from), to) if from == along => to,
            (from, Some(to)) if to == along => from,
            (Some(_), Some(_)) => Some(along),
            _ => None,
        },
        Reshaping::Expand { .. } | Reshaping::ExpandAs => Some(along),
        // The axis may be cut or joined.
        Reshaping::Flatten { .. }
        | Reshaping::Reshape { .. }
        | Reshaping::ReshapeAs
        | Reshaping::Unflatten { .. }
        | Reshaping::Unsqueeze { .. }
        | Reshaping::Squeeze { .. } => None,
    };
    to.map_or(Made::Other, Made::Softmax)
}
