//! The bounds of a value after each operation of the families that work value by value. Every operation is
//! named, so that a new one is decided here.

use super::Bounds;
use crate::model::answer::sketch::Sketch;
use crate::model::graph::Node;
use crate::model::op::{
    Activation, Aggregate, Arithmetic, Function, Number, Op, Operands, Pair, PairFunction,
    Reduction, Reshaping,
};

pub(super) fn after_activation(activation: &Activation, x: Bounds) -> Bounds {
    match activation {
        Activation::Softmax { log: true, .. } => Bounds::new(f64::NEG_INFINITY, 0.0),
        Activation::Softmax { .. } | Activation::Sigmoid | Activation::Hardsigmoid => Bounds::SHARE,
        Activation::Tanh => Bounds::new(-1.0, 1.0),
        Activation::Relu => x.map(|x| x.max(0.0)),
        Activation::Softplus { beta, .. } if *beta > 0.0 => Bounds::new(0.0, f64::INFINITY),
        Activation::Hardtanh { min, max } => x.map(|x| x.max(*min).min(*max)),
        Activation::Clamp { min, max } => x.map(|x| {
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
    }
}

pub(super) fn after_arithmetic(
    sketch: &Sketch,
    node: &Node,
    arithmetic: &Arithmetic,
    input: &mut dyn FnMut(usize) -> Bounds,
) -> Bounds {
    match arithmetic {
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
                _ => input(0).product(input(1)),
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
    }
}

pub(super) fn after_function(function: Function, x: Bounds) -> Bounds {
    match function {
        Function::Exp => x.map(f64::exp),
        Function::Log => x.map(|x| x.max(0.0).ln()),
        Function::LogSigmoid => Bounds::new(f64::NEG_INFINITY, 0.0),
        Function::Erf | Function::Sin | Function::Cos | Function::Sign => Bounds::new(-1.0, 1.0),
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
    }
}

pub(super) fn after_pair(pair: Pair, input: &mut dyn FnMut(usize) -> Bounds) -> Bounds {
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

pub(super) fn after_aggregate(function: Aggregate, x: Bounds) -> Bounds {
    match function {
        Aggregate::AMax
        | Aggregate::AMin
        | Aggregate::Max
        | Aggregate::Min
        | Aggregate::Median
        | Aggregate::NanMean => x,
        Aggregate::All
        | Aggregate::Any
        | Aggregate::ArgMax
        | Aggregate::ArgMin
        | Aggregate::CountNonzero
        | Aggregate::LogSumExp
        | Aggregate::NanSum
        | Aggregate::Prod => Bounds::NONE,
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
