//! Operators that make tensors out of numbers, and masks: what networks compute positions, masks and
//! lookup tables with.

use tch::Kind;

use super::call::{Call, binary, call, unary};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Creation, Masking};

pub fn zeros(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, 0.0)
}

pub fn ones(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, 1.0)
}

pub fn full(args: Args<'_>) -> Answer<Call<'_>> {
    filled(args, args.number("fill_value")?)
}

fn filled<'a>(args: Args<'a>, value: f64) -> Answer<Call<'a>> {
    let shape = args.ints("size")?;
    args.bounded("size", &shape, 0)?;
    let kind = args.kind_or("dtype", Kind::Float)?;
    call(Creation::Full { shape, value, kind }, Vec::new())
}

pub fn zeros_like(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::FillScalar(0.0), args)
}

pub fn ones_like(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::FillScalar(1.0), args)
}

pub fn full_like(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::FillScalar(args.number("fill_value")?), args)
}

pub fn fill(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::FillScalar(args.number("value")?), args)
}

pub fn fill_with_tensor(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Masking::Fill, args, "value")
}

pub fn copy(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Masking::Fill, args, "src")
}

/// A tensor without dimensions.
pub fn scalar(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Creation::Full {
        shape: Vec::new(),
        value: args.number("s")?,
        kind: args.kind_or("dtype", Kind::Float)?,
    };
    call(op, Vec::new())
}

pub fn range(args: Args<'_>) -> Answer<Call<'_>> {
    let (start, end) = (args.number_or("start", 0.0)?, args.number("end")?);
    let step = args.number_or("step", 1.0)?;
    if step == 0.0 || !((end - start) / step).is_finite() {
        return beyond("its range is not finite");
    }
    let op = Creation::Range {
        start,
        end,
        step,
        kind: args.kind_or("dtype", Kind::Int64)?,
    };
    call(op, Vec::new())
}

pub fn equals(args: Args<'_>) -> Answer<Call<'_>> {
    let (number, negated) = (args.number("other")?, false);
    unary(Masking::EqualsScalar { number, negated }, args)
}

pub fn differs(args: Args<'_>) -> Answer<Call<'_>> {
    let (number, negated) = (args.number("other")?, true);
    unary(Masking::EqualsScalar { number, negated }, args)
}

pub fn not(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::Not, args)
}

pub fn masked_fill(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number("value")?;
    binary(Masking::MaskedFill { value }, args, "mask")
}

pub fn choice(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("condition")?,
        args.tensor("self")?,
        args.tensor("other")?,
    ];
    call(Masking::Where, inputs)
}
