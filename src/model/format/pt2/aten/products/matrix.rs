//! Matrix products, attention among them.

use crate::model::format::pt2::aten::call::{Call, binary, call, first_output};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Attention, Einsum, MatrixProduct};

pub const TABLE: Table = &[
    (&["linear.default"], linear),
    (&["matmul.default"], matmul),
    (&["mm.default", "bmm.default"], mm),
    (&["einsum.default"], einsum),
    (&["scaled_dot_product_attention.default"], attention),
    (
        &[
            "_scaled_dot_product_flash_attention_for_cpu.default",
            "_scaled_dot_product_flash_attention.default",
            "_scaled_dot_product_efficient_attention.default",
            "_scaled_dot_product_cudnn_attention.default",
            "_scaled_dot_product_fused_attention_overrideable.default",
            "_scaled_dot_product_attention_math.default",
            "_scaled_dot_product_attention_math_for_mps.default",
        ],
        lowered_attention,
    ),
];

fn linear(args: Args<'_>) -> Answer<Call<'_>> {
    let (inputs, bias) = weight_and_bias(args)?;
    call(MatrixProduct::Linear { bias }, inputs)
}

/// The input, the weight and, where there is one, the bias; and whether there is one.
pub fn weight_and_bias<'a>(args: Args<'a>) -> Answer<(Vec<&'a str>, bool)> {
    let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
    let bias = args.optional_tensor("bias")?;
    inputs.extend(bias);
    Ok((inputs, bias.is_some()))
}

fn matmul(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "other")
}

fn mm(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "mat2")
}

fn einsum(args: Args<'_>) -> Answer<Call<'_>> {
    let equation = args.text("equation")?;
    call(Einsum { equation }, args.tensors("tensors")?)
}

fn attention(args: Args<'_>) -> Answer<Call<'_>> {
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

/// What attention is lowered to on some device; the first output is the one that counts.
fn lowered_attention(args: Args<'_>) -> Answer<Call<'_>> {
    if args.number_or("dropout_p", 0.0)? != 0.0 {
        return beyond("dropout_p is not 0");
    }
    if args.optional_tensor("dropout_mask")?.is_some() {
        return beyond("it drops by a mask");
    }
    let mut inputs = vec![
        args.tensor("query")?,
        args.tensor("key")?,
        args.tensor("value")?,
    ];
    let masks = [
        args.optional_tensor("attn_mask")?,
        args.optional_tensor("attn_bias")?,
    ];
    let mask = masks.into_iter().flatten().next();
    inputs.extend(mask);
    let op = Attention {
        mask: mask.is_some(),
        causal: args.bool_or("is_causal", false)?,
        scale: args.optional_number("scale")?,
        grouped: args.bool_or("enable_gqa", false)?,
    };
    call(op, inputs).map(first_output)
}
