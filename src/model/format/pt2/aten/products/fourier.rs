//! Fourier transforms, and complex numbers taken apart and put together.

use crate::model::format::pt2::aten::call::{Call, call, unary, view};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{ComplexParts, Fourier, Shuffle, Transform};

pub const TABLE: Table = &[
    (
        &["fft_fft.default", "fft_fft2.default", "fft_fftn.default"],
        forward,
    ),
    (
        &["fft_ifft.default", "fft_ifft2.default", "fft_ifftn.default"],
        inverse,
    ),
    (
        &["fft_rfft.default", "fft_rfft2.default", "fft_rfftn.default"],
        real_to_half,
    ),
    (
        &[
            "fft_irfft.default",
            "fft_irfft2.default",
            "fft_irfftn.default",
        ],
        half_to_real,
    ),
    (&["_fft_r2c.default"], lowered_real),
    (&["_fft_c2r.default"], lowered_to_real),
    (&["_fft_c2c.default"], lowered),
    (&["view_as_real.default"], as_real),
    (&["view_as_complex.default"], as_complex),
    (&["complex.default"], joined),
    (&["real.default"], real),
    (&["imag.default"], imaginary),
    (&["fft_fftshift.default"], shift),
    (&["fft_ifftshift.default"], shift_back),
    (
        &["conj.default", "_conj.default", "_conj_physical.default"],
        conjugate,
    ),
];

fn forward(args: Args<'_>) -> Answer<Call<'_>> {
    transform(args, Transform::Forward)
}

fn inverse(args: Args<'_>) -> Answer<Call<'_>> {
    transform(args, Transform::Inverse)
}

fn real_to_half(args: Args<'_>) -> Answer<Call<'_>> {
    transform(args, Transform::RealToHalf)
}

fn half_to_real(args: Args<'_>) -> Answer<Call<'_>> {
    transform(args, Transform::HalfToReal)
}

/// Over one axis, with `n` and `dim`; over two, which are the last if `dim` is not given; or over any,
/// with lists.
fn transform<'a>(args: Args<'a>, transform: Transform) -> Answer<Call<'a>> {
    let size = match args.optional_ints("s")? {
        Some(size) => Some(size),
        None => args.optional_int("n")?.map(|size| vec![size]),
    };
    let dims = match args.optional_ints("dim")? {
        Some(dims) => Some(dims),
        None => match args.name() {
            "fft_fft" | "fft_ifft" | "fft_rfft" | "fft_irfft" => Some(vec![-1]),
            "fft_fft2" | "fft_ifft2" | "fft_rfft2" | "fft_irfft2" => Some(vec![-2, -1]),
            _ => None,
        },
    };
    if let Some(size) = &size {
        args.bounded("s", size, -1)?;
    }
    let op = Fourier {
        transform,
        dims,
        size,
        norm: norm(args.text_or("norm", "backward")?)?,
    };
    unary(op, args)
}

fn norm(name: String) -> Answer<String> {
    match name.as_str() {
        "backward" | "forward" | "ortho" => Ok(name),
        _ => beyond(format!("there is no norm {name:?}")),
    }
}

/// The norm by the number that lowered operators have for it: how much it divides by.
fn norm_by_number(args: Args, forward: bool) -> Answer<String> {
    Ok(match (args.int("normalization")?, forward) {
        (0, true) | (2, false) => "backward",
        (1, _) => "ortho",
        (2, true) | (0, false) => "forward",
        _ => return beyond("its normalization is unknown"),
    }
    .to_owned())
}

fn lowered_real(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Fourier {
        transform: if args.bool("onesided")? {
            Transform::RealToHalf
        } else {
            Transform::Forward
        },
        dims: Some(args.ints("dim")?),
        size: None,
        norm: norm_by_number(args, true)?,
    };
    unary(op, args)
}

fn lowered_to_real(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dim")?;
    let mut size = vec![-1; dims.len()];
    let last = args.int("last_dim_size")?;
    args.bounded("last_dim_size", &[last], 1)?;
    if let Some(size) = size.last_mut() {
        *size = last;
    }
    let op = Fourier {
        transform: Transform::HalfToReal,
        dims: Some(dims),
        size: Some(size),
        norm: norm_by_number(args, false)?,
    };
    unary(op, args)
}

fn lowered(args: Args<'_>) -> Answer<Call<'_>> {
    let forward = args.bool("forward")?;
    let op = Fourier {
        transform: if forward {
            Transform::Forward
        } else {
            Transform::Inverse
        },
        dims: Some(args.ints("dim")?),
        size: None,
        norm: norm_by_number(args, forward)?,
    };
    unary(op, args)
}

/// The zero frequency moves to the middle.
fn shift(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.optional_ints("dim")?;
    unary(Shuffle::ToMiddle { dims, back: false }, args)
}

fn shift_back(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.optional_ints("dim")?;
    unary(Shuffle::ToMiddle { dims, back: true }, args)
}

fn as_real(args: Args<'_>) -> Answer<Call<'_>> {
    view(ComplexParts::AsReal, args)
}

fn as_complex(args: Args<'_>) -> Answer<Call<'_>> {
    view(ComplexParts::AsComplex, args)
}

fn joined(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![args.tensor("real")?, args.tensor("imag")?];
    call(ComplexParts::Joined, inputs)
}

fn real(args: Args<'_>) -> Answer<Call<'_>> {
    view(ComplexParts::Real, args)
}

fn imaginary(args: Args<'_>) -> Answer<Call<'_>> {
    view(ComplexParts::Imaginary, args)
}

fn conjugate(args: Args<'_>) -> Answer<Call<'_>> {
    view(ComplexParts::Conjugate, args)
}
