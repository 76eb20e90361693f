//! Pooling over one, two or three axes.

use crate::model::format::pt2::aten::call::{Call, first_output, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Pooling;

pub const TABLE: Table = &[
    (&["max_pool1d.default"], max::<1>),
    (&["max_pool2d.default"], max::<2>),
    (&["max_pool3d.default"], max::<3>),
    (&["max_pool1d_with_indices.default"], max_with_indices::<1>),
    (&["max_pool2d_with_indices.default"], max_with_indices::<2>),
    (&["max_pool3d_with_indices.default"], max_with_indices::<3>),
    (&["avg_pool1d.default"], average::<1>),
    (&["avg_pool2d.default"], average::<2>),
    (&["avg_pool3d.default"], average::<3>),
    (&["adaptive_avg_pool1d.default"], adaptive_average::<1>),
    (
        &[
            "adaptive_avg_pool2d.default",
            "_adaptive_avg_pool2d.default",
        ],
        adaptive_average::<2>,
    ),
    (
        &[
            "adaptive_avg_pool3d.default",
            "_adaptive_avg_pool3d.default",
        ],
        adaptive_average::<3>,
    ),
    (&["adaptive_max_pool1d.default"], adaptive_max::<1>),
    (&["adaptive_max_pool2d.default"], adaptive_max::<2>),
    (&["adaptive_max_pool3d.default"], adaptive_max::<3>),
];

fn max<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    let kernel = args.sizes("kernel_size", RANK, None, 1)?;
    let op = Pooling::Max {
        stride: stride_or(args, &kernel)?,
        padding: args.sizes("padding", RANK, Some(0), 0)?,
        dilation: args.sizes("dilation", RANK, Some(1), 1)?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        kernel,
    };
    unary(op, args)
}

fn max_with_indices<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    max::<RANK>(args).map(first_output)
}

fn average<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    let kernel = args.sizes("kernel_size", RANK, None, 1)?;
    let op = Pooling::Average {
        stride: stride_or(args, &kernel)?,
        padding: args.sizes("padding", RANK, Some(0), 0)?,
        kernel,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        count_include_pad: args.bool_or("count_include_pad", true)?,
        divisor_override: args.optional_int("divisor_override")?,
    };
    unary(op, args)
}

fn adaptive_average<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.sizes("output_size", RANK, None, 1)?;
    unary(Pooling::AdaptiveAverage { size }, args)
}

fn adaptive_max<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.sizes("output_size", RANK, None, 1)?;
    unary(Pooling::AdaptiveMax { size }, args).map(first_output)
}

/// The stride of a pooling window, which is the size of its kernel if none is given.
fn stride_or(args: Args, kernel: &[i64]) -> Answer<Vec<i64>> {
    match args.optional_ints("stride")? {
        Some(stride) if !stride.is_empty() => args.sizes("stride", kernel.len(), None, 1),
        Some(_) | None => Ok(kernel.to_vec()),
    }
}
