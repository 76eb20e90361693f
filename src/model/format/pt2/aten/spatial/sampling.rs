//! Positions in another order, and values at positions that a grid names.

use crate::model::format::pt2::aten::call::{Call, call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Sampling, Shuffle};

pub const TABLE: Table = &[
    (&["pixel_shuffle.default"], pixel_shuffle),
    (&["pixel_unshuffle.default"], pixel_unshuffle),
    (
        &["channel_shuffle.default", "native_channel_shuffle.default"],
        channel_shuffle,
    ),
    (
        &[
            "grid_sampler.default",
            "grid_sampler_2d.default",
            "grid_sampler_3d.default",
        ],
        grid_sampler,
    ),
    (&["affine_grid_generator.default"], affine_grid),
];

fn pixel_shuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let factor = args.int("upscale_factor")?;
    args.bounded("upscale_factor", &[factor], 1)?;
    unary(Shuffle::ToPixels { factor }, args)
}

fn pixel_unshuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let factor = args.int("downscale_factor")?;
    args.bounded("downscale_factor", &[factor], 1)?;
    unary(Shuffle::ToChannels { factor }, args)
}

fn channel_shuffle(args: Args<'_>) -> Answer<Call<'_>> {
    let groups = args.int("groups")?;
    args.bounded("groups", &[groups], 1)?;
    unary(Shuffle::Channels { groups }, args)
}

fn grid_sampler(args: Args<'_>) -> Answer<Call<'_>> {
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

fn affine_grid(args: Args<'_>) -> Answer<Call<'_>> {
    let size = args.ints("size")?;
    args.bounded("size", &size, 1)?;
    let align_corners = args.bool_or("align_corners", false)?;
    let op = Sampling::AffineGrid {
        size,
        align_corners,
    };
    call(op, vec![args.tensor("theta")?])
}
