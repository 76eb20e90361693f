//! Activations and element-wise arithmetic: operators without weights of their own.

use tch::Kind;

use super::constants::computed;
use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{
    Activation, Arithmetic, Copying, Function, Masking, Op, Operands, Pair, PairFunction,
};

pub fn activation(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let op = match args.op() {
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "HardSwish" => Activation::Hardswish,
        "Mish" => Activation::Mish,
        "Softplus" => Activation::Softplus {
            beta: 1.0,
            threshold: 20.0,
        },
        "LeakyRelu" => Activation::LeakyRelu {
            slope: args.float_or("alpha", 0.01)?,
        },
        "Elu" => Activation::Elu {
            alpha: args.float_or("alpha", 1.0)?,
        },
        "Gelu" => Activation::Gelu {
            approximate: args.text_or("approximate", "none")?,
        },
        "Swish" if args.float_or("alpha", 1.0)? == 1.0 => Activation::Silu,
        "Swish" => {
            let scaled = builder.emit(Arithmetic::MulScalar(args.float_or("alpha", 1.0)?), &[x])?;
            let gate = builder.emit(Activation::Sigmoid, &[scaled])?;
            return Ok(vec![builder.emit(Arithmetic::Mul, &[x, gate])?]);
        }
        "PRelu" => {
            let slopes = args.input(1)?;
            return Ok(vec![builder.emit(Activation::Prelu, &[x, slopes])?]);
        }
        "Selu" => {
            let alpha = args.float_or("alpha", 1.673_263_192_176_818_8)?;
            // The standard's value, whose last digits differ from the paper's.
            let gamma = args.float_or("gamma", 1.050_701_022_148_132_3)?;
            let elu = builder.emit(Activation::Elu { alpha }, &[x])?;
            return one(builder, Arithmetic::MulScalar(gamma), elu);
        }
        "Celu" => {
            let alpha = args.float_or("alpha", 1.0)?;
            let narrow = builder.emit(Arithmetic::MulScalar(alpha.recip()), &[x])?;
            let elu = builder.emit(Activation::Elu { alpha: 1.0 }, &[narrow])?;
            return one(builder, Arithmetic::MulScalar(alpha), elu);
        }
        "Softsign" => {
            let size = builder.emit(Function::Abs, &[x])?;
            let size = builder.emit(Arithmetic::AddScalar(1.0), &[size])?;
            return Ok(vec![builder.emit(Arithmetic::Div, &[x, size])?]);
        }
        "ThresholdedRelu" => Activation::Threshold {
            threshold: args.float_or("alpha", 1.0)?,
            value: 0.0,
        },
        "Shrink" => {
            let lambda = args.float_or("lambd", 0.5)?;
            let bias = args.float_or("bias", 0.0)?;
            let kept = builder.emit(Activation::Hardshrink { lambda }, &[x])?;
            if bias == 0.0 {
                return Ok(vec![kept]);
            }
            let sign = builder.emit(Function::Sign, &[kept])?;
            return Ok(vec![
                builder.emit(Arithmetic::Sub { alpha: bias }, &[kept, sign])?,
            ]);
        }
        "HardSigmoid" => return hard_sigmoid(args, builder, x),
        "Clip" => return clip(args, builder, x),
        other => return beyond(format!("{other} is not an activation")),
    };
    one(builder, op, x)
}

/// α · x + β, clamped to 0 and 1. libtorch has it for α = 1/6 and β = 1/2 only.
fn hard_sigmoid(args: &Args, builder: &mut Builder, x: ValueId) -> Answer<Vec<ValueId>> {
    let (alpha, beta) = (args.float_or("alpha", 0.2)?, args.float_or("beta", 0.5)?);
    let mut x = x;
    if (alpha - 1.0 / 6.0).abs() > 1e-6 {
        x = builder.emit(Arithmetic::MulScalar(6.0 * alpha), &[x])?;
    }
    if beta != 0.5 {
        x = builder.emit(Arithmetic::AddScalar(6.0 * (beta - 0.5)), &[x])?;
    }
    one(builder, Activation::Hardsigmoid, x)
}

fn clip(args: &Args, builder: &mut Builder, x: ValueId) -> Answer<Vec<ValueId>> {
    let bound = |name: &str, index: usize| -> Answer<Option<f64>> {
        let bound = match args.optional(index) {
            _ if args.has(name) => Some(args.float_or(name, 0.0)?),
            Some(value) => Some(args.number(builder, value, name)?),
            None => None,
        };
        // The largest number of the dtype is no bound.
        let largest = if is_integer(builder, x) {
            i64::MAX as f64
        } else {
            f32::MAX.into()
        };
        Ok(bound.filter(|bound| bound.abs() < largest))
    };
    let op: Op = match (bound("min", 1)?, bound("max", 2)?) {
        (None, None) => Copying::Identity.into(),
        (Some(min), Some(max)) => Activation::Hardtanh { min, max }.into(),
        (min, max) => Activation::Clamp { min, max }.into(),
    };
    one(builder, op, x)
}

pub fn softmax(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let log = args.op() == "LogSoftmax";
    let shape = builder.shape(x).to_vec();
    let older = args.opset < 13;
    let axis = args.axis(
        args.int_or("axis", if older { 1 } else { -1 })?,
        shape.len(),
    )?;
    // Before opset 13 it normalised over all axes from this one on.
    let single_axis = shape[axis + 1..].iter().all(|size| *size == 1);
    if !older || single_axis {
        let dim = axis as i64;
        return one(builder, Activation::Softmax { dim, log }, x);
    }
    let Some(rest) = shape::count(&shape[axis..]) else {
        return args.wrong(format!("normalises over the implausible shape {shape:?}"));
    };
    let flat = [&shape[..axis], &[rest]].concat();
    let flat = super::reshaped(args, builder, x, flat)?;
    let dim = axis as i64;
    let result = builder.emit(Activation::Softmax { dim, log }, &[flat])?;
    Ok(vec![super::reshaped(args, builder, result, shape)?])
}

/// A function of two values that are both tensors.
pub fn tensors(function: PairFunction) -> Pair {
    Pair {
        function,
        operands: Operands::Tensors,
    }
}

/// A function of one value.
pub fn unary(args: &Args, builder: &mut Builder, op: impl Into<Op>) -> Answer<Vec<ValueId>> {
    one(builder, op, args.input(0)?)
}

/// Whether a value is an integer.
pub fn is_integer(builder: &Builder, value: ValueId) -> bool {
    builder.kind(value) == Kind::Int64
}

pub fn binary(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (a, b) = (args.input(0)?, args.input(1)?);
    let op = match args.op() {
        "Add" => Arithmetic::Add { alpha: 1.0 }.into(),
        "Sub" => Arithmetic::Sub { alpha: 1.0 }.into(),
        "Mul" => Arithmetic::Mul.into(),
        "Div" if is_integer(builder, a) && is_integer(builder, b) => {
            Op::from(tensors(PairFunction::TruncatedDivide))
        }
        "Div" => Arithmetic::Div.into(),
        "Pow" if builder.tensor(a).is_some() && builder.tensor(b).is_some() => {
            return computed(args, builder);
        }
        "Pow" => {
            if let Some(exponent) = builder.number(b)? {
                return one(builder, Arithmetic::PowScalar(exponent), a);
            }
            return match builder.number(a)? {
                Some(base) if base > 0.0 => one(builder, Arithmetic::ScalarPow(base), b),
                Some(_) | None => Ok(vec![builder.emit(tensors(PairFunction::Power), &[a, b])?]),
            };
        }
        other => return beyond(format!("{other} is not a function of two values")),
    };
    Ok(vec![builder.emit(op, &[a, b])?])
}

/// One or more inputs, broadcast. The maximum or minimum of a tensor and a number is a clamp.
pub fn variadic(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut result = args.input(0)?;
    for index in 1..args.inputs.len() {
        let mut next = args.input(index)?;
        if builder.tensor(result).is_some() {
            (result, next) = (next, result);
        }
        let rank = builder.shape(result).len();
        let number = if builder.shape(next).len() <= rank {
            builder.number(next)?
        } else {
            None
        };
        result = match (args.op(), number) {
            ("Max", Some(min)) => {
                let (min, max) = (Some(min), None);
                builder.emit(Activation::Clamp { min, max }, &[result])?
            }
            ("Min", Some(max)) => {
                let (min, max) = (None, Some(max));
                builder.emit(Activation::Clamp { min, max }, &[result])?
            }
            ("Max", None) => builder.emit(tensors(PairFunction::Maximum), &[result, next])?,
            ("Min", None) => builder.emit(tensors(PairFunction::Minimum), &[result, next])?,
            ("Sum" | "Mean", _) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[result, next])?,
            (other, _) => return beyond(format!("{other} is not a function of several values")),
        };
    }
    if args.op() == "Mean" {
        let count = args.inputs.len().max(1) as f64;
        result = builder.emit(Arithmetic::MulScalar(count.recip()), &[result])?;
    }
    Ok(vec![result])
}

pub fn choice(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut condition = args.input(0)?;
    if builder.kind(condition) != Kind::Bool {
        condition = builder.emit(Copying::Cast(Kind::Bool), &[condition])?;
    }
    let inputs = [condition, args.input(1)?, args.input(2)?];
    Ok(vec![builder.emit(Masking::Where, &inputs)?])
}
