//! The dtypes of computed values. Almost all are floats; comparisons and positions are not, and integers
//! divide otherwise.

use tch::Kind;

use crate::model::op::{
    Aggregate, Copying, Creation, Function, Masking, Op, PairFunction, Reduction, Scattering,
    Sorting,
};

/// The dtype of what an operation makes of inputs of these dtypes.
pub fn of_result(op: &Op, inputs: &[Kind]) -> Kind {
    let first = inputs.first().copied().unwrap_or(Kind::Float);
    let second = inputs.get(1).copied().unwrap_or(first);
    match op {
        Op::Function(function) => of_function(*function, first),
        Op::Pair(pair) => of_pair(pair.function, inputs),
        Op::Masking(Masking::Where) => promoted(inputs.get(1..).unwrap_or_default()),
        Op::Masking(_) => first,
        Op::Copying(Copying::Cast(kind)) => *kind,
        Op::Copying(Copying::CastAs) => second,
        Op::Copying(Copying::Identity | Copying::Detach) => first,
        Op::Aggregation(aggregation) => match aggregation.function {
            Aggregate::All | Aggregate::Any => Kind::Bool,
            Aggregate::ArgMax | Aggregate::ArgMin | Aggregate::CountNonzero => Kind::Int64,
            Aggregate::AMax
            | Aggregate::AMin
            | Aggregate::LogSumExp
            | Aggregate::Median
            | Aggregate::Min
            | Aggregate::Max
            | Aggregate::NanMean
            | Aggregate::NanSum
            | Aggregate::Prod => first,
        },
        Op::Reduction(Reduction::Sum { .. }) if first == Kind::Bool => Kind::Int64,
        Op::Reduction(_) => first,
        Op::Sorting(Sorting::SortedPositions { .. } | Sorting::TopPositions { .. })
        | Op::Scattering(Scattering::OneHot { .. }) => Kind::Int64,
        Op::Rearranging(_)
        | Op::Scattering(_)
        | Op::Sorting(_)
        | Op::Scan(_)
        | Op::Reshaping(_)
        | Op::Indexing(_)
        | Op::Splitting(_) => first,
        Op::Activation(_)
        | Op::Arithmetic(_)
        | Op::Convolution(_)
        | Op::TransposedConvolution(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::Pad(_)
        | Op::SlidingWindows(_)
        | Op::Resizing(_)
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
        | Op::Joining(_) => promoted(inputs),
        Op::Creation(
            Creation::Full { kind, .. }
            | Creation::Range { kind, .. }
            | Creation::Spaced { kind, .. }
            | Creation::Eye { kind, .. },
        ) => *kind,
    }
}

fn of_function(function: Function, x: Kind) -> Kind {
    match function {
        Function::IsFinite
        | Function::IsInf
        | Function::IsNan
        | Function::LogicalNot
        | Function::SignBit => Kind::Bool,
        Function::Abs
        | Function::BitwiseNot
        | Function::Ceil
        | Function::Floor
        | Function::Round
        | Function::Sign
        | Function::Square
        | Function::Trunc => x,
        Function::Acos
        | Function::Acosh
        | Function::Asin
        | Function::Asinh
        | Function::Atan
        | Function::Atanh
        | Function::Cos
        | Function::Cosh
        | Function::Deg2Rad
        | Function::Digamma
        | Function::Erf
        | Function::Erfc
        | Function::Erfinv
        | Function::Exp
        | Function::Exp2
        | Function::Expm1
        | Function::Frac
        | Function::Lgamma
        | Function::Log
        | Function::Log10
        | Function::Log1p
        | Function::Log2
        | Function::LogSigmoid
        | Function::Rad2Deg
        | Function::Rsqrt
        | Function::Sin
        | Function::Sinc
        | Function::Sinh
        | Function::Tan => Kind::Float,
    }
}

fn of_pair(function: PairFunction, inputs: &[Kind]) -> Kind {
    match function {
        PairFunction::Equal
        | PairFunction::NotEqual
        | PairFunction::Less
        | PairFunction::LessEqual
        | PairFunction::Greater
        | PairFunction::GreaterEqual
        | PairFunction::LogicalAnd
        | PairFunction::LogicalOr
        | PairFunction::LogicalXor => Kind::Bool,
        PairFunction::Divide
        | PairFunction::Atan2
        | PairFunction::CopySign
        | PairFunction::Hypot
        | PairFunction::LogAddExp
        | PairFunction::LogAddExp2
        | PairFunction::XLogY => Kind::Float,
        PairFunction::BitwiseAnd
        | PairFunction::BitwiseOr
        | PairFunction::BitwiseXor
        | PairFunction::ShiftLeft
        | PairFunction::ShiftRight
        | PairFunction::FloorDivide
        | PairFunction::FMax
        | PairFunction::FMin
        | PairFunction::FMod
        | PairFunction::Heaviside
        | PairFunction::Maximum
        | PairFunction::Minimum
        | PairFunction::Power
        | PairFunction::Remainder
        | PairFunction::TruncatedDivide => promoted(inputs),
    }
}

/// The dtype that takes in all of these.
pub fn promoted(inputs: &[Kind]) -> Kind {
    if inputs.is_empty() || inputs.contains(&Kind::Float) {
        Kind::Float
    } else if inputs.contains(&Kind::Int64) {
        Kind::Int64
    } else {
        Kind::Bool
    }
}
