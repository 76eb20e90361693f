//! Convolution and matrix products, attention among them.

use super::call::{Call, binary, call, first_output};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Attention, Convolution, Einsum, MatrixProduct, Padding};

pub fn convolution(args: Args<'_>) -> Answer<Call<'_>> {
    if args.bool_or("transposed", false)? {
        return beyond("it is transposed");
    }
    let (inputs, bias) = weight_and_bias(args)?;
    let groups = args.int_or("groups", 1)?;
    args.bounded("groups", &[groups], 1)?;
    let padding = if args.is_text("padding") {
        Padding::Named(args.text_or("padding", "valid")?)
    } else {
        Padding::Explicit(args.pair("padding", Some(0), 0)?)
    };
    let op = Convolution {
        bias,
        stride: args.pair("stride", Some(1), 1)?,
        padding,
        dilation: args.pair("dilation", Some(1), 1)?,
        groups,
    };
    call(op, inputs)
}

pub fn linear(args: Args<'_>) -> Answer<Call<'_>> {
    let (inputs, bias) = weight_and_bias(args)?;
    call(MatrixProduct::Linear { bias }, inputs)
}

/// The input, the weight and, where there is one, the bias; and whether there is one.
fn weight_and_bias<'a>(args: Args<'a>) -> Answer<(Vec<&'a str>, bool)> {
    let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
    let bias = args.optional_tensor("bias")?;
    inputs.extend(bias);
    Ok((inputs, bias.is_some()))
}

pub fn matmul(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "other")
}

pub fn mm(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "mat2")
}

pub fn einsum(args: Args<'_>) -> Answer<Call<'_>> {
    let equation = args.text("equation")?;
    call(Einsum { equation }, args.tensors("tensors")?)
}

/// With outputs that only training reads.
pub fn attention_with_statistics(args: Args<'_>) -> Answer<Call<'_>> {
    attention(args).map(first_output)
}

pub fn attention(args: Args<'_>) -> Answer<Call<'_>> {
    if args.number_or("dropout_p", 0.0)? != 0.0 {
        return beyond("dropout_p is not 0");
    }
    let mut inputs = vec![
        args.tensor("query")?,
        args.tensor("key")?,
        args.tensor("value")?,
    ];
    let mask = args.optional_tensor("attn_mask")?;
    inputs.extend(mask);
    let op = Attention {
        mask: mask.is_some(),
        causal: args.bool_or("is_causal", false)?,
        scale: args.optional_number("scale")?,
        grouped: args.bool_or("enable_gqa", false)?,
    };
    call(op, inputs)
}
