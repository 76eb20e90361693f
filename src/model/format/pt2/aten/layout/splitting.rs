//! Operators that split a tensor into several.

use crate::model::format::pt2::aten::call::{Call, view};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Splitting;

pub const TABLE: Table = &[
    (&["chunk.default"], chunk),
    (&["split.Tensor"], split_every),
    (&["split.sizes"], split),
    (&["split_with_sizes.default"], split_with_sizes),
    (&["unbind.int"], unbind),
    (
        &["tensor_split.sections", "tensor_split.indices"],
        tensor_split,
    ),
    (&["hsplit.int", "hsplit.array"], split_horizontally),
    (&["vsplit.int", "vsplit.array"], split_vertically),
];

fn chunk(args: Args<'_>) -> Answer<Call<'_>> {
    let chunks = args.int("chunks")?;
    args.bounded("chunks", &[chunks], 1)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Chunk { chunks, dim }, args)
}

/// Splits into parts of one size, the last of which may be smaller.
fn split_every(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.int("split_size")?;
    args.bounded("split_size", &[size], 1)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::SplitEvery { size, dim }, args)
}

fn split(args: Args<'_>) -> Answer<Call<'_>> {
    split_by(args, "split_size")
}

fn split_with_sizes(args: Args<'_>) -> Answer<Call<'_>> {
    split_by(args, "split_sizes")
}

/// Splits into parts whose sizes are the argument called `sizes`.
fn split_by<'a>(args: Args<'a>, sizes: &str) -> Answer<Call<'a>> {
    let sizes = args.ints(sizes)?;
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Split { sizes, dim }, args)
}

fn unbind(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    view(Splitting::Unbind { dim }, args)
}

/// Parts of which all but the last have the same size, or one more.
fn tensor_split(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    split_evenly(args, "sections", "indices", dim)
}

/// Along the second axis, or along the only one.
fn split_horizontally(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = i64::from(args.rank("self")? > 1);
    split_evenly(args, "sections", "indices", dim)
}

/// Along the first axis.
fn split_vertically(args: Args<'_>) -> Answer<Call<'_>> {
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
