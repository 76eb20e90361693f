//! A convolution or product with what follows it.

use super::{beyond, layers, one};
use crate::model::format::build::refusal::Answer;
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::spatial::convolution as convolutions;
use crate::model::graph::ValueId;
use crate::model::op::{Activation, Arithmetic, MatrixProduct, Reshaping};

/// A convolution, to which another value may be added, and an activation.
pub fn convolution(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut made = convolutions::convolution(args, builder)?.remove(0);
    if let Some(other) = args.optional(3) {
        made = builder.emit(Arithmetic::Add { alpha: 1.0 }, &[made, other])?;
    }
    let numbers = args.floats("activation_params")?.unwrap_or_default();
    let number = |index: usize| numbers.get(index).copied();
    activation(args, builder, made, number)
}

/// A product of matrices and an activation.
pub fn gemm(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let made = layers::gemm(args, builder)?.remove(0);
    let [alpha, beta] = ["activation_alpha", "activation_beta"].map(|name| {
        let given = args.has(name).then(|| args.float_or(name, 0.0));
        given.transpose()
    });
    let numbers = [alpha?, beta?];
    activation(args, builder, made, |index| numbers[index])
}

/// The activation that a node names, with its first and second number.
fn activation(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    number: impl Fn(usize) -> Option<f64>,
) -> Answer<Vec<ValueId>> {
    let op = match args.text_or("activation", "")?.as_str() {
        "" => return Ok(vec![x]),
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "LeakyRelu" => Activation::LeakyRelu {
            slope: number(0).unwrap_or(0.01),
        },
        "Clip" => Activation::Clamp {
            min: number(0),
            max: number(1),
        },
        "HardSigmoid" => {
            let (alpha, beta) = (number(0).unwrap_or(0.2), number(1).unwrap_or(0.5));
            let scaled = builder.emit(Arithmetic::MulScalar(alpha), &[x])?;
            let shifted = builder.emit(Arithmetic::AddScalar(beta), &[scaled])?;
            let (min, max) = (0.0, 1.0);
            return one(builder, Activation::Hardtanh { min, max }, shifted);
        }
        other => return beyond(format!("its activation is {other}")),
    };
    one(builder, op, x)
}

/// α · A · B, each with its last two axes swapped or its first moved behind the other ones of the batch.
pub fn matmul(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut sides = [args.input(0)?, args.input(1)?];
    for (side, letter) in sides.iter_mut().zip(["A", "B"]) {
        let rank = builder.shape(*side).len();
        let turned = args.flag(&format!("trans{letter}"), false)? && rank > 1;
        let moved = args.flag(&format!("transBatch{letter}"), false)? && rank > 2;
        let mut dims: Vec<i64> = (0..rank as i64).collect();
        if moved {
            dims[..rank - 1].rotate_left(1);
        }
        if turned {
            dims.swap(rank - 2, rank - 1);
        }
        if turned || moved {
            *side = builder.emit(Reshaping::Permute { dims }, &[*side])?;
        }
    }
    let made = builder.emit(MatrixProduct::Matmul, &sides)?;
    match args.float_or("alpha", 1.0)? {
        1.0 => Ok(vec![made]),
        alpha => one(builder, Arithmetic::MulScalar(alpha), made),
    }
}

/// GELU, exact or not, of a value to which a bias may be added.
pub fn gelu(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut x = args.input(0)?;
    if let Some(bias) = args.optional(1) {
        x = builder.emit(Arithmetic::Add { alpha: 1.0 }, &[x, bias])?;
    }
    let approximate = match args.op() {
        "QuickGelu" => return quick(builder, x, args.float_or("alpha", 1.702)?),
        "FastGelu" => "tanh",
        _ => "none",
    };
    let approximate = approximate.to_owned();
    one(builder, Activation::Gelu { approximate }, x)
}

/// x · σ(αx)
fn quick(builder: &mut Builder, x: ValueId, alpha: f64) -> Answer<Vec<ValueId>> {
    if alpha == 1.0 {
        return one(builder, Activation::Silu, x);
    }
    let scaled = builder.emit(Arithmetic::MulScalar(alpha), &[x])?;
    let gate = builder.emit(Activation::Sigmoid, &[scaled])?;
    Ok(vec![builder.emit(Arithmetic::Mul, &[x, gate])?])
}
