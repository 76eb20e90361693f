//! Attention with its heads side by side in rows.

use super::{beyond, reshaped};
use crate::model::format::build::refusal::Answer;
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Attention, MatrixProduct, Reshaping, Splitting};

/// Attention of a value to itself, with the products that make queries, keys and values of it. Inputs:
/// x, weight `[in, out · 3]`, bias, a mask of keys, the past, what is added to the scores.
pub fn packed(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, weight) = (args.input(0)?, args.input(1)?);
    unused(args, &[(3, "a mask"), (4, "the past"), (6, "the past")])?;
    if args.flag("do_rotary", false)? {
        return beyond("it turns queries and keys (do_rotary)");
    }
    let all = match builder.shape(weight) {
        &[_, all] => all,
        other => return args.wrong(format!("has a weight of shape {other:?}")),
    };
    let sizes = match args.ints("qkv_hidden_sizes")? {
        Some(sizes) if sizes.len() == 3 => sizes,
        Some(_) => return args.wrong("has another number of qkv_hidden_sizes than three"),
        None => vec![all / 3; 3],
    };
    if sizes.iter().any(|size| *size < 1)
        || sizes
            .iter()
            .try_fold(0i64, |sum, size| sum.checked_add(*size))
            != Some(all)
    {
        return args.wrong(format!("splits an axis of {all} into {sizes:?}"));
    }
    let mut made = builder.emit(MatrixProduct::Matmul, &[x, weight])?;
    if let Some(bias) = args.optional(2) {
        made = builder.emit(Arithmetic::Add { alpha: 1.0 }, &[made, bias])?;
    }
    let parts = builder.emit_parts(Splitting::Split { sizes, dim: -1 }.into(), &[made])?;
    let [query, key, value] = parts[..] else {
        return args.wrong("splits into another number of parts than three");
    };
    attended(args, builder, [query, key, value], args.optional(5))
}

/// Attention of queries to keys and values. Inputs: query, key, value, their
/// biases in one row, a mask of keys, what is added to the scores, the past.
pub fn multi_head(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    unused(args, &[(4, "a mask"), (6, "the past"), (7, "the past")])?;
    let (Some(key), Some(value)) = (args.optional(1), args.optional(2)) else {
        return beyond("queries, keys and values are packed together");
    };
    let mut inputs = [args.input(0)?, key, value];
    if let Some(bias) = args.optional(3) {
        let sizes = inputs.map(|input| builder.shape(input).last().copied().unwrap_or(0));
        if builder.shape(bias) != [sizes.iter().sum::<i64>()] {
            return args.wrong("has a bias of another length than its inputs together");
        }
        let split = Splitting::Split {
            sizes: sizes.to_vec(),
            dim: 0,
        };
        let parts = builder.emit_parts(split.into(), &[bias])?;
        for (input, part) in inputs.iter_mut().zip(parts) {
            *input = builder.emit(Arithmetic::Add { alpha: 1.0 }, &[*input, part])?;
        }
    }
    attended(args, builder, inputs, args.optional(5))
}

/// softmax(scale · Q · Kᵀ + added) · V with the heads of each row apart.
fn attended(
    args: &Args,
    builder: &mut Builder,
    inputs: [ValueId; 3],
    added: Option<ValueId>,
) -> Answer<Vec<ValueId>> {
    let heads = args.int_or("num_heads", 0)?;
    args.bounded("num_heads", &[heads], 1)?;
    let mut apart = Vec::with_capacity(4);
    for input in inputs {
        let &[batch, length, row] = builder.shape(input) else {
            return beyond("queries, keys and values are not three axes each");
        };
        if row % heads != 0 {
            return args.wrong(format!("makes {heads} heads of a row of {row}"));
        }
        let shape = vec![batch, length, heads, row / heads];
        let split = reshaped(args, builder, input, shape)?;
        let dims = vec![0, 2, 1, 3];
        apart.push(builder.emit(Reshaping::Permute { dims }, &[split])?);
    }
    apart.extend(added);
    // Zero, too, stands for none.
    let scale = Some(args.float_or("scale", 0.0)?).filter(|scale| *scale != 0.0);
    let op = Attention {
        mask: added.is_some(),
        causal: args.flag("unidirectional", false)?,
        scale,
        grouped: false,
    };
    let made = builder.emit(op, &apart)?;
    let dims = vec![0, 2, 1, 3];
    let made = builder.emit(Reshaping::Permute { dims }, &[made])?;
    let &[batch, length, heads, width] = builder.shape(made) else {
        return args.wrong("makes no rows");
    };
    let row = heads.checked_mul(width).unwrap_or(0);
    let made = reshaped(args, builder, made, vec![batch, length, row])?;
    Ok(vec![made])
}

/// Refuses inputs that are not read.
fn unused(args: &Args, inputs: &[(usize, &str)]) -> Answer<()> {
    let given = inputs
        .iter()
        .find(|(index, _)| args.optional(*index).is_some());
    match given {
        Some((index, what)) => beyond(format!("{what} is given (input {})", index + 1)),
        None => Ok(()),
    }
}
