//! Operators that make tensors out of numbers, and masks: what networks compute positions, masks and
//! lookup tables with.

use tch::Kind;

use super::call::{Call, binary, call, unary};
use crate::model::format::pt2::program::args::{Answer, Args, Operand, beyond};
use crate::model::op::{Creation, Masking, Number};

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
    let kind = kind(args, Kind::Float)?;
    call(Creation::Full { shape, value, kind }, Vec::new())
}

/// The dtype that is asked for, or else the one that the program states for the result.
fn kind(args: Args<'_>, default: Kind) -> Answer<Kind> {
    let stated = args.output_kind().unwrap_or(default);
    args.kind_or("dtype", stated)
}

/// Random numbers differ from one pass to the next, so that nothing could be explained.
pub fn random(_: Args<'_>) -> Answer<Call<'_>> {
    beyond("it draws random numbers; call model.eval() before the export")
}

/// How many values come out depends on the image.
pub fn data_dependent(_: Args<'_>) -> Answer<Call<'_>> {
    beyond("how many values it returns depends on the image")
}

pub fn eye(args: Args<'_>) -> Answer<Call<'_>> {
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

pub fn linspace(args: Args<'_>) -> Answer<Call<'_>> {
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

pub fn zeros_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, 0.0)
}

pub fn ones_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, 1.0)
}

pub fn full_like(args: Args<'_>) -> Answer<Call<'_>> {
    filled_like(args, args.number("fill_value")?)
}

fn filled_like<'a>(args: Args<'a>, value: f64) -> Answer<Call<'a>> {
    let read = unary(Masking::FillScalar(value), args)?;
    let kind = args.optional_kind("dtype")?.or_else(|| args.output_kind());
    Ok(read.converted(args, kind))
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
        kind: kind(args, Kind::Float)?,
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
        kind: kind(args, Kind::Int64)?,
    };
    call(op, Vec::new())
}

pub fn masked_fill(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number("value")?;
    binary(Masking::MaskedFill { value }, args, "mask")
}

pub fn masked_fill_by(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("mask")?,
        args.tensor("value")?,
    ];
    call(Masking::MaskedFillBy, inputs)
}

/// One or both of the choices are numbers.
pub fn choice_of_numbers(args: Args<'_>) -> Answer<Call<'_>> {
    let mut inputs = vec![args.tensor("condition")?];
    let mut chosen = |name: &str| -> Answer<Option<Number>> {
        Ok(match args.operand(name)? {
            Operand::Tensor(tensor) => {
                inputs.push(tensor);
                None
            }
            Operand::Number(number) => Some(number),
        })
    };
    let held = chosen("self")?;
    let other = chosen("other")?;
    call(Masking::WhereNumbers { held, other }, inputs)
}

pub fn choice(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("condition")?,
        args.tensor("self")?,
        args.tensor("other")?,
    ];
    call(Masking::Where, inputs)
}
