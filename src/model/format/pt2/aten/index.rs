//! Operators that take parts of tensors and put parts together.

use super::call::{Call, binary, call, unary, view};
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::{Indexing, Joining, Splitting};

pub fn cat(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    call(Joining::Cat { dim }, args.tensors("tensors")?)
}

pub fn stack(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    call(Joining::Stack { dim }, args.tensors("tensors")?)
}

pub fn chunk(args: Args<'_>) -> Answer<Call<'_>> {
    let chunks = args.int("chunks")?;
    args.bounded("chunks", &[chunks], 1)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Chunk { chunks, dim }, args)
}

/// Splits into parts of one size, the last of which may be smaller.
pub fn split_every(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.int("split_size")?;
    args.bounded("split_size", &[size], 1)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::SplitEvery { size, dim }, args)
}

pub fn split(args: Args<'_>) -> Answer<Call<'_>> {
    split_by(args, "split_size")
}

pub fn split_with_sizes(args: Args<'_>) -> Answer<Call<'_>> {
    split_by(args, "split_sizes")
}

/// Splits into parts whose sizes are the argument called `sizes`.
fn split_by<'a>(args: Args<'a>, sizes: &str) -> Answer<Call<'a>> {
    let sizes = args.ints(sizes)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Split { sizes, dim }, args)
}

pub fn unbind(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Unbind { dim }, args)
}

pub fn select(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, index) = (args.int("dim")?, args.int("index")?);
    view(Indexing::Select { dim, index }, args)
}

pub fn select_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, index) = (args.int("dim")?, args.int("index")?);
    binary(Indexing::SelectScatter { dim, index }, args, "src")
}

pub fn slice(args: Args<'_>) -> Answer<Call<'_>> {
    let step = args.int_or("step", 1)?;
    args.bounded("step", &[step], 1)?;
    let (start, end) = (args.optional_int("start")?, args.optional_int("end")?);
    let op = Indexing::Slice {
        dim: args.int_or("dim", 0)?,
        start,
        end,
        step,
    };
    view(op, args)
}

pub fn slice_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let step = args.int_or("step", 1)?;
    args.bounded("step", &[step], 1)?;
    let op = Indexing::SliceScatter {
        dim: args.int_or("dim", 0)?,
        start: args.optional_int("start")?,
        end: args.optional_int("end")?,
        step,
    };
    binary(op, args, "src")
}

pub fn index(args: Args<'_>) -> Answer<Call<'_>> {
    let indices = args.optional_tensors("indices")?;
    let dims = indices.iter().map(Option::is_some).collect();
    let mut inputs = vec![args.tensor("self")?];
    inputs.extend(indices.into_iter().flatten());
    call(Indexing::Index { dims }, inputs)
}

pub fn index_select(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    binary(Indexing::IndexSelect { dim }, args, "index")
}

pub fn roll(args: Args<'_>) -> Answer<Call<'_>> {
    let shifts = args.ints("shifts")?;
    let dims = args.optional_ints("dims")?.unwrap_or_default();
    unary(Indexing::Roll { shifts, dims }, args)
}
