//! The dtypes of values that depend on the image. Almost all are floats; comparisons and positions are not,
//! and integers divide otherwise.

use tch::Kind;

use crate::model::op::{
    Aggregate, Copying, Function, Masking, Op, PairFunction, Rearranging, Reduction,
};

/// The dtype of what an operation makes of inputs of these dtypes.
pub fn of_result(op: &Op, inputs: &[Kind]) -> Kind {
    let first = inputs.first().copied().unwrap_or(Kind::Float);
    let second = inputs.get(1).copied().unwrap_or(first);
    match op {
        Op::Function(function) => match function {
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
            | Function::Trunc => first,
            _ => Kind::Float,
        },
        Op::Pair(pair) => match pair.function {
            PairFunction::Equal
            | PairFunction::NotEqual
            | PairFunction::Less
            | PairFunction::LessEqual
            | PairFunction::Greater
            | PairFunction::GreaterEqual
            | PairFunction::LogicalAnd
            | PairFunction::LogicalOr
            | PairFunction::LogicalXor => Kind::Bool,
            PairFunction::Divide | PairFunction::Atan2 => Kind::Float,
            _ => promoted(inputs),
        },
        Op::Masking(Masking::Where) => promoted(inputs.get(1..).unwrap_or_default()),
        Op::Masking(_) => first,
        Op::Copying(Copying::Cast(kind)) => *kind,
        Op::Copying(Copying::CastAs) => second,
        Op::Copying(Copying::Identity | Copying::Detach) => first,
        Op::Aggregation(aggregation) => match aggregation.function {
            Aggregate::All | Aggregate::Any => Kind::Bool,
            Aggregate::ArgMax | Aggregate::ArgMin | Aggregate::CountNonzero => Kind::Int64,
            _ => first,
        },
        Op::Reduction(Reduction::Sum { .. }) if first == Kind::Bool => Kind::Int64,
        Op::Reduction(_) => first,
        Op::Rearranging(
            Rearranging::SortedPositions { .. }
            | Rearranging::TopPositions { .. }
            | Rearranging::OneHot { .. },
        ) => Kind::Int64,
        Op::Rearranging(_)
        | Op::Scan(_)
        | Op::Reshaping(_)
        | Op::Indexing(_)
        | Op::Splitting(_) => first,
        _ => promoted(inputs),
    }
}

/// The dtype that takes in all of these.
fn promoted(inputs: &[Kind]) -> Kind {
    if inputs.is_empty() || inputs.contains(&Kind::Float) {
        Kind::Float
    } else if inputs.contains(&Kind::Int64) {
        Kind::Int64
    } else {
        Kind::Bool
    }
}
