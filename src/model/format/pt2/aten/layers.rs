//! Layers with weights, and pools.

use super::attention::affine;
use super::{Call, arithmetic, call, first_of_several};
use crate::model::error::Fault;
use crate::model::format::pt2::program::args::{Answer, Args, Refusal, beyond};
use crate::model::op::{Convolution, MatrixProduct, Normalisation, Padding, Pooling};

pub fn read<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    let itself = || Ok::<_, Refusal>(vec![args.tensor("self")?]);
    match name {
        "conv2d.default" | "conv2d.padding" | "convolution.default" => conv2d(args),
        "batch_norm.default" => {
            let statistics = args.optional_tensor("running_mean")?;
            if args.bool_or("training", false)? && statistics.is_some() {
                return Err(Fault::Training {
                    node: "a batch norm".into(),
                }
                .into());
            }
            let (op, inputs) = batch_norm(args)?;
            call(op, inputs)
        }
        "_native_batch_norm_legit_no_training.default" => {
            let (op, inputs) = batch_norm(args)?;
            first_of_several(op, inputs)
        }
        "linear.default" => {
            let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
            let bias = args.optional_tensor("bias")?;
            inputs.extend(bias);
            call(
                MatrixProduct::Linear {
                    bias: bias.is_some(),
                },
                inputs,
            )
        }
        "addmm.default" => {
            if args.number_or("beta", 1.0)? != 1.0 || args.number_or("alpha", 1.0)? != 1.0 {
                return beyond("alpha or beta is not 1");
            }
            let inputs = vec![
                args.tensor("self")?,
                args.tensor("mat1")?,
                args.tensor("mat2")?,
            ];
            call(MatrixProduct::Addmm, inputs)
        }
        "matmul.default" => call(
            MatrixProduct::Matmul,
            vec![args.tensor("self")?, args.tensor("other")?],
        ),
        "mm.default" | "bmm.default" => call(
            MatrixProduct::Matmul,
            vec![args.tensor("self")?, args.tensor("mat2")?],
        ),

        "max_pool2d.default" => call(max_pool2d(args)?, itself()?),
        "max_pool2d_with_indices.default" => first_of_several(max_pool2d(args)?, itself()?),
        "avg_pool2d.default" => {
            let kernel = args.pair("kernel_size", None, 1)?;
            let op = Pooling::Average {
                stride: stride_or(args, &kernel)?,
                padding: args.pair("padding", Some(0), 0)?,
                kernel,
                ceil_mode: args.bool_or("ceil_mode", false)?,
                count_include_pad: args.bool_or("count_include_pad", true)?,
                divisor_override: args.optional_int("divisor_override")?,
            };
            call(op, itself()?)
        }
        "adaptive_avg_pool2d.default" | "_adaptive_avg_pool2d.default" => call(
            Pooling::AdaptiveAverage {
                size: args.pair("output_size", None, 1)?,
            },
            itself()?,
        ),
        "adaptive_max_pool2d.default" => first_of_several(
            Pooling::AdaptiveMax {
                size: args.pair("output_size", None, 1)?,
            },
            itself()?,
        ),
        _ => arithmetic::read(name, args),
    }
}

fn conv2d<'a>(args: Args<'a>) -> Answer<Call<'a>> {
    if args.bool_or("transposed", false)? {
        return beyond("it is transposed");
    }
    let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
    let bias = args.optional_tensor("bias")?;
    inputs.extend(bias);
    let groups = args.int_or("groups", 1)?;
    args.bounded("groups", &[groups], 1)?;
    let padding = if args.is_text("padding") {
        Padding::Named(args.text_or("padding", "valid")?)
    } else {
        Padding::Explicit(args.pair("padding", Some(0), 0)?)
    };
    let op = Convolution {
        bias: bias.is_some(),
        stride: args.pair("stride", Some(1), 1)?,
        padding,
        dilation: args.pair("dilation", Some(1), 1)?,
        groups,
    };
    call(op, inputs)
}

fn batch_norm<'a>(args: Args<'a>) -> Answer<(Normalisation, Vec<&'a str>)> {
    let (mut inputs, weight, bias) = affine(args)?;
    let eps = args.number_or("eps", 1e-5)?;
    match (
        args.optional_tensor("running_mean")?,
        args.optional_tensor("running_var")?,
    ) {
        (None, None) => return Ok((Normalisation::Standardise { weight, bias, eps }, inputs)),
        (Some(_), Some(_)) if weight != bias => {
            return beyond("it has only one of weight and bias");
        }
        (Some(mean), Some(var)) => inputs.extend([mean, var]),
        _ => return beyond("it keeps only half of its statistics"),
    }
    let affine = weight;
    Ok((Normalisation::Batch { affine, eps }, inputs))
}

fn max_pool2d(args: Args) -> Answer<Pooling> {
    let kernel = args.pair("kernel_size", None, 1)?;
    Ok(Pooling::Max {
        stride: stride_or(args, &kernel)?,
        padding: args.pair("padding", Some(0), 0)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        kernel,
    })
}

/// The stride of a pool, which is its kernel where none is given.
fn stride_or(args: Args, kernel: &[i64]) -> Answer<Vec<i64>> {
    match args.optional_ints("stride")? {
        Some(stride) if !stride.is_empty() => args.pair("stride", None, 1),
        _ => Ok(kernel.to_vec()),
    }
}
