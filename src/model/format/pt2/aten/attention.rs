//! What networks of tokens are made of: attention and the normalisations beside it.

use super::{Call, call, first_of_several, shape};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Attention, Einsum, Normalisation};

pub fn read<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    match name {
        "layer_norm.default" | "native_layer_norm.default" => {
            let (inputs, weight, bias) = affine(args)?;
            let op = Normalisation::Layer {
                shape: args.ints("normalized_shape")?,
                weight,
                bias,
                eps: args.number_or("eps", 1e-5)?,
            };
            match name {
                "layer_norm.default" => call(op, inputs),
                _ => first_of_several(op, inputs),
            }
        }
        "group_norm.default" => group_norm(args, "num_groups").map(|(op, x)| call(op, x))?,
        "native_group_norm.default" => {
            group_norm(args, "group").map(|(op, x)| first_of_several(op, x))?
        }
        "scaled_dot_product_attention.default" => {
            if args.number_or("dropout_p", 0.0)? != 0.0 {
                return beyond("it drops out at random");
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
        "einsum.default" => {
            let equation = args.text("equation")?;
            call(Einsum { equation }, args.tensors("tensors")?)
        }
        _ => shape::read(name, args),
    }
}

fn group_norm<'a>(args: Args<'a>, count: &str) -> Answer<(Normalisation, Vec<&'a str>)> {
    let groups = args.int(count)?;
    args.bounded(count, &[groups], 1)?;
    let (inputs, weight, bias) = affine(args)?;
    let op = Normalisation::Group {
        groups,
        weight,
        bias,
        eps: args.number_or("eps", 1e-5)?,
    };
    Ok((op, inputs))
}

/// x, then weight and bias where given, and which are.
pub(super) fn affine<'a>(args: Args<'a>) -> Answer<(Vec<&'a str>, bool, bool)> {
    let mut inputs = vec![args.tensor("input")?];
    let (weight, bias) = (
        args.optional_tensor("weight")?,
        args.optional_tensor("bias")?,
    );
    inputs.extend(weight);
    inputs.extend(bias);
    Ok((inputs, weight.is_some(), bias.is_some()))
}
