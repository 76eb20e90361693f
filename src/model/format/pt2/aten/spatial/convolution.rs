//! Convolution, transposed or not, over one, two or three axes.

use crate::model::format::pt2::aten::call::{Call, call};
use crate::model::format::pt2::aten::products::matrix::weight_and_bias;
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::{Convolution, Padding, TransposedConvolution};

pub const TABLE: Table = &[
    (&["conv1d.default", "conv1d.padding"], convolution::<1>),
    (&["conv2d.default", "conv2d.padding"], convolution::<2>),
    (&["conv3d.default", "conv3d.padding"], convolution::<3>),
    (&["conv_transpose1d.default"], transposed_convolution::<1>),
    (&["conv_transpose2d.input"], transposed_convolution::<2>),
    (&["conv_transpose3d.input"], transposed_convolution::<3>),
    (&["convolution.default", "_convolution.default"], general),
];

fn convolution<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    over(args, RANK)
}

fn transposed_convolution<const RANK: usize>(args: Args<'_>) -> Answer<Call<'_>> {
    transposed_over(args, RANK)
}

/// Over as many axes as its lists have numbers, transposed or not.
fn general(args: Args<'_>) -> Answer<Call<'_>> {
    let rank = args.ints("stride")?.len();
    if args.bool_or("transposed", false)? {
        transposed_over(args, rank)
    } else {
        over(args, rank)
    }
}

fn over<'a>(args: Args<'a>, rank: usize) -> Answer<Call<'a>> {
    let (inputs, bias) = weight_and_bias(args)?;
    let groups = args.int_or("groups", 1)?;
    args.bounded("groups", &[groups], 1)?;
    let padding = if args.is_text("padding") {
        Padding::Named(args.text_or("padding", "valid")?)
    } else {
        Padding::Explicit(args.sizes("padding", rank, Some(0), 0)?)
    };
    let op = Convolution {
        bias,
        stride: args.sizes("stride", rank, Some(1), 1)?,
        padding,
        dilation: args.sizes("dilation", rank, Some(1), 1)?,
        groups,
    };
    call(op, inputs)
}

fn transposed_over<'a>(args: Args<'a>, rank: usize) -> Answer<Call<'a>> {
    let (inputs, bias) = weight_and_bias(args)?;
    let groups = args.int_or("groups", 1)?;
    args.bounded("groups", &[groups], 1)?;
    let op = TransposedConvolution {
        bias,
        stride: args.sizes("stride", rank, Some(1), 1)?,
        padding: args.sizes("padding", rank, Some(0), 0)?,
        output_padding: args.sizes("output_padding", rank, Some(0), 0)?,
        dilation: args.sizes("dilation", rank, Some(1), 1)?,
        groups,
    };
    call(op, inputs)
}
