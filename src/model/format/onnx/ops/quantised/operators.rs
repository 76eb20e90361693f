//! Operators that take whole numbers and give back whole numbers, with the scales and zero points of both as
//! inputs. Each is read as the operator on floats that it stands for.

use super::pairs::{made, returned, taken};
use super::parameters::{self, INT32};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::build::quantised::Quantisation;
use crate::model::format::onnx::message::proto::Node;
use crate::model::format::onnx::ops::products::layers;
use crate::model::format::onnx::ops::spatial::{convolution as convolutions, pool};
use crate::model::format::onnx::ops::{Reader, arithmetic};
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Joining};

/// Refuses what onnxruntime has arranged for one kind of processor.
fn channels_first(args: &Args) -> Answer<()> {
    if args.flag("channels_last", false)? {
        beyond("its channels are last (channels_last)")
    } else {
        Ok(())
    }
}

/// Notes how the result of a node is quantised.
fn settled(args: &Args, builder: &mut Builder, x: ValueId, at: [usize; 2]) -> Answer<Vec<ValueId>> {
    let how = returned(args, builder, x, at)?;
    made(args, builder, x, how)
}

/// A bias in whole numbers, whose scale is that of the products that it is added to.
fn bias(
    args: &Args,
    builder: &mut Builder,
    index: usize,
    [x, weight]: [&Quantisation; 2],
) -> Answer<Option<ValueId>> {
    let Some(bias) = args.optional(index) else {
        return Ok(None);
    };
    let &[of_x] = x.scales.as_slice() else {
        return beyond("it has several scales for numbers that depend on the image");
    };
    let last = builder.shape(bias).len().checked_sub(1);
    let how = Quantisation {
        scales: weight.scales.iter().map(|scale| scale * of_x).collect(),
        zeros: vec![0; weight.scales.len()],
        axis: last.filter(|_| weight.scales.len() > 1),
        dtype: INT32,
    };
    let count = builder.shape(bias).last().copied().unwrap_or(1);
    if how.axis.is_some() && count != how.scales.len() as i64 {
        return args.wrong(format!(
            "has a bias of shape {:?} for {} scales",
            builder.shape(bias),
            how.scales.len()
        ));
    }
    parameters::restored(builder, bias, &how).map(Some)
}

/// Inputs: x and the weight, each with scale and zero point, scale and zero point of the result, a bias.
pub fn convolution(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    channels_first(args)?;
    let (x, of_x) = taken(args, builder, [0, 1, 2], 1)?;
    let (weight, of_weight) = taken(args, builder, [3, 4, 5], 0)?;
    let bias = bias(args, builder, 8, [&of_x, &of_weight])?;
    let inputs = args.on(vec![Some(x), Some(weight), bias]);
    let made = convolutions::convolution(&inputs, builder)?.remove(0);
    settled(args, builder, made, [6, 7])
}

/// Inputs: A and B, each with scale and zero point, scale and zero point of the result.
pub fn matmul(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (a, _) = taken(args, builder, [0, 1, 2], -2)?;
    let (b, _) = taken(args, builder, [3, 4, 5], -1)?;
    let made = layers::matmul(&args.on(vec![Some(a), Some(b)]), builder)?.remove(0);
    settled(args, builder, made, [6, 7])
}

/// Inputs: A and B, each with scale and zero point, a bias, scale and zero point of the result, which consists of
/// floats without these.
pub fn gemm(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let turned = args.flag("transB", false)?;
    let (a, of_a) = taken(args, builder, [0, 1, 2], 1)?;
    let (b, of_b) = taken(args, builder, [3, 4, 5], i64::from(!turned))?;
    if args.float_or("alpha", 1.0)? != 1.0 {
        return beyond("alpha is not 1");
    }
    let bias = bias(args, builder, 6, [&of_a, &of_b])?;
    let made = layers::gemm(&args.on(vec![Some(a), Some(b), bias]), builder)?.remove(0);
    match args.optional(7) {
        Some(_) => settled(args, builder, made, [7, 8]),
        None => Ok(vec![made]),
    }
}

/// Inputs: A and B, each with scale and zero point, scale and zero point of the result.
pub fn pair(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (a, _) = taken(args, builder, [0, 1, 2], 1)?;
    let (b, _) = taken(args, builder, [3, 4, 5], 1)?;
    let op = match args.op() {
        "QLinearAdd" => Arithmetic::Add { alpha: 1.0 },
        "QLinearMul" => Arithmetic::Mul,
        other => return beyond(format!("{other} is not a function of two values")),
    };
    let made = builder.emit(op, &[a, b])?;
    settled(args, builder, made, [6, 7])
}

/// Inputs: scale and zero point of the result, and then the parts, each with its own.
pub fn concat(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let parts = (2..args.inputs.len()).step_by(3);
    let parts = parts.map(|at| Ok(taken(args, builder, [at, at + 1, at + 2], 1)?.0));
    let parts: Answer<Vec<ValueId>> = parts.collect();
    let parts = parts?;
    let Some(first) = parts.first() else {
        return args.wrong("joins nothing");
    };
    let rank = builder.shape(*first).len();
    let dim = args.axis(args.int_or("axis", 1)?, rank)? as i64;
    let made = builder.emit(Joining::Cat { dim }, &parts)?;
    settled(args, builder, made, [0, 1])
}

/// Operators of one value. Inputs: x with scale and zero point, scale and zero point of the result.
pub fn single(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    channels_first(args)?;
    let (x, _) = taken(args, builder, [0, 1, 2], 1)?;
    let (op, reader): (&str, Reader) = match args.op() {
        "QLinearAveragePool" => ("AveragePool", pool::average),
        "QLinearGlobalAveragePool" => ("GlobalAveragePool", pool::global),
        "QLinearSigmoid" => ("Sigmoid", arithmetic::activation),
        "QLinearLeakyRelu" => ("LeakyRelu", arithmetic::activation),
        "QLinearSoftmax" => ("Softmax", arithmetic::softmax),
        other => return beyond(format!("{other} is not a function of one value")),
    };
    let node = Node {
        op_type: op.to_owned(),
        domain: String::new(),
        ..args.node.clone()
    };
    let inner = Args {
        node: &node,
        inputs: vec![Some(x)],
        // The softmax has the one whose rules it follows.
        opset: args.int_or("opset", args.opset)?,
        label: args.label.clone(),
    };
    let made = reader(&inner, builder)?.remove(0);
    settled(args, builder, made, [3, 4])
}
