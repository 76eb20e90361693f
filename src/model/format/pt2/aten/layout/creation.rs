//! Operators that make tensors out of numbers: what networks compute positions and lookup tables with.

use tch::Kind;

use crate::model::format::pt2::aten::call::{Call, call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Creation, Masking};

pub const TABLE: Table = &[
    (&["zeros.default", "new_zeros.default"], zeros),
    (&["ones.default", "new_ones.default"], ones),
    (&["full.default", "new_full.default"], full),
    (&["zero.default", "zeros_like.default"], zeros_like),
    (&["ones_like.default"], ones_like),
    (&["full_like.default"], full_like),
    (&["scalar_tensor.default"], scalar),
    (
        &["arange.default", "arange.start", "arange.start_step"],
        range,
    ),
    (&["eye.default", "eye.m"], eye),
    (&["linspace.default"], linspace),
    (
        &[
            "empty.memory_format",
            "new_empty.default",
            "empty_permuted.default",
            "empty_strided.default",
            "new_empty_strided.default",
        ],
        zeros,
    ),
    (&["empty_like.default"], zeros_like),
];

fn zeros(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, 0.0)
}

fn ones(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, 1.0)
}

fn full(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, args.number("fill_value")?)
}

fn filled<'a>(args: Args<'a>, value: f64) -> Answer<Call<'a>> {
    let shape = args.ints("size")?;
    args.bounded("size", &shape, 0)?;
    let kind = kind(args, Kind::Float)?;
    call(Creation::Full { shape, value, kind }, Vec::new())
}

/// The dtype that is asked for, or else the one that the program states for the result.
fn kind(args: Args<'_>, default: Kind) -> Answer<Kind> {
    let stated = args.output_kind().unwrap_or(default);
    args.kind_or("dtype", stated)
}

fn eye(args: Args<'_>) -> Answer<Call<'_>> {
    let rows = args.int("n")?;
    let columns = args.int_or("m", rows)?;
    args.bounded("n", &[rows, columns], 0)?;
    let kind = kind(args, Kind::Float)?;
    let op = Creation::Eye {
        rows,
        columns,
        kind,
    };
    call(op, Vec::new())
}

fn linspace(args: Args<'_>) -> Answer<Call<'_>> {
    let steps = args.int("steps")?;
    args.bounded("steps", &[steps], 0)?;
    let op = Creation::Spaced {
        start: args.number("start")?,
        end: args.number("end")?,
        steps,
        kind: kind(args, Kind::Float)?,
    };
    call(op, Vec::new())
}

fn zeros_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, 0.0)
}

fn ones_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, 1.0)
}

fn full_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, args.number("fill_value")?)
}

fn filled_like<'a>(args: Args<'a>, value: f64) -> Answer<Call<'a>> {
    let read = unary(Masking::FillScalar(value), args)?;
    let kind = args.optional_kind("dtype")?.or_else(|| args.output_kind());
    Ok(read.converted(args, kind))
}

/// A tensor without dimensions.
fn scalar(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Creation::Full {
        shape: Vec::new(),
        value: args.number("s")?,
        kind: kind(args, Kind::Float)?,
    };
    call(op, Vec::new())
}

fn range(args: Args<'_>) -> Answer<Call<'_>> {
    let (start, end) = (args.number_or("start", 0.0)?, args.number("end")?);
    let step = args.number_or("step", 1.0)?;
    if step == 0.0 || !((end - start) / step).is_finite() {
        return beyond("its range is not finite");
    }
    let op = Creation::Range {
        start,
        end,
        step,
        kind: kind(args, Kind::Int64)?,
    };
    call(op, Vec::new())
}
