//! Masks, fills and choices: what networks do with comparisons.

use crate::model::format::pt2::aten::call::{Call, binary, call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, Operand};
use crate::model::op::{Masking, Number};

pub const TABLE: Table = &[
    (&["fill.Scalar"], fill),
    (&["fill.Tensor"], fill_with_tensor),
    (&["copy.default"], copy),
    (&["masked_fill.Scalar"], masked_fill),
    (&["masked_fill.Tensor"], masked_fill_by),
    (&["where.self"], choice),
    (
        &["where.Scalar", "where.ScalarSelf", "where.ScalarOther"],
        choice_of_numbers,
    ),
];

fn fill(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Masking::FillScalar(args.number("value")?), args)
}

fn fill_with_tensor(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Masking::Fill, args, "value")
}

fn copy(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Masking::Fill, args, "src")
}

fn masked_fill(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number("value")?;
    binary(Masking::MaskedFill { value }, args, "mask")
}

fn masked_fill_by(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("mask")?,
        args.tensor("value")?,
    ];
    call(Masking::MaskedFillBy, inputs)
}

/// One or both of the choices are numbers.
fn choice_of_numbers(args: Args<'_>) -> Answer<Call<'_>> {
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

fn choice(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("condition")?,
        args.tensor("self")?,
        args.tensor("other")?,
    ];
    call(Masking::Where, inputs)
}
