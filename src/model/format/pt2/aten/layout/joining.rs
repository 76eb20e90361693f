//! Operators that put tensors together.

use crate::model::format::pt2::aten::call::{Call, call};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Joining, Rearranging};

pub const TABLE: Table = &[
    (&["cat.default"], cat),
    (&["hstack.default"], stack_horizontally),
    (&["vstack.default"], stack_vertically),
    (&["stack.default"], stack),
    (&["meshgrid.default", "meshgrid.indexing"], meshgrid),
];

fn cat(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    call(Joining::Cat { dim }, args.tensors("tensors")?)
}

fn stack(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    call(Joining::Stack { dim }, args.tensors("tensors")?)
}

/// Rows side by side, along the second axis if they have one.
fn stack_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
    let tensors = args.tensors("tensors")?;
    let rank = match tensors.first() {
        Some(first) => args.rank_of(first)?,
        None => 1,
    };
    if rank == 0 {
        return beyond("it joins single numbers");
    }
    let dim = i64::from(rank > 1);
    call(Joining::Cat { dim }, tensors)
}

/// Rows below each other.
fn stack_vertically(args: Args<'_>) -> Answer<Call<'_>> {
    let tensors = args.tensors("tensors")?;
    for tensor in &tensors {
        if args.rank_of(tensor)? < 2 {
            return beyond("it joins tensors of less than two axes");
        }
    }
    call(Joining::Cat { dim: 0 }, tensors)
}

fn meshgrid(args: Args<'_>) -> Answer<Call<'_>> {
    let tensors = args.tensors("tensors")?;
    let swapped = match args.text_or("indexing", "ij")?.as_str() {
        "ij" => false,
        "xy" => true,
        other => return beyond(format!("indexing is {other}")),
    };
    let grid = |index| Rearranging::Grid { index, swapped };
    let mut read = call(grid(0), tensors.clone())?;
    for index in 1..tensors.len() {
        read = read.and(grid(index));
    }
    Ok(read)
}
