//! Between which numbers a value lies, whatever the image shows. Logits have no bounds; probabilities,
//! cosines and percentages have.

use std::collections::HashMap;

use self::families::{
    after_activation, after_aggregate, after_arithmetic, after_function, after_pair,
};
use super::sketch::Sketch;
use crate::model::graph::{Node, ValueId};
use crate::model::op::{
    Algebra, Copying, Filter, Indexing, Joining, Op, Reduction, Reshaping, Resizing, Splitting,
};

mod families;

/// The lowest and the highest number that a value can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    const NONE: Bounds = Bounds::new(f64::NEG_INFINITY, f64::INFINITY);
    const SHARE: Bounds = Bounds::new(0.0, 1.0);

    const fn new(low: f64, high: f64) -> Bounds {
        Bounds { low, high }
    }

    /// Whether it lies within these numbers, give or take a rounding error.
    pub fn within(self, low: f64, high: f64) -> bool {
        let slack = 1e-3 * (high - low);
        self.low >= low - slack && self.high <= high + slack
    }

    /// Bounds of a sum.
    fn plus(self, other: Bounds) -> Bounds {
        Bounds::new(self.low + other.low, self.high + other.high)
    }

    fn times(self, factor: f64) -> Bounds {
        if factor == 0.0 || !factor.is_finite() {
            return Bounds::NONE;
        }
        let (a, b) = (self.low * factor, self.high * factor);
        Bounds::new(a.min(b), a.max(b))
    }

    /// Bounds of a product.
    fn product(self, other: Bounds) -> Bounds {
        let ends = [self.low, self.high].map(|a| [a * other.low, a * other.high]);
        let ends = ends.as_flattened();
        if ends.iter().all(|end| end.is_finite()) {
            let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
            Bounds::new(low, ends.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        } else {
            Bounds::NONE
        }
    }

    /// Bounds after a function that never falls.
    fn map(self, rising: impl Fn(f64) -> f64) -> Bounds {
        Bounds::new(rising(self.low), rising(self.high))
    }

    fn hull(self, other: Bounds) -> Bounds {
        Bounds::new(self.low.min(other.low), self.high.max(other.high))
    }
}

/// The bounds of `value`.
pub fn bounds(sketch: &mut Sketch, value: ValueId) -> Bounds {
    let mut known = std::mem::take(&mut sketch.bounds);
    let found = of(sketch, value, &mut known);
    sketch.bounds = known;
    if found.low.is_nan() || found.high.is_nan() {
        Bounds::NONE
    } else {
        found
    }
}

/// Asks for the inputs of a node only where they matter, and for each once, however long the way back is.
fn of(sketch: &Sketch, value: ValueId, known: &mut HashMap<ValueId, Bounds>) -> Bounds {
    let mut asked = vec![value];
    while let Some(&id) = asked.last() {
        let mut missing = Vec::new();
        let found = match (known.get(&id), sketch.number(id), sketch.maker(id)) {
            (Some(found), _, _) => *found,
            (None, Some(number), _) => Bounds::new(number, number),
            (None, None, Some(node)) => {
                let mut input = |index: usize| match node.inputs.get(index) {
                    Some(input) => known.get(input).copied().unwrap_or_else(|| {
                        missing.push(*input);
                        Bounds::NONE
                    }),
                    None => Bounds::NONE,
                };
                after(sketch, node, &mut input)
            }
            (None, None, None) => sketch
                .range(id)
                .map_or(Bounds::NONE, |(low, high)| Bounds::new(low, high)),
        };
        if missing.is_empty() {
            known.insert(id, found);
            asked.pop();
        } else {
            asked.append(&mut missing);
        }
    }
    known.get(&value).copied().unwrap_or(Bounds::NONE)
}

/// The bounds after a node, from those of its inputs.
fn after(sketch: &Sketch, node: &Node, input: &mut dyn FnMut(usize) -> Bounds) -> Bounds {
    match &node.op {
        Op::Activation(activation) => after_activation(activation, input(0)),
        Op::Arithmetic(arithmetic) => after_arithmetic(sketch, node, arithmetic, input),
        Op::Function(function) => after_function(*function, input(0)),
        Op::Pair(pair) => after_pair(*pair, input),
        Op::Aggregation(aggregation) => after_aggregate(aggregation.function, input(0)),
        Op::Reduction(Reduction::Mean { .. }) => input(0),
        Op::Reduction(Reduction::VectorNorm { .. } | Reduction::Variance { .. })
        | Op::Algebra(
            Algebra::PairwiseDistance { .. }
            | Algebra::Distances { .. }
            | Algebra::DistancesWithin { .. },
        ) => Bounds::new(0.0, f64::INFINITY),
        Op::Algebra(Algebra::CosineSimilarity { .. }) => Bounds::new(-1.0, 1.0),
        Op::Reduction(Reduction::Sum { .. }) => {
            let before = node.inputs.first().map_or(0, |x| sketch.count(*x));
            let after = node.outputs.first().map_or(0, |x| sketch.count(*x));
            if before > 0 && after > 0 {
                input(0).times((before / after) as f64)
            } else {
                Bounds::NONE
            }
        }
        Op::Copying(Copying::Identity | Copying::Detach | Copying::Cast(_) | Copying::CastAs)
        | Op::Reshaping(
            Reshaping::Flatten { .. }
            | Reshaping::Reshape { .. }
            | Reshaping::Unflatten { .. }
            | Reshaping::Unsqueeze { .. }
            | Reshaping::Squeeze { .. }
            | Reshaping::Expand { .. }
            | Reshaping::Transpose { .. }
            | Reshaping::Permute { .. },
        )
        | Op::Indexing(Indexing::Select { .. } | Indexing::Slice { .. })
        | Op::Splitting(
            Splitting::Chunk { .. } | Splitting::Split { .. } | Splitting::SplitEvery { .. },
        ) => input(0),
        Op::Resizing(resizing) if keeps_bounds(resizing) => input(0),
        Op::Joining(Joining::Cat { .. } | Joining::Stack { .. }) => {
            (1..node.inputs.len()).fold(input(0), |all, index| all.hull(input(index)))
        }
        Op::Masking(_)
        | Op::Convolution(_)
        | Op::TransposedConvolution(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::Pad(_)
        | Op::SlidingWindows(_)
        | Op::Sampling(_)
        | Op::Shuffle(_)
        | Op::MatrixProduct(_)
        | Op::Einsum(_)
        | Op::Attention(_)
        | Op::Normalisation(_)
        | Op::Algebra(_)
        | Op::Recurrent(_)
        | Op::Fourier(_)
        | Op::ComplexParts(_)
        | Op::Scan(_)
        | Op::Rearranging(_)
        | Op::Scattering(_)
        | Op::Sorting(_)
        | Op::Creation(_)
        | Op::Resizing(_)
        | Op::Reshaping(Reshaping::ReshapeAs | Reshaping::ExpandAs)
        | Op::Indexing(
            Indexing::SelectScatter { .. }
            | Indexing::SliceScatter { .. }
            | Indexing::IndexSelect { .. }
            | Indexing::Index { .. }
            | Indexing::Roll { .. },
        )
        | Op::Splitting(Splitting::Unbind { .. }) => Bounds::NONE,
    }
}

/// Cubic interpolation overshoots; the others give weighted means.
fn keeps_bounds(resizing: &Resizing) -> bool {
    matches!(
        resizing.filter,
        Filter::Nearest | Filter::NearestExact | Filter::Linear { .. }
    )
}
