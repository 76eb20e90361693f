//! Operators that move or repeat the entries of a tensor.

use crate::model::format::pt2::aten::call::{Call, binary, unary, view};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Rearranging;

pub const TABLE: Table = &[
    (&["flip.default"], flip),
    (&["fliplr.default"], flip_horizontally),
    (&["flipud.default"], flip_vertically),
    (&["rot90.default"], rot90),
    (&["repeat.default"], repeat),
    (&["tile.default"], tile),
    (&["repeat_interleave.self_int"], repeat_interleave),
    (&["diagonal.default"], diagonal),
    (&["diagonal_scatter.default"], diagonal_scatter),
    (&["diag_embed.default"], diagonal_embed),
    (&["triu.default"], triu),
    (&["tril.default"], tril),
];

fn flip(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    unary(Rearranging::Flip { dims }, args)
}

fn flip_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Rearranging::Flip { dims: vec![1] }, args)
}

fn flip_vertically(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Rearranging::Flip { dims: vec![0] }, args)
}

fn rot90(args: Args<'_>) -> Answer<Call<'_>> {
    let k = args.int_or("k", 1)?;
    let dims = args.optional_ints("dims")?.unwrap_or(vec![0, 1]);
    unary(Rearranging::Rot90 { k, dims }, args)
}

fn repeat(args: Args<'_>) -> Answer<Call<'_>> {
    let repeats = args.ints("repeats")?;
    args.bounded("repeats", &repeats, 0)?;
    unary(Rearranging::Repeat { repeats }, args)
}

/// As `repeat`, the last axes first: those without a number stay once.
fn tile(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    args.bounded("dims", &dims, 0)?;
    let missing = args.rank("self")?.saturating_sub(dims.len());
    let repeats = [vec![1; missing], dims].concat();
    unary(Rearranging::Repeat { repeats }, args)
}

fn repeat_interleave(args: Args<'_>) -> Answer<Call<'_>> {
    let repeats = args.int("repeats")?;
    args.bounded("repeats", &[repeats], 0)?;
    let dim = args.optional_int("dim")?;
    unary(Rearranging::RepeatInterleave { repeats, dim }, args)
}

fn of_diagonal(args: Args<'_>) -> Answer<(i64, i64, i64)> {
    let (rows, columns) = (args.int_or("dim1", 0)?, args.int_or("dim2", 1)?);
    Ok((args.int_or("offset", 0)?, rows, columns))
}

fn diagonal(args: Args<'_>) -> Answer<Call<'_>> {
    let (offset, rows, columns) = of_diagonal(args)?;
    let op = Rearranging::Diagonal {
        offset,
        rows,
        columns,
    };
    view(op, args)
}

fn diagonal_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let (offset, rows, columns) = of_diagonal(args)?;
    let op = Rearranging::DiagonalScatter {
        offset,
        rows,
        columns,
    };
    binary(op, args, "src")
}

fn diagonal_embed(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Rearranging::DiagonalEmbed {
        offset: args.int_or("offset", 0)?,
        rows: args.int_or("dim1", -2)?,
        columns: args.int_or("dim2", -1)?,
    };
    unary(op, args)
}

fn triu(args: Args<'_>) -> Answer<Call<'_>> {
    triangle(args, true)
}

fn tril(args: Args<'_>) -> Answer<Call<'_>> {
    triangle(args, false)
}

fn triangle(args: Args<'_>, upper: bool) -> Answer<Call<'_>> {
    let diagonal = args.int_or("diagonal", 0)?;
    unary(Rearranging::Triangle { diagonal, upper }, args)
}
