//! Operators on the positions of an image, or of other axes: convolution, pooling, new sizes, padding,
//! patches and other orders.

pub mod convolution;
pub mod pooling;
pub mod resizing;

use super::call::{Call, call, unary, view};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Pad, Patches, Sampling, Shuffle, SlidingWindows};

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

pub fn circular_pad(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Pad {
        pad: args.ints("pad")?,
        mode: "circular".to_owned(),
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

/// Windows along one axis, as a view.
pub fn sliding_windows(args: Args<'_>) -> Answer<Call<'_>> {
    let op = SlidingWindows {
        dim: args.int("dimension")?,
        size: args.int("size")?,
        step: args.int("step")?,
    };
    args.bounded("size", &[op.size], 0)?;
    args.bounded("step", &[op.step], 1)?;
    view(op, args)
}

pub fn pixel_shuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let factor = args.int("upscale_factor")?;
    args.bounded("upscale_factor", &[factor], 1)?;
    unary(Shuffle::ToPixels { factor }, args)
}

pub fn pixel_unshuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let factor = args.int("downscale_factor")?;
    args.bounded("downscale_factor", &[factor], 1)?;
    unary(Shuffle::ToChannels { factor }, args)
}

pub fn channel_shuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let groups = args.int("groups")?;
    args.bounded("groups", &[groups], 1)?;
    unary(Shuffle::Channels { groups }, args)
}

pub fn grid_sampler(args: Args<'_>) -> Answer<Call<'_>> {
    let interpolation = args.int("interpolation_mode")?;
    let padding = args.int("padding_mode")?;
    if !(0..=2).contains(&interpolation) || !(0..=2).contains(&padding) {
        return beyond("its interpolation_mode or padding_mode is unknown");
    }
    let op = Sampling::Grid {
        interpolation,
        padding,
        align_corners: args.bool_or("align_corners", false)?,
    };
    call(op, vec![args.tensor("input")?, args.tensor("grid")?])
}

pub fn affine_grid(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.ints("size")?;
    args.bounded("size", &size, 1)?;
    let align_corners = args.bool_or("align_corners", false)?;
    let op = Sampling::AffineGrid {
        size,
        align_corners,
    };
    call(op, vec![args.tensor("theta")?])
}
