//! New sizes. Each filter has operators over one, two or three axes, and each operator two overloads:
//! `default` takes sizes and perhaps the factors that positions are computed with, `vec` either.

use crate::model::format::pt2::aten::call::{Call, call};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Filter, Resizing};

pub const TABLE: Table = &[
    (
        &[
            "upsample_nearest1d.vec",
            "upsample_nearest1d.default",
            "upsample_nearest2d.vec",
            "upsample_nearest2d.default",
            "upsample_nearest3d.vec",
            "upsample_nearest3d.default",
        ],
        nearest,
    ),
    (
        &[
            "_upsample_nearest_exact1d.vec",
            "_upsample_nearest_exact1d.default",
            "_upsample_nearest_exact2d.vec",
            "_upsample_nearest_exact2d.default",
            "_upsample_nearest_exact3d.vec",
            "_upsample_nearest_exact3d.default",
        ],
        nearest_exact,
    ),
    (
        &[
            "upsample_linear1d.vec",
            "upsample_linear1d.default",
            "upsample_bilinear2d.vec",
            "upsample_bilinear2d.default",
            "upsample_trilinear3d.vec",
            "upsample_trilinear3d.default",
        ],
        linear,
    ),
    (
        &["upsample_bicubic2d.vec", "upsample_bicubic2d.default"],
        cubic,
    ),
    (
        &[
            "_upsample_bilinear2d_aa.vec",
            "_upsample_bilinear2d_aa.default",
        ],
        linear_antialiased,
    ),
    (
        &[
            "_upsample_bicubic2d_aa.vec",
            "_upsample_bicubic2d_aa.default",
        ],
        cubic_antialiased,
    ),
    (
        &[
            "_upsample_lanczos2d_aa.vec",
            "_upsample_lanczos2d_aa.default",
        ],
        lanczos_antialiased,
    ),
];

fn nearest(args: Args<'_>) -> Answer<Call<'_>> {
    resized(args, Filter::Nearest)
}

fn nearest_exact(args: Args<'_>) -> Answer<Call<'_>> {
    resized(args, Filter::NearestExact)
}

fn linear(args: Args<'_>) -> Answer<Call<'_>> {
    let align_corners = args.bool("align_corners")?;
    resized(args, Filter::Linear { align_corners })
}

fn cubic(args: Args<'_>) -> Answer<Call<'_>> {
    let align_corners = args.bool("align_corners")?;
    resized(args, Filter::Cubic { align_corners })
}

fn linear_antialiased(args: Args<'_>) -> Answer<Call<'_>> {
    let align_corners = args.bool("align_corners")?;
    resized(args, Filter::LinearAntialiased { align_corners })
}

fn cubic_antialiased(args: Args<'_>) -> Answer<Call<'_>> {
    let align_corners = args.bool("align_corners")?;
    resized(args, Filter::CubicAntialiased { align_corners })
}

fn lanczos_antialiased(args: Args<'_>) -> Answer<Call<'_>> {
    let align_corners = args.bool("align_corners")?;
    resized(args, Filter::LanczosAntialiased { align_corners })
}

fn resized<'a>(args: Args<'a>, filter: Filter) -> Answer<Call<'a>> {
    let size = args.optional_ints("output_size")?;
    let (input, factors) = match args.optional_tensor("self")? {
        Some(input) => {
            let names: &[&str] = match size.as_ref().map(Vec::len) {
                Some(1) => &["scales"],
                Some(2) => &["scales_h", "scales_w"],
                Some(3) => &["scales_d", "scales_h", "scales_w"],
                Some(_) | None => return beyond("its output_size is not that of an image"),
            };
            let factors = names.iter().map(|name| args.optional_number(name));
            let factors: Vec<Option<f64>> = factors.collect::<Answer<_>>()?;
            let given = factors.iter().any(Option::is_some);
            (input, if given { factors } else { Vec::new() })
        }
        None => {
            let factors = args.floats("scale_factors")?;
            if size.is_some() != factors.is_empty() {
                return beyond("it does not have exactly one of output_size and scale_factors");
            }
            let factors = factors.into_iter().map(Some).collect();
            (args.tensor("input")?, factors)
        }
    };
    let op = Resizing {
        filter,
        size,
        factors,
    };
    call(op, vec![input])
}
