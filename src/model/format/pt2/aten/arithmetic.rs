//! Activations, arithmetic and sums: what computes without weights of its own.

use super::{Call, attention, call};
use crate::model::format::pt2::program::args::{Answer, Args, Operand, Refusal, beyond};
use crate::model::op::{Activation, Arithmetic, Reduction, Resizing};

pub fn read<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    let itself = || Ok::<_, Refusal>(vec![args.tensor("self")?]);
    match name {
        "relu.default" => call(Activation::Relu, itself()?),
        "relu6.default" => call(Activation::Hardtanh { min: 0.0, max: 6.0 }, itself()?),
        "hardtanh.default" => {
            let (min, max) = (
                args.number_or("min_val", -1.0)?,
                args.number_or("max_val", 1.0)?,
            );
            call(Activation::Hardtanh { min, max }, itself()?)
        }
        "leaky_relu.default" => call(
            Activation::LeakyRelu {
                slope: args.number_or("negative_slope", 0.01)?,
            },
            itself()?,
        ),
        "elu.default" => {
            if args.number_or("scale", 1.0)? != 1.0 || args.number_or("input_scale", 1.0)? != 1.0 {
                return beyond("scale or input_scale is not 1");
            }
            call(
                Activation::Elu {
                    alpha: args.number_or("alpha", 1.0)?,
                },
                itself()?,
            )
        }
        "sigmoid.default" => call(Activation::Sigmoid, itself()?),
        "tanh.default" => call(Activation::Tanh, itself()?),
        "silu.default" => call(Activation::Silu, itself()?),
        "gelu.default" => call(
            Activation::Gelu {
                approximate: args.text_or("approximate", "none")?,
            },
            itself()?,
        ),
        "hardswish.default" => call(Activation::Hardswish, itself()?),
        "hardsigmoid.default" => call(Activation::Hardsigmoid, itself()?),
        "clamp.default" | "clamp_min.default" | "clamp_max.default" => {
            let (min, max) = (args.optional_number("min")?, args.optional_number("max")?);
            if min.is_none() && max.is_none() {
                return beyond("neither min nor max is given");
            }
            call(Activation::Clamp { min, max }, itself()?)
        }
        "softmax.int" | "log_softmax.int" | "_softmax.default" | "_log_softmax.default" => {
            args.float32_only("dtype")?;
            let log = name.contains("log_");
            call(
                Activation::Softmax {
                    dim: args.int("dim")?,
                    log,
                },
                itself()?,
            )
        }

        "add.Tensor" | "add.Scalar" => {
            let alpha = args.number_or("alpha", 1.0)?;
            binary(args, Arithmetic::Add { alpha }, |number| {
                Arithmetic::AddScalar(alpha * number)
            })
        }
        "sub.Tensor" | "sub.Scalar" => {
            let alpha = args.number_or("alpha", 1.0)?;
            binary(args, Arithmetic::Sub { alpha }, |number| {
                Arithmetic::AddScalar(-alpha * number)
            })
        }
        "mul.Tensor" | "mul.Scalar" => binary(args, Arithmetic::Mul, Arithmetic::MulScalar),
        "div.Tensor" | "div.Scalar" => binary(args, Arithmetic::Div, |number| {
            Arithmetic::MulScalar(number.recip())
        }),
        "rsub.Scalar" => {
            if args.number_or("alpha", 1.0)? != 1.0 {
                return beyond("alpha is not 1");
            }
            call(Arithmetic::RsubScalar(args.number("other")?), itself()?)
        }
        "pow.Tensor_Scalar" => call(Arithmetic::PowScalar(args.number("exponent")?), itself()?),
        "sqrt.default" => call(Arithmetic::PowScalar(0.5), itself()?),
        "reciprocal.default" => call(Arithmetic::PowScalar(-1.0), itself()?),
        "exp.default" => call(Arithmetic::Exp, itself()?),
        "addcmul.default" => {
            let value = args.number_or("value", 1.0)?;
            let inputs = vec![
                args.tensor("self")?,
                args.tensor("tensor1")?,
                args.tensor("tensor2")?,
            ];
            call(Arithmetic::AddProduct { value }, inputs)
        }
        "linalg_vector_norm.default" => {
            args.float32_only("dtype")?;
            let op = Reduction::VectorNorm {
                ord: args.number_or("ord", 2.0)?,
                dims: args.optional_ints("dim")?.unwrap_or_default(),
                keepdim: args.bool_or("keepdim", false)?,
            };
            call(op, itself()?)
        }
        "upsample_nearest2d.vec" => {
            let size = args.optional_ints("output_size")?;
            let factors = args.floats("scale_factors")?;
            if size.is_some() != factors.is_empty() {
                return beyond("it wants either a size or a factor each way");
            }
            let op = Resizing::Nearest { size, factors };
            call(op, vec![args.tensor("input")?])
        }
        "neg.default" => call(Arithmetic::MulScalar(-1.0), itself()?),

        "mean.default" | "mean.dim" | "sum.default" | "sum.dim_IntList" => {
            args.float32_only("dtype")?;
            let dims = args.optional_ints("dim")?.unwrap_or_default();
            let keepdim = args.bool_or("keepdim", false)?;
            let op = match name {
                "mean.default" | "mean.dim" => Reduction::Mean { dims, keepdim },
                _ => Reduction::Sum { dims, keepdim },
            };
            call(op, itself()?)
        }
        _ => attention::read(name, args),
    }
}

fn binary<'a>(
    args: Args<'a>,
    tensor: Arithmetic,
    number: impl FnOnce(f64) -> Arithmetic,
) -> Answer<Call<'a>> {
    let a = args.tensor("self")?;
    match args.operand("other")? {
        Operand::Tensor(b) => call(tensor, vec![a, b]),
        Operand::Number(other) => call(number(other), vec![a]),
    }
}
