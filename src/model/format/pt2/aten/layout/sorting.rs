//! Operators that put the entries of a tensor in order.

use crate::model::format::pt2::aten::call::{Call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Sorting;

pub const TABLE: Table = &[
    (&["sort.default", "sort.stable"], sort),
    (&["argsort.default", "argsort.stable"], argsort),
    (&["topk.default"], topk),
];

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
