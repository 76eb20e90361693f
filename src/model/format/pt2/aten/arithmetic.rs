//! Arithmetic on each element, with a tensor or a number as the second operand.

use super::call::{Call, call, unary};
use crate::model::format::pt2::program::args::{Answer, Args, Operand, beyond};
use crate::model::op::Arithmetic;

pub fn add(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    tensor_or_number(args, Arithmetic::Add { alpha }, |number| {
        Arithmetic::AddScalar(alpha * number)
    })
}

pub fn sub(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    tensor_or_number(args, Arithmetic::Sub { alpha }, |number| {
        Arithmetic::AddScalar(-alpha * number)
    })
}

pub fn rsub(args: Args<'_>) -> Answer<Call<'_>> {
    if args.number_or("alpha", 1.0)? != 1.0 {
        return beyond("alpha is not 1");
    }
    unary(Arithmetic::RsubScalar(args.number("other")?), args)
}

pub fn mul(args: Args<'_>) -> Answer<Call<'_>> {
    tensor_or_number(args, Arithmetic::Mul, Arithmetic::MulScalar)
}

pub fn div(args: Args<'_>) -> Answer<Call<'_>> {
    tensor_or_number(args, Arithmetic::Div, |number| {
        Arithmetic::MulScalar(number.recip())
    })
}

pub fn floor_div(args: Args<'_>) -> Answer<Call<'_>> {
    if args.text_or("rounding_mode", "")? != "floor" {
        return beyond("rounding_mode is not floor");
    }
    tensor_or_number(args, Arithmetic::FloorDiv, Arithmetic::FloorDivScalar)
}

pub fn fmod(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::RemainderScalar(args.number("other")?), args)
}

pub fn addcmul(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number_or("value", 1.0)?;
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("tensor1")?,
        args.tensor("tensor2")?,
    ];
    call(Arithmetic::AddProduct { value }, inputs)
}

pub fn neg(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::MulScalar(-1.0), args)
}

pub fn reciprocal(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::PowScalar(-1.0), args)
}

pub fn sqrt(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::PowScalar(0.5), args)
}

pub fn log(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::Log, args)
}

pub fn exp(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::Exp, args)
}

pub fn sin(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::Sin, args)
}

pub fn cos(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::Cos, args)
}

/// A tensor to the power of a number.
pub fn pow(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::PowScalar(args.number("exponent")?), args)
}

/// A number to the power of a tensor.
pub fn scalar_pow(args: Args<'_>) -> Answer<Call<'_>> {
    let base = args.number("self")?;
    if base <= 0.0 {
        return beyond("the base is not positive");
    }
    call(Arithmetic::ScalarPow(base), vec![args.tensor("exponent")?])
}

/// `with_tensor` on two tensors, or `with_number` on one if the other operand is a number.
fn tensor_or_number<'a>(
    args: Args<'a>,
    with_tensor: Arithmetic,
    with_number: impl FnOnce(f64) -> Arithmetic,
) -> Answer<Call<'a>> {
    let tensor = args.tensor("self")?;
    match args.operand("other")? {
        Operand::Tensor(other) => call(with_tensor, vec![tensor, other]),
        Operand::Number(other) => call(with_number(other), vec![tensor]),
    }
}
