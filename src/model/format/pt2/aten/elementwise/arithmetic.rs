//! Arithmetic on each element, with a tensor or a number as the second operand.

use tch::Kind;

use crate::model::format::pt2::aten::call::{Call, binary, call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, Operand, beyond};
use crate::model::op::{Arithmetic, Copying, Number, Op, Operands, Pair, PairFunction};

pub const TABLE: Table = &[
    (&["add.Tensor", "add.Scalar"], add),
    (&["sub.Tensor", "sub.Scalar"], sub),
    (&["rsub.Scalar", "rsub.Tensor"], rsub),
    (&["mul.Tensor", "mul.Scalar"], mul),
    (
        &[
            "div.Tensor",
            "div.Scalar",
            "div.Tensor_mode",
            "div.Scalar_mode",
        ],
        div,
    ),
    (&["max.other"], maximum),
    (&["min.other"], minimum),
    (&["addcmul.default"], addcmul),
    (&["addcdiv.default"], addcdiv),
    (&["lerp.Scalar", "lerp.Tensor"], lerp),
    (&["nan_to_num.default"], nan_to_num),
    (&["logit.default"], logit),
    (&["round.decimals"], round_to),
    (&["neg.default"], neg),
    (&["reciprocal.default"], reciprocal),
    (&["sqrt.default"], sqrt),
    (&["pow.Tensor_Scalar"], pow),
    (&["pow.Scalar"], scalar_pow),
];

fn add(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    if let Operand::Number(number) = args.operand("self")? {
        return to_number(args, number, alpha, Arithmetic::AddScalar);
    }
    tensor_or_number(args, Arithmetic::Add { alpha }, |number| {
        Arithmetic::AddScalar(alpha * number)
    })
}

fn sub(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    if let Operand::Number(number) = args.operand("self")? {
        return to_number(args, number, alpha, Arithmetic::RsubScalar);
    }
    tensor_or_number(args, Arithmetic::Sub { alpha }, |number| {
        Arithmetic::AddScalar(-alpha * number)
    })
}

/// The second operand minus the first.
fn rsub(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    match args.operand("other")? {
        Operand::Tensor(other) => {
            call(Arithmetic::Sub { alpha }, vec![other, args.tensor("self")?])
        }
        Operand::Number(other) => {
            let mut read = with_number(args, other, Arithmetic::RsubScalar)?;
            if alpha != 1.0 {
                read.before.push((0, Arithmetic::MulScalar(alpha).into()));
            }
            Ok(read)
        }
    }
}

fn mul(args: Args<'_>) -> Answer<Call<'_>> {
    if let Operand::Number(number) = args.operand("self")? {
        return to_number(args, number, 1.0, Arithmetic::MulScalar);
    }
    tensor_or_number(args, Arithmetic::Mul, Arithmetic::MulScalar)
}

/// A true division, unless `rounding_mode` says otherwise.
fn div(args: Args<'_>) -> Answer<Call<'_>> {
    let function = match args.text_or("rounding_mode", "")?.as_str() {
        "" => None,
        "floor" => Some(PairFunction::FloorDivide),
        "trunc" => Some(PairFunction::TruncatedDivide),
        other => return beyond(format!("rounding_mode is {other}")),
    };
    if let Some(function) = function {
        return pair(function, args);
    }
    if let Operand::Number(_) = args.operand("self")? {
        return pair(PairFunction::Divide, args);
    }
    match args.operand("other")? {
        Operand::Tensor(other) => call(Arithmetic::Div, vec![args.tensor("self")?, other]),
        Operand::Number(other) if args.is_integral("self") => {
            let operands = Operands::Second(Number {
                float: true,
                ..other
            });
            let function = PairFunction::Divide;
            unary(Pair { function, operands }, args)
        }
        Operand::Number(other) => unary(Arithmetic::MulScalar(other.value.recip()), args),
    }
}

/// A function of two values of which one may be a number.
pub fn pair(function: PairFunction, args: Args<'_>) -> Answer<Call<'_>> {
    let names = ["exponent", "values"];
    let second = names.into_iter().find(|name| args.has(name));
    let second = second.unwrap_or("other");
    let (operands, inputs) = match (args.operand("self")?, args.operand(second)?) {
        (Operand::Tensor(a), Operand::Tensor(b)) => (Operands::Tensors, vec![a, b]),
        (Operand::Tensor(a), Operand::Number(b)) => (Operands::Second(b), vec![a]),
        (Operand::Number(a), Operand::Tensor(b)) => (Operands::First(a), vec![b]),
        (Operand::Number(_), Operand::Number(_)) => return beyond("both operands are numbers"),
    };
    call(Pair { function, operands }, inputs)
}

fn maximum(args: Args<'_>) -> Answer<Call<'_>> {
    pair(PairFunction::Maximum, args)
}

fn minimum(args: Args<'_>) -> Answer<Call<'_>> {
    pair(PairFunction::Minimum, args)
}

fn addcmul(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number_or("value", 1.0)?;
    with_two(args, Arithmetic::AddProduct { value })
}

fn addcdiv(args: Args<'_>) -> Answer<Call<'_>> {
    let value = args.number_or("value", 1.0)?;
    with_two(args, Arithmetic::AddQuotient { value })
}

fn with_two(args: Args<'_>, op: Arithmetic) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("tensor1")?,
        args.tensor("tensor2")?,
    ];
    call(op, inputs)
}

fn lerp(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![args.tensor("self")?, args.tensor("end")?];
    match args.operand("weight")? {
        Operand::Tensor(weight) => call(Arithmetic::LerpBy, [inputs, vec![weight]].concat()),
        Operand::Number(weight) => {
            let weight = weight.value;
            call(Arithmetic::Lerp { weight }, inputs)
        }
    }
}

fn nan_to_num(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Arithmetic::NanToNum {
        nan: args.optional_number("nan")?,
        high: args.optional_number("posinf")?,
        low: args.optional_number("neginf")?,
    };
    unary(op, args)
}

fn logit(args: Args<'_>) -> Answer<Call<'_>> {
    let eps = args.optional_number("eps")?;
    unary(Arithmetic::Logit { eps }, args)
}

fn round_to(args: Args<'_>) -> Answer<Call<'_>> {
    let decimals = args.int("decimals")?;
    unary(Arithmetic::RoundTo { decimals }, args)
}

fn neg(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::MulScalar(-1.0), args)
}

fn reciprocal(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Arithmetic::PowScalar(-1.0), args)
}

fn sqrt(args: Args<'_>) -> Answer<Call<'_>> {
    let read = unary(Arithmetic::PowScalar(0.5), args)?;
    Ok(read.converted(args, args.is_integral("self").then_some(Kind::Float)))
}

/// A tensor to the power of a number.
fn pow(args: Args<'_>) -> Answer<Call<'_>> {
    with_number(args, args.scalar("exponent")?, Arithmetic::PowScalar)
}

/// A number to the power of a tensor.
fn scalar_pow(args: Args<'_>) -> Answer<Call<'_>> {
    let base = args.scalar("self")?;
    if base.value <= 0.0 || args.is_integral("exponent") {
        return pair(PairFunction::Power, args);
    }
    call(
        Arithmetic::ScalarPow(base.value),
        vec![args.tensor("exponent")?],
    )
}

/// `with_tensor` on two tensors, or `of_number` on one if the other operand is a number.
fn tensor_or_number<'a>(
    args: Args<'a>,
    with_tensor: Arithmetic,
    of_number: impl FnOnce(f64) -> Arithmetic,
) -> Answer<Call<'a>> {
    match args.operand("other")? {
        Operand::Tensor(_) => binary(with_tensor, args, "other"),
        Operand::Number(other) => with_number(args, other, of_number),
    }
}

/// An operation on a number and a tensor, which is multiplied by `alpha` first.
fn to_number<'a>(
    args: Args<'a>,
    number: Number,
    alpha: f64,
    op: impl FnOnce(f64) -> Arithmetic,
) -> Answer<Call<'a>> {
    let mut read = call(op(number.value), vec![args.tensor("other")?])?;
    if number.float && args.is_integral("other") {
        read.before.push((0, Copying::Cast(Kind::Float).into()));
    }
    if alpha != 1.0 {
        read.before.push((0, Arithmetic::MulScalar(alpha).into()));
    }
    Ok(read)
}

/// An operation on a tensor and a number: integers become floats where the number is one.
fn with_number<'a, T: Into<Op>>(
    args: Args<'a>,
    number: Number,
    op: impl FnOnce(f64) -> T,
) -> Answer<Call<'a>> {
    let read = unary(op(number.value), args)?;
    let promoted = number.float && args.is_integral("self");
    Ok(read.converted(args, promoted.then_some(Kind::Float)))
}
