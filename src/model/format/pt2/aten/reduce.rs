//! Reductions along dimensions, and the cumulative sum.

use super::call::{Call, first_output, unary};
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Reduction;

pub fn mean(args: Args<'_>) -> Answer<Call<'_>> {
    args.float32_only("dtype")?;
    let (dims, keepdim) = dims(args)?;
    unary(Reduction::Mean { dims, keepdim }, args)
}

pub fn sum(args: Args<'_>) -> Answer<Call<'_>> {
    args.float32_only("dtype")?;
    let (dims, keepdim) = dims(args)?;
    unary(Reduction::Sum { dims, keepdim }, args)
}

pub fn cumsum(args: Args<'_>) -> Answer<Call<'_>> {
    args.float32_only("dtype")?;
    let dim = args.int("dim")?;
    unary(Reduction::CumulativeSum { dim }, args)
}

pub fn max(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let keepdim = args.bool_or("keepdim", false)?;
    unary(Reduction::Max { dim, keepdim }, args).map(first_output)
}

pub fn any(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let keepdim = args.bool_or("keepdim", false)?;
    unary(Reduction::Any { dim, keepdim }, args)
}

pub fn vector_norm(args: Args<'_>) -> Answer<Call<'_>> {
    args.float32_only("dtype")?;
    let ord = args.number_or("ord", 2.0)?;
    let (dims, keepdim) = dims(args)?;
    unary(Reduction::VectorNorm { ord, dims, keepdim }, args)
}

/// The dimensions that go, none standing for all, and whether they stay with size 1.
fn dims(args: Args) -> Answer<(Vec<i64>, bool)> {
    let dims = args.optional_ints("dim")?.unwrap_or_default();
    Ok((dims, args.bool_or("keepdim", false)?))
}
