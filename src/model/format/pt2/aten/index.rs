//! Operators that take parts of tensors and put parts together.

use super::call::{Call, binary, call, unary, view};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Combine, Indexing, Joining, Rearranging, Splitting};

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

/// Parts of which all but the last have the same size, or one more.
pub fn tensor_split(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    split_evenly(args, "sections", "indices", dim)
}

/// Along the second axis, or along the only one.
pub fn split_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = i64::from(args.rank("self")? > 1);
    split_evenly(args, "sections", "indices", dim)
}

/// Along the first axis.
pub fn split_vertically(args: Args<'_>) -> Answer<Call<'_>> {
    split_evenly(args, "sections", "indices", 0)
}

fn split_evenly<'a>(args: Args<'a>, sections: &str, indices: &str, dim: i64) -> Answer<Call<'a>> {
    let size = args.size("self", dim)?;
    let sizes: Vec<i64> = match args.optional_ints(indices)? {
        Some(indices) => {
            let bound = |index: &i64| {
                let index = if *index < 0 {
                    index.saturating_add(size)
                } else {
                    *index
                };
                index.clamp(0, size)
            };
            let ends = indices.iter().map(bound).chain([size]);
            let mut start = 0;
            ends.map(|end| {
                let length = (end - start).max(0);
                start = end;
                length
            })
            .collect()
        }
        None => {
            let sections = args.int(sections)?;
            args.bounded("sections", &[sections], 1)?;
            if sections as usize != args.output_count() {
                return beyond(format!(
                    "it returns another number of parts than {sections}"
                ));
            }
            let longer = size % sections;
            (0..sections)
                .map(|part| size / sections + i64::from(part < longer))
                .collect()
        }
    };
    view(Splitting::Split { sizes, dim }, args)
}

/// The entries from `start` on, `length` of them.
pub fn narrow(args: Args<'_>) -> Answer<Call<'_>> {
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

/// Rows side by side, along the second axis if they have one.
pub fn stack_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
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
pub fn stack_vertically(args: Args<'_>) -> Answer<Call<'_>> {
    let tensors = args.tensors("tensors")?;
    for tensor in &tensors {
        if args.rank_of(tensor)? < 2 {
            return beyond("it joins tensors of less than two axes");
        }
    }
    call(Joining::Cat { dim: 0 }, tensors)
}

pub fn flip(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    unary(Rearranging::Flip { dims }, args)
}

pub fn flip_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Rearranging::Flip { dims: vec![1] }, args)
}

pub fn flip_vertically(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Rearranging::Flip { dims: vec![0] }, args)
}

pub fn rot90(args: Args<'_>) -> Answer<Call<'_>> {
    let k = args.int_or("k", 1)?;
    let dims = args.optional_ints("dims")?.unwrap_or(vec![0, 1]);
    unary(Rearranging::Rot90 { k, dims }, args)
}

pub fn repeat(args: Args<'_>) -> Answer<Call<'_>> {
    let repeats = args.ints("repeats")?;
    args.bounded("repeats", &repeats, 0)?;
    unary(Rearranging::Repeat { repeats }, args)
}

/// As `repeat`, the last axes first: those without a number stay once.
pub fn tile(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    args.bounded("dims", &dims, 0)?;
    let missing = args.rank("self")?.saturating_sub(dims.len());
    let repeats = [vec![1; missing], dims].concat();
    unary(Rearranging::Repeat { repeats }, args)
}

pub fn repeat_interleave(args: Args<'_>) -> Answer<Call<'_>> {
    let repeats = args.int("repeats")?;
    args.bounded("repeats", &[repeats], 0)?;
    let dim = args.optional_int("dim")?;
    unary(Rearranging::RepeatInterleave { repeats, dim }, args)
}

pub fn meshgrid(args: Args<'_>) -> Answer<Call<'_>> {
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

fn of_diagonal(args: Args<'_>) -> Answer<(i64, i64, i64)> {
    let (rows, columns) = (args.int_or("dim1", 0)?, args.int_or("dim2", 1)?);
    Ok((args.int_or("offset", 0)?, rows, columns))
}

pub fn diagonal(args: Args<'_>) -> Answer<Call<'_>> {
    let (offset, rows, columns) = of_diagonal(args)?;
    let op = Rearranging::Diagonal {
        offset,
        rows,
        columns,
    };
    view(op, args)
}

pub fn diagonal_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let (offset, rows, columns) = of_diagonal(args)?;
    let op = Rearranging::DiagonalScatter {
        offset,
        rows,
        columns,
    };
    binary(op, args, "src")
}

pub fn diagonal_embed(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Rearranging::DiagonalEmbed {
        offset: args.int_or("offset", 0)?,
        rows: args.int_or("dim1", -2)?,
        columns: args.int_or("dim2", -1)?,
    };
    unary(op, args)
}

pub fn triu(args: Args<'_>) -> Answer<Call<'_>> {
    triangle(args, true)
}

pub fn tril(args: Args<'_>) -> Answer<Call<'_>> {
    triangle(args, false)
}

fn triangle(args: Args<'_>, upper: bool) -> Answer<Call<'_>> {
    let diagonal = args.int_or("diagonal", 0)?;
    unary(Rearranging::Triangle { diagonal, upper }, args)
}

pub fn gather(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    binary(Rearranging::Gather { dim }, args, "index")
}

pub fn take_along(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.optional_int("dim")?;
    binary(Rearranging::TakeAlong { dim }, args, "indices")
}

pub fn scatter(args: Args<'_>) -> Answer<Call<'_>> {
    scattered(args, Combine::Replace)
}

pub fn scatter_add(args: Args<'_>) -> Answer<Call<'_>> {
    scattered(args, Combine::Add)
}

pub fn scatter_reduce(args: Args<'_>) -> Answer<Call<'_>> {
    let how = args.text("reduce")?;
    if !["sum", "prod", "mean", "amax", "amin"].contains(&how.as_str()) {
        return beyond(format!("it reduces by {how}"));
    }
    let include = args.bool_or("include_self", true)?;
    scattered(args, Combine::Reduce { how, include })
}

fn scattered(args: Args<'_>, combine: Combine) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("index")?,
        args.tensor("src")?,
    ];
    call(Rearranging::Scatter { dim, combine }, inputs)
}

pub fn scatter_number(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, value) = (args.int("dim")?, args.number("value")?);
    binary(Rearranging::ScatterNumber { dim, value }, args, "index")
}

pub fn index_put(args: Args<'_>) -> Answer<Call<'_>> {
    let indices = args.optional_tensors("indices")?;
    let op = Rearranging::IndexPut {
        dims: indices.iter().map(Option::is_some).collect(),
        accumulate: args.bool_or("accumulate", false)?,
    };
    let mut inputs = vec![args.tensor("self")?, args.tensor("values")?];
    inputs.extend(indices.into_iter().flatten());
    call(op, inputs)
}

pub fn index_add(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = Some(args.number_or("alpha", 1.0)?);
    into_entries(args, alpha)
}

pub fn index_copy(args: Args<'_>) -> Answer<Call<'_>> {
    into_entries(args, None)
}

fn into_entries(args: Args<'_>, alpha: Option<f64>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("index")?,
        args.tensor("source")?,
    ];
    call(Rearranging::IndexAdd { dim, alpha }, inputs)
}

pub fn index_fill(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, value) = (args.int("dim")?, args.number("value")?);
    binary(Rearranging::IndexFill { dim, value }, args, "index")
}

pub fn masked_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("mask")?,
        args.tensor("source")?,
    ];
    call(Rearranging::MaskedScatter {}, inputs)
}

pub fn embedding(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![args.tensor("weight")?, args.tensor("indices")?];
    call(Rearranging::Embedding {}, inputs)
}

pub fn one_hot(args: Args<'_>) -> Answer<Call<'_>> {
    let classes = match args.int_or("num_classes", -1)? {
        -1 => args.output_shape().and_then(|shape| shape.last().copied()),
        classes => Some(classes),
    };
    match classes {
        Some(classes) => unary(Rearranging::OneHot { classes }, args),
        None => beyond("num_classes is not given"),
    }
}

pub fn sort(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, descending) = (args.int_or("dim", -1)?, args.bool_or("descending", false)?);
    let read = unary(Rearranging::Sorted { dim, descending }, args)?;
    Ok(read.and(Rearranging::SortedPositions { dim, descending }))
}

pub fn argsort(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, descending) = (args.int_or("dim", -1)?, args.bool_or("descending", false)?);
    unary(Rearranging::SortedPositions { dim, descending }, args)
}

pub fn topk(args: Args<'_>) -> Answer<Call<'_>> {
    let (k, dim) = (args.int("k")?, args.int_or("dim", -1)?);
    let largest = args.bool_or("largest", true)?;
    let read = unary(Rearranging::Top { k, dim, largest }, args)?;
    Ok(read.and(Rearranging::TopPositions { k, dim, largest }))
}
