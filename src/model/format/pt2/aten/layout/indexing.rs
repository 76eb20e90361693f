//! Operators that take entries along axes, or put them back.

use crate::model::format::pt2::aten::call::{Call, binary, call, unary, view};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Indexing;

pub const TABLE: Table = &[
    (&["narrow.default"], narrow),
    (&["select.int"], select),
    (&["select_scatter.default"], select_scatter),
    (&["slice.Tensor"], slice),
    (&["slice_scatter.default"], slice_scatter),
    (&["index.Tensor"], index),
    (&["index_select.default"], index_select),
    (&["roll.default"], roll),
];

fn select(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, index) = (args.int("dim")?, args.int("index")?);
    view(Indexing::Select { dim, index }, args)
}

fn select_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, index) = (args.int("dim")?, args.int("index")?);
    binary(Indexing::SelectScatter { dim, index }, args, "src")
}

fn slice(args: Args<'_>) -> Answer<Call<'_>> {
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

fn slice_scatter(args: Args<'_>) -> Answer<Call<'_>> {
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

fn index(args: Args<'_>) -> Answer<Call<'_>> {
    let indices = args.optional_tensors("indices")?;
    let dims = indices.iter().map(Option::is_some).collect();
    let mut inputs = vec![args.tensor("self")?];
    inputs.extend(indices.into_iter().flatten());
    call(Indexing::Index { dims }, inputs)
}

fn index_select(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    binary(Indexing::IndexSelect { dim }, args, "index")
}

fn roll(args: Args<'_>) -> Answer<Call<'_>> {
    let shifts = args.ints("shifts")?;
    let dims = args.optional_ints("dims")?.unwrap_or_default();
    unary(Indexing::Roll { shifts, dims }, args)
}

/// The entries from `start` on, `length` of them.
fn narrow(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, start) = (args.int("dim")?, args.int("start")?);
    let length = args.int("length")?;
    args.bounded("length", &[length], 0)?;
    let end = start.saturating_add(length);
    let op = Indexing::Slice {
        dim,
        start: Some(start),
        // Where it counts from the end and reaches it.
        end: (end != 0 || start >= 0).then_some(end),
        step: 1,
    };
    view(op, args)
}
