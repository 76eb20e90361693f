//! Operators on the height and width of an image: pooling, upsampling, padding and patches.

use super::call::{Call, call, first_output, unary};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Pad, Patches, Pooling, Resizing};

pub fn max_pool(args: Args<'_>) -> Answer<Call<'_>> {
    let kernel = args.pair("kernel_size", None, 1)?;
    let op = Pooling::Max {
        stride: stride_or(args, &kernel)?,
        padding: args.pair("padding", Some(0), 0)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        kernel,
    };
    unary(op, args)
}

pub fn max_pool_with_indices(args: Args<'_>) -> Answer<Call<'_>> {
    max_pool(args).map(first_output)
}

pub fn average_pool(args: Args<'_>) -> Answer<Call<'_>> {
    let kernel = args.pair("kernel_size", None, 1)?;
    let op = Pooling::Average {
        stride: stride_or(args, &kernel)?,
        padding: args.pair("padding", Some(0), 0)?,
        kernel,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        count_include_pad: args.bool_or("count_include_pad", true)?,
        divisor_override: args.optional_int("divisor_override")?,
    };
    unary(op, args)
}

pub fn adaptive_average_pool(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.pair("output_size", None, 1)?;
    unary(Pooling::AdaptiveAverage { size }, args)
}

pub fn adaptive_max_pool(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.pair("output_size", None, 1)?;
    unary(Pooling::AdaptiveMax { size }, args).map(first_output)
}

/// The stride of a pooling window, which is the size of its kernel if none is given.
fn stride_or(args: Args, kernel: &[i64]) -> Answer<Vec<i64>> {
    match args.optional_ints("stride")? {
        Some(stride) if !stride.is_empty() => args.pair("stride", None, 1),
        Some(_) | None => Ok(kernel.to_vec()),
    }
}

pub fn upsample_nearest(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.optional_ints("output_size")?;
    let factors = args.floats("scale_factors")?;
    if size.is_some() != factors.is_empty() {
        return beyond("it does not have exactly one of output_size and scale_factors");
    }
    let op = Resizing::Nearest { size, factors };
    call(op, vec![args.tensor("input")?])
}

pub fn pad(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Pad {
        pad: args.ints("pad")?,
        mode: args.text_or("mode", "constant")?,
        value: args.optional_number("value")?,
    };
    unary(op, args)
}

pub fn reflection_pad(args: Args<'_>) -> Answer<Call<'_>> {
    pad_from_the_image(args, "reflect")
}

pub fn replication_pad(args: Args<'_>) -> Answer<Call<'_>> {
    pad_from_the_image(args, "replicate")
}

fn pad_from_the_image<'a>(args: Args<'a>, mode: &str) -> Answer<Call<'a>> {
    let op = Pad {
        pad: args.ints("padding")?,
        mode: mode.to_owned(),
        value: None,
    };
    unary(op, args)
}

pub fn unfold(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Patches::Unfold {
        kernel: args.pair("kernel_size", None, 1)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        padding: args.pair("padding", Some(0), 0)?,
        stride: args.pair("stride", Some(1), 1)?,
    };
    unary(op, args)
}

pub fn fold(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Patches::Fold {
        size: args.pair("output_size", None, 1)?,
        kernel: args.pair("kernel_size", None, 1)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        padding: args.pair("padding", Some(0), 0)?,
        stride: args.pair("stride", Some(1), 1)?,
    };
    unary(op, args)
}
