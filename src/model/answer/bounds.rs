//! Between which numbers a value lies, whatever the image shows. Logits have no bounds; probabilities,
//! cosines and percentages have.

use std::collections::HashMap;

use super::sketch::Sketch;
use crate::model::graph::{Node, ValueId};
use crate::model::op::{
    Activation, Aggregate, Arithmetic, Copying, Filter, Function, Indexing, Joining, Number, Op,
    Operands, PairFunction, Reduction, Reshaping, Resizing, Splitting,
};

/// How many operations are followed one after another.
const MAX_DEPTH: usize = 64;

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

    /// Bounds after a function that never falls.
    fn map(self, rising: impl Fn(f64) -> f64) -> Bounds {
        Bounds::new(rising(self.low), rising(self.high))
    }

    fn hull(self, other: Bounds) -> Bounds {
        Bounds::new(self.low.min(other.low), self.high.max(other.high))
    }
}

/// The bounds of `value`.
pub fn bounds(sketch: &Sketch, value: ValueId) -> Bounds {
    let found = of(sketch, value, MAX_DEPTH, &mut HashMap::new());
    if found.low.is_nan() || found.high.is_nan() {
        Bounds::NONE
    } else {
        found
    }
}

fn of(
    sketch: &Sketch,
    value: ValueId,
    depth: usize,
    known: &mut HashMap<ValueId, Bounds>,
) -> Bounds {
    if let Some(found) = known.get(&value) {
        return *found;
    }
    let found = match (sketch.number(value), sketch.maker(value)) {
        (Some(number), _) => Bounds::new(number, number),
        (None, Some(node)) if depth > 0 => {
            let mut inputs = |index: usize| match node.inputs.get(index) {
                Some(input) => of(sketch, *input, depth - 1, known),
                None => Bounds::NONE,
            };
            after(sketch, node, &mut inputs)
        }
        _ => Bounds::NONE,
    };
    known.insert(value, found);
    found
}

/// The bounds after a node, from those of its inputs.
fn after(sketch: &Sketch, node: &Node, input: &mut dyn FnMut(usize) -> Bounds) -> Bounds {
    match &node.op {
        Op::Activation(activation) => match activation {
            Activation::Softmax { log: true, .. } => Bounds::new(f64::NEG_INFINITY, 0.0),
            Activation::Softmax { .. } | Activation::Sigmoid | Activation::Hardsigmoid => {
                Bounds::SHARE
            }
            Activation::Tanh => Bounds::new(-1.0, 1.0),
            Activation::Relu => input(0).map(|x| x.max(0.0)),
            Activation::Softplus { beta, .. } if *beta > 0.0 => Bounds::new(0.0, f64::INFINITY),
            Activation::Hardtanh { min, max } => input(0).map(|x| x.max(*min).min(*max)),
            Activation::Clamp { min, max } => input(0).map(|x| {
                x.max(min.unwrap_or(f64::NEG_INFINITY))
                    .min(max.unwrap_or(f64::INFINITY))
            }),
            Activation::LeakyRelu { .. }
            | Activation::Elu { .. }
            | Activation::Silu
            | Activation::Gelu { .. }
            | Activation::Hardswish
            | Activation::Mish
            | Activation::Softplus { .. }
            | Activation::ScaledElu { .. }
            | Activation::Hardshrink { .. }
            | Activation::Softshrink { .. }
            | Activation::Threshold { .. }
            | Activation::ClampBetween { .. }
            | Activation::Prelu => Bounds::NONE,
        },
        Op::Arithmetic(arithmetic) => match arithmetic {
            Arithmetic::Add { alpha } => input(0).plus(input(1).times(*alpha)),
            Arithmetic::Sub { alpha } => input(0).plus(input(1).times(-alpha)),
            Arithmetic::AddScalar(number) => input(0).map(|x| x + number),
            Arithmetic::RsubScalar(number) => input(0).times(-1.0).map(|x| x + number),
            Arithmetic::MulScalar(number) => input(0).times(*number),
            Arithmetic::Mul | Arithmetic::Div => {
                let number = |index: usize| sketch.number(*node.inputs.get(index)?);
                let divides = *arithmetic == Arithmetic::Div;
                match (number(0), number(1)) {
                    (_, Some(other)) => input(0).times(if divides { 1.0 / other } else { other }),
                    (Some(other), None) if !divides => input(1).times(other),
                    _ if divides && is_share(sketch, node) && input(0).low >= 0.0 => Bounds::SHARE,
                    _ if divides => Bounds::NONE,
                    // Products of probabilities are probabilities.
                    _ if input(0).within(0.0, 1.0) && input(1).within(0.0, 1.0) => Bounds::SHARE,
                    _ => Bounds::NONE,
                }
            }
            Arithmetic::AddProduct { .. }
            | Arithmetic::AddQuotient { .. }
            | Arithmetic::PowScalar(_)
            | Arithmetic::ScalarPow(_)
            | Arithmetic::Lerp { .. }
            | Arithmetic::LerpBy
            | Arithmetic::NanToNum { .. }
            | Arithmetic::Logit { .. }
            | Arithmetic::RoundTo { .. } => Bounds::NONE,
        },
        Op::Function(function) => match function {
            Function::Exp => input(0).map(f64::exp),
            Function::Log => input(0).map(|x| x.max(0.0).ln()),
            Function::LogSigmoid => Bounds::new(f64::NEG_INFINITY, 0.0),
            Function::Erf | Function::Sin | Function::Cos | Function::Sign => {
                Bounds::new(-1.0, 1.0)
            }
            Function::Abs | Function::Square => Bounds::new(0.0, f64::INFINITY),
            Function::Acos
            | Function::Acosh
            | Function::Asin
            | Function::Asinh
            | Function::Atan
            | Function::Atanh
            | Function::BitwiseNot
            | Function::Ceil
            | Function::Cosh
            | Function::Deg2Rad
            | Function::Digamma
            | Function::Erfc
            | Function::Erfinv
            | Function::Exp2
            | Function::Expm1
            | Function::Floor
            | Function::Frac
            | Function::IsFinite
            | Function::IsInf
            | Function::IsNan
            | Function::Lgamma
            | Function::Log10
            | Function::Log1p
            | Function::Log2
            | Function::LogicalNot
            | Function::Rad2Deg
            | Function::Round
            | Function::Rsqrt
            | Function::SignBit
            | Function::Sinc
            | Function::Sinh
            | Function::Tan
            | Function::Trunc => Bounds::NONE,
        },
        Op::Pair(pair) => {
            let number = |number: Number| Bounds::new(number.value, number.value);
            let (a, b) = match pair.operands {
                Operands::Tensors => (input(0), input(1)),
                Operands::Second(second) => (input(0), number(second)),
                Operands::First(first) => (number(first), input(0)),
            };
            match pair.function {
                PairFunction::Maximum | PairFunction::FMax => {
                    Bounds::new(a.low.max(b.low), a.high.max(b.high))
                }
                PairFunction::Minimum | PairFunction::FMin => {
                    Bounds::new(a.low.min(b.low), a.high.min(b.high))
                }
                PairFunction::Atan2
                | PairFunction::BitwiseAnd
                | PairFunction::BitwiseOr
                | PairFunction::BitwiseXor
                | PairFunction::ShiftLeft
                | PairFunction::ShiftRight
                | PairFunction::CopySign
                | PairFunction::Divide
                | PairFunction::Equal
                | PairFunction::FloorDivide
                | PairFunction::FMod
                | PairFunction::GreaterEqual
                | PairFunction::Greater
                | PairFunction::Heaviside
                | PairFunction::Hypot
                | PairFunction::LessEqual
                | PairFunction::Less
                | PairFunction::LogAddExp
                | PairFunction::LogAddExp2
                | PairFunction::LogicalAnd
                | PairFunction::LogicalOr
                | PairFunction::LogicalXor
                | PairFunction::NotEqual
                | PairFunction::Power
                | PairFunction::Remainder
                | PairFunction::TruncatedDivide
                | PairFunction::XLogY => Bounds::NONE,
            }
        }
        Op::Aggregation(aggregation) => match aggregation.function {
            Aggregate::AMax
            | Aggregate::AMin
            | Aggregate::Max
            | Aggregate::Min
            | Aggregate::Median
            | Aggregate::NanMean => input(0),
            Aggregate::All
            | Aggregate::Any
            | Aggregate::ArgMax
            | Aggregate::ArgMin
            | Aggregate::CountNonzero
            | Aggregate::LogSumExp
            | Aggregate::NanSum
            | Aggregate::Prod => Bounds::NONE,
        },
        Op::Reduction(Reduction::Mean { .. } | Reduction::Max { .. }) => input(0),
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
        | Op::Creation(_)
        | Op::Resizing(_)
        | Op::Reduction(Reduction::VectorNorm { .. } | Reduction::Variance { .. })
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

/// Whether each element is divided by a sum that it belongs to.
fn is_share(sketch: &Sketch, node: &Node) -> bool {
    let &[part, mut sum] = node.inputs.as_slice() else {
        return false;
    };
    // A small number keeps the sum from being zero, and an expansion makes it as long as the parts.
    for _ in 0..4 {
        let Some(maker) = sketch.maker(sum) else {
            return false;
        };
        let Some(&before) = maker.inputs.first() else {
            return false;
        };
        match &maker.op {
            Op::Reduction(Reduction::Sum { .. }) => return sketch.are_same(before, part),
            Op::Reduction(Reduction::VectorNorm { ord, .. }) => {
                return *ord == 1.0 && sketch.are_same(before, part);
            }
            Op::Arithmetic(Arithmetic::AddScalar(small)) if *small >= 0.0 => sum = before,
            Op::Arithmetic(Arithmetic::Add { alpha: 1.0 }) => {
                let &[first, second] = maker.inputs.as_slice() else {
                    return false;
                };
                sum = match (sketch.number(first), sketch.number(second)) {
                    (None, Some(small)) if small >= 0.0 => first,
                    (Some(small), None) if small >= 0.0 => second,
                    _ => return false,
                };
            }
            Op::Activation(Activation::Clamp { max: None, .. })
            | Op::Reshaping(
                Reshaping::Expand { .. }
                | Reshaping::ExpandAs
                | Reshaping::Unsqueeze { .. }
                | Reshaping::Reshape { .. },
            ) => sum = before,
            _ => return false,
        }
    }
    false
}

/// Cubic interpolation overshoots; the others give weighted means.
fn keeps_bounds(resizing: &Resizing) -> bool {
    matches!(
        resizing.filter,
        Filter::Nearest | Filter::NearestExact | Filter::Linear { .. }
    )
}
