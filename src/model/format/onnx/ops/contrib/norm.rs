//! A sum and its normalisation.

use crate::model::format::build::refusal::Answer;
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Normalisation, Reduction};

/// The layer normalisation of a sum: its inputs are x, what is added, scale, shift and a bias of the sum.
pub fn skip_layer(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let sum = sum(args, builder, 4)?;
    let (scale, shift) = (args.input(2)?, args.optional(3));
    let op = Normalisation::Layer {
        shape: builder.shape(scale).to_vec(),
        weight: true,
        bias: shift.is_some(),
        eps: args.float_or("epsilon", 1e-12)?,
    };
    let inputs: Vec<ValueId> = [sum, scale].into_iter().chain(shift).collect();
    let norm = builder.emit(op, &inputs)?;
    with_sum(args, builder, norm, sum)
}

/// The same without subtracting the mean: there is no shift.
pub fn skip_root_mean_square(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let sum = sum(args, builder, 3)?;
    let squares = builder.emit(Arithmetic::PowScalar(2.0), &[sum])?;
    let mean = Reduction::Mean {
        dims: vec![-1],
        keepdim: true,
    };
    let mean = builder.emit(mean, &[squares])?;
    let epsilon = args.float_or("epsilon", 1e-12)?;
    let mean = builder.emit(Arithmetic::AddScalar(epsilon), &[mean])?;
    let factor = builder.emit(Arithmetic::PowScalar(-0.5), &[mean])?;
    let norm = builder.emit(Arithmetic::Mul, &[sum, factor])?;
    let norm = builder.emit(Arithmetic::Mul, &[norm, args.input(2)?])?;
    with_sum(args, builder, norm, sum)
}

fn sum(args: &Args, builder: &mut Builder, bias: usize) -> Answer<ValueId> {
    let inputs = [args.input(0)?, args.input(1)?];
    let sum = builder.emit(Arithmetic::Add { alpha: 1.0 }, &inputs)?;
    match args.optional(bias) {
        Some(bias) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[sum, bias]),
        None => Ok(sum),
    }
}

/// The outputs: the norm, two that are for training alone, and the sum.
fn with_sum(args: &Args, builder: &Builder, norm: ValueId, sum: ValueId) -> Answer<Vec<ValueId>> {
    let read = |name: &String| builder.is_read(name);
    if args.node.outputs.iter().skip(1).take(2).any(read) {
        return super::beyond("mean and deviation are outputs, as in training");
    }
    Ok(vec![norm, norm, norm, sum])
}
