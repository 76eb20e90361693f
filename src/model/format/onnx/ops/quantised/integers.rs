//! Products of whole numbers, whose results are scaled by what follows: the form of networks whose scales are
//! computed while they run.

use super::parameters::{self, BYTES};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::build::quantised::Quantisation;
use crate::model::format::onnx::ops::products::layers;
use crate::model::format::onnx::ops::spatial::convolution as convolutions;
use crate::model::graph::ValueId;
use crate::model::op::Arithmetic;

/// A whole number less its zero point, as `value · factor`.
struct Operand {
    value: ValueId,
    factor: f64,
}

/// An input and its zero points, which may differ along the axis `along` of a constant, counted from the end if
/// negative.
fn operand(
    args: &Args,
    builder: &mut Builder,
    (input, zero): (usize, usize),
    along: i64,
) -> Answer<Operand> {
    let x = args.input(input)?;
    let zeros = match args.optional(zero) {
        Some(zero) => args.fixed(builder.ints(zero)?, "zero point")?,
        None => vec![0],
    };
    let name = args.node.inputs.get(input).map_or("", String::as_str);
    if let Some(known) = builder.quantisation(name) {
        let &[scale] = known.scales.as_slice() else {
            return beyond("it has several scales for numbers that depend on the image");
        };
        if known.zeros != zeros {
            return beyond("it takes off another zero point than its numbers were made with");
        }
        let factor = scale.recip();
        return Ok(Operand { value: x, factor });
    }
    let shape = builder.shape(x).to_vec();
    let axis = match zeros.len() {
        1 => None,
        count => {
            let axis = args.axis(along, shape.len())?;
            if shape[axis] != count as i64 {
                return args.wrong(format!(
                    "has {count} zero points for axis {axis} of {shape:?}"
                ));
            }
            Some(axis)
        }
    };
    let mut value = x;
    if builder.tensor(x).is_some() {
        let dtype = builder.stored_dtype(x).unwrap_or(BYTES);
        let how = Quantisation {
            scales: vec![1.0; zeros.len()],
            zeros,
            axis,
            dtype,
        };
        value = parameters::restored(builder, x, &how)?;
    } else if axis.is_some() {
        return beyond("it has several zero points for numbers that depend on the image");
    } else if let Some(zero) = zeros.first().filter(|zero| **zero != 0) {
        value = builder.emit(Arithmetic::AddScalar(-(*zero as f64)), &[x])?;
    }
    Ok(Operand { value, factor: 1.0 })
}

/// What was computed from the values of operands, as if it were from the numbers.
fn scaled(builder: &mut Builder, made: ValueId, operands: &[Operand]) -> Answer<ValueId> {
    let factor: f64 = operands.iter().map(|operand| operand.factor).product();
    if factor == 1.0 {
        Ok(made)
    } else {
        builder.emit(Arithmetic::MulScalar(factor), &[made])
    }
}

fn product(args: &Args, builder: &mut Builder, operands: [Operand; 2]) -> Answer<ValueId> {
    builder.note_integers();
    let inputs = operands.iter().map(|operand| Some(operand.value)).collect();
    let made = layers::matmul(&args.on(inputs), builder)?.remove(0);
    scaled(builder, made, &operands)
}

pub fn matmul(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let a = operand(args, builder, (0, 2), -2)?;
    let b = operand(args, builder, (1, 3), -1)?;
    Ok(vec![product(args, builder, [a, b])?])
}

/// What lies around the image is the zero point, and so zero once that is taken off.
pub fn convolution(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    builder.note_integers();
    let x = operand(args, builder, (0, 2), 1)?;
    let weight = operand(args, builder, (1, 3), 0)?;
    let inputs = vec![Some(x.value), Some(weight.value)];
    let made = convolutions::convolution(&args.on(inputs), builder)?.remove(0);
    Ok(vec![scaled(builder, made, &[x, weight])?])
}

/// Both factors are whole numbers. Inputs: A, B, their scales, their zero points, a bias.
pub fn matmul_to_float(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut a = operand(args, builder, (0, 4), -2)?;
    let mut b = operand(args, builder, (1, 5), -1)?;
    for (operand, scale) in [(&mut a, 2), (&mut b, 3)] {
        let inputs = [operand.value, args.input(scale)?];
        operand.value = builder.emit(Arithmetic::Mul, &inputs)?;
    }
    let made = product(args, builder, [a, b])?;
    Ok(vec![with_bias(builder, made, args.optional(6))?])
}

/// The first factor consists of floats. Inputs: A, B, the scale and the zero points of B, a bias.
pub fn matmul_of_float(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let a = Operand {
        value: args.input(0)?,
        factor: 1.0,
    };
    let mut b = operand(args, builder, (1, 3), -1)?;
    b.value = builder.emit(Arithmetic::Mul, &[b.value, args.input(2)?])?;
    let made = product(args, builder, [a, b])?;
    Ok(vec![with_bias(builder, made, args.optional(4))?])
}

fn with_bias(builder: &mut Builder, made: ValueId, bias: Option<ValueId>) -> Answer<ValueId> {
    match bias {
        Some(bias) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[made, bias]),
        None => Ok(made),
    }
}
