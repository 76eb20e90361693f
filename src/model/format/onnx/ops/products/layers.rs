//! Matrix products, attention among them.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Arithmetic, Attention, Einsum, MatrixProduct, Reshaping};

/// α · A · B + β · C. With a constant B it becomes a linear layer.
pub fn gemm(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (mut a, mut b) = (args.input(0)?, args.input(1)?);
    let (alpha, beta) = (args.float_or("alpha", 1.0)?, args.float_or("beta", 1.0)?);
    if builder.shape(a).len() != 2 || builder.shape(b).len() != 2 {
        return args.wrong("multiplies tensors that are not matrices");
    }
    if args.flag("transA", false)? {
        a = transposed(builder, a)?;
    }
    // A linear layer has its weight transposed.
    let fixed = builder.tensor(b).is_some();
    if args.flag("transB", false)? != fixed {
        b = transposed(builder, b)?;
    }
    if alpha != 1.0 {
        b = builder.emit(Arithmetic::MulScalar(alpha), &[b])?;
    }
    let mut bias = args.optional(2).filter(|_| beta != 0.0);
    if let (Some(c), true) = (bias, beta != 1.0) {
        bias = Some(builder.emit(Arithmetic::MulScalar(beta), &[c])?);
    }
    if let Some(bias) = bias {
        let columns = usize::from(!fixed);
        let made = [builder.shape(a)[0], builder.shape(b)[columns]];
        let bias = builder.shape(bias);
        if shape::broadcast(bias, &made).ok().as_deref() != Some(&made[..]) {
            return args.wrong(format!(
                "has a bias of shape {bias:?} for a product of shape {made:?}"
            ));
        }
    }
    if !fixed {
        let product = builder.emit(MatrixProduct::Matmul, &[a, b])?;
        return Ok(vec![match bias {
            Some(bias) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[product, bias])?,
            None => product,
        }]);
    }
    let classes = builder.shape(b)[0];
    let is_row = |bias: &ValueId| {
        let shape = builder.shape(*bias);
        shape.last() == Some(&classes) && shape::count(shape) == Some(classes)
    };
    let row = bias.filter(|bias| builder.tensor(*bias).is_some() && is_row(bias));
    if let Some(row) = row {
        let row = super::reshaped(args, builder, row, vec![classes])?;
        return Ok(vec![
            builder.emit(MatrixProduct::Linear { bias: true }, &[a, b, row])?,
        ]);
    }
    let product = builder.emit(MatrixProduct::Linear { bias: false }, &[a, b])?;
    Ok(vec![match bias {
        Some(bias) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[product, bias])?,
        None => product,
    }])
}

fn transposed(builder: &mut Builder, matrix: ValueId) -> Answer<ValueId> {
    builder.emit(Reshaping::Permute { dims: vec![1, 0] }, &[matrix])
}

/// A product with a constant matrix on the right becomes a linear layer.
pub fn matmul(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (a, b) = (args.input(0)?, args.input(1)?);
    let layer = builder.tensor(b).is_some()
        && builder.tensor(a).is_none()
        && builder.shape(b).len() == 2
        && builder.shape(a).len() > 1;
    if layer {
        let weight = transposed(builder, b)?;
        return Ok(vec![
            builder.emit(MatrixProduct::Linear { bias: false }, &[a, weight])?,
        ]);
    }
    Ok(vec![builder.emit(MatrixProduct::Matmul, &[a, b])?])
}

pub fn einsum(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let written = args.text_or("equation", "")?;
    let equation: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let known = |c: char| c.is_ascii_alphabetic() || matches!(c, ',' | '-' | '>');
    if !equation.chars().all(known) || equation.matches("->").count() != 1 {
        return beyond(format!("its equation is {written:?}"));
    }
    let inputs: Answer<Vec<ValueId>> = (0..args.inputs.len()).map(|i| args.input(i)).collect();
    Ok(vec![builder.emit(Einsum { equation }, &inputs?)?])
}

pub fn attention(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut inputs = vec![args.input(0)?, args.input(1)?, args.input(2)?];
    let heads = |value: &ValueId| match builder.shape(*value) {
        &[_, heads, _, _] => Some(heads),
        _ => None,
    };
    let each: Vec<Option<i64>> = inputs.iter().map(heads).collect();
    if each[0].is_none() || each.iter().any(|heads| *heads != each[0]) {
        return beyond(
            "queries, keys and values do not have the same number of heads as their second axis",
        );
    }
    if args.optional(4).is_some() || args.optional(5).is_some() || args.optional(6).is_some() {
        return beyond("past_key, past_value or nonpad_kv_seqlen is given");
    }
    if args.float_or("softcap", 0.0)? != 0.0 || args.int_or("qk_matmul_output_mode", 0)? != 0 {
        return beyond("softcap or qk_matmul_output_mode is given");
    }
    for side in ["left_window_size", "right_window_size"] {
        if args.int_or(side, -1)? != -1 {
            return beyond(format!("it attends to nearby keys only ({side})"));
        }
    }
    let scale = args
        .has("scale")
        .then(|| args.float_or("scale", 1.0))
        .transpose()?;
    let mask = args.optional(3);
    inputs.extend(mask);
    let op = Attention {
        mask: mask.is_some(),
        causal: args.flag("is_causal", false)?,
        scale,
        grouped: false,
    };
    Ok(vec![builder.emit(op, &inputs)?])
}
