//! Padding, and the patches that a window passes over.

use crate::model::format::pt2::aten::call::{Call, unary, view};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::{Pad, Patches, SlidingWindows};

pub const TABLE: Table = &[
    (&["pad.default", "constant_pad_nd.default"], pad),
    (
        &[
            "reflection_pad1d.default",
            "reflection_pad2d.default",
            "reflection_pad3d.default",
        ],
        reflection_pad,
    ),
    (
        &[
            "replication_pad1d.default",
            "replication_pad2d.default",
            "replication_pad3d.default",
        ],
        replication_pad,
    ),
    (&["_pad_circular.default"], circular_pad),
    (&["im2col.default"], unfold),
    (&["col2im.default"], fold),
    (&["unfold.default"], sliding_windows),
];

fn pad(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Pad {
        pad: args.ints("pad")?,
        mode: args.text_or("mode", "constant")?,
        value: args.optional_number("value")?,
    };
    unary(op, args)
}

fn reflection_pad(args: Args<'_>) -> Answer<Call<'_>> {
    pad_from_the_image(args, "reflect")
}

fn replication_pad(args: Args<'_>) -> Answer<Call<'_>> {
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

fn circular_pad(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Pad {
        pad: args.ints("pad")?,
        mode: "circular".to_owned(),
        value: None,
    };
    unary(op, args)
}

fn unfold(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Patches::Unfold {
        kernel: args.pair("kernel_size", None, 1)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        padding: args.pair("padding", Some(0), 0)?,
        stride: args.pair("stride", Some(1), 1)?,
    };
    unary(op, args)
}

fn fold(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Patches::Fold {
        size: args.pair("output_size", None, 1)?,
        kernel: args.pair("kernel_size", None, 1)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        padding: args.pair("padding", Some(0), 0)?,
        stride: args.pair("stride", Some(1), 1)?,
    };
    unary(op, args)
}

/// Windows along one axis, as a view.
fn sliding_windows(args: Args<'_>) -> Answer<Call<'_>> {
    let op = SlidingWindows {
        dim: args.int("dimension")?,
        size: args.int("size")?,
        step: args.int("step")?,
    };
    args.bounded("size", &[op.size], 0)?;
    args.bounded("step", &[op.step], 1)?;
    view(op, args)
}
