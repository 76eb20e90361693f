//! Operators that put the entries of a tensor in order.

use crate::model::format::pt2::aten::call::{Call, binary, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Sorting;

pub const TABLE: Table = &[
    (&["sort.default", "sort.stable"], sort),
    (&["argsort.default", "argsort.stable"], argsort),
    (&["topk.default"], topk),
    (&["quantile.default"], quantiles),
    (&["quantile.scalar"], quantile),
];

const BETWEEN: [&str; 5] = ["linear", "lower", "higher", "midpoint", "nearest"];

fn sort(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, descending) = (args.int_or("dim", -1)?, args.bool_or("descending", false)?);
    let read = unary(Sorting::Sorted { dim, descending }, args)?;
    Ok(read.and(Sorting::SortedPositions { dim, descending }))
}

fn argsort(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, descending) = (args.int_or("dim", -1)?, args.bool_or("descending", false)?);
    unary(Sorting::SortedPositions { dim, descending }, args)
}

fn topk(args: Args<'_>) -> Answer<Call<'_>> {
    let (k, dim) = (args.int("k")?, args.int_or("dim", -1)?);
    let largest = args.bool_or("largest", true)?;
    let read = unary(Sorting::Top { k, dim, largest }, args)?;
    Ok(read.and(Sorting::TopPositions { k, dim, largest }))
}

fn quantile(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Sorting::Quantile {
        share: args.number("q")?,
        dim: args.optional_int("dim")?,
        keepdim: args.bool_or("keepdim", false)?,
        between: between(args)?,
    };
    unary(op, args)
}

fn quantiles(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Sorting::Quantiles {
        dim: args.optional_int("dim")?,
        keepdim: args.bool_or("keepdim", false)?,
        between: between(args)?,
    };
    binary(op, args, "q")
}

fn between(args: Args<'_>) -> Answer<String> {
    let between = args.text_or("interpolation", "linear")?;
    if !BETWEEN.contains(&between.as_str()) {
        return beyond(format!("its interpolation is {between}"));
    }
    Ok(between)
}
