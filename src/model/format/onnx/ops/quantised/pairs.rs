//! Values that become whole numbers, and whole numbers that become floats again.

use tch::Tensor;

use super::parameters::{self, Place};
use super::rectified::is_never_negative;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::build::quantised::Quantisation;
use crate::model::graph::ValueId;
use crate::model::op::{Activation, Arithmetic};

pub fn quantize(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x).to_vec();
    let stated = args.int_or("output_dtype", 0)?;
    let stated = i32::try_from(stated).ok().filter(|dtype| *dtype != 0);
    let place = Place {
        scale: 1,
        zero: 2,
        axis: args.int_or("axis", 1)?,
        shape: &shape,
        dtype: stated,
    };
    let how = parameters::read(args, builder, &place)?;
    made(args, builder, x, how)
}

/// Notes that a node quantises what it makes, `x`, and cuts off what the quantiser cuts off at zero.
pub fn made(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    how: Quantisation,
) -> Answer<Vec<ValueId>> {
    builder.note_integers();
    let value = match how.cuts_off_at_zero() {
        _ if builder.tensor(x).is_some() => parameters::rounded(builder, x, &how)?,
        Some(max) if !is_never_negative(builder, x) => {
            builder.emit(Activation::Hardtanh { min: 0.0, max }, &[x])?
        }
        Some(_) | None => x,
    };
    if let Some(name) = args.node.outputs.first() {
        builder.note_quantised(name, how);
    }
    Ok(vec![value])
}

pub fn dequantize(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let axis = args.int_or("axis", 1)?;
    Ok(vec![taken(args, builder, [0, 1, 2], axis)?.0])
}

/// The floats that one input of a node stands for, and how. Its scale and its zero point are inputs too.
pub fn taken(
    args: &Args,
    builder: &mut Builder,
    [input, scale, zero]: [usize; 3],
    axis: i64,
) -> Answer<(ValueId, Quantisation)> {
    let x = args.input(input)?;
    let name = args.node.inputs.get(input).map_or("", String::as_str);
    let known = builder.quantisation(name).cloned();
    let shape = builder.shape(x).to_vec();
    let place = Place {
        scale,
        zero,
        axis,
        shape: &shape,
        dtype: known
            .as_ref()
            .map(|known| known.dtype)
            .or(builder.stored_dtype(x)),
    };
    let how = parameters::read(args, builder, &place)?;
    if let Some(known) = known {
        return if known == how {
            Ok((x, how))
        } else {
            beyond(
                "it turns whole numbers back with another scale or zero point than they were made with",
            )
        };
    }
    if builder.tensor(x).is_some() {
        builder.note_integers();
        return Ok((parameters::restored(builder, x, &how)?, how));
    }
    // Levels of the image, or sums of products of whole numbers.
    let (&[zero], &[scale]) = (how.zeros.as_slice(), how.scales.as_slice()) else {
        return beyond("it has several scales for numbers that depend on the image");
    };
    let mut x = x;
    if zero != 0 {
        x = builder.emit(Arithmetic::AddScalar(-(zero as f64)), &[x])?;
    }
    if scale != 1.0 {
        x = builder.emit(Arithmetic::MulScalar(scale), &[x])?;
    }
    Ok((x, how))
}

/// The scale and the zero point of what a node returns.
pub fn returned(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    [scale, zero]: [usize; 2],
) -> Answer<Quantisation> {
    let shape = builder.shape(x).to_vec();
    let place = Place {
        scale,
        zero,
        axis: 1,
        shape: &shape,
        dtype: None,
    };
    parameters::read(args, builder, &place)
}

/// Scale and zero point are computed from the values, so that none is cut off. Without rounding it is the same
/// whatever they are: 1 and 0.
pub fn dynamic(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    builder.note_integers();
    let x = args.input(0)?;
    let scale = Tensor::f_from_slice(&[1f32]).and_then(|row| row.f_reshape([0i64; 0]));
    let zero = Tensor::f_from_slice(&[0i64]).and_then(|row| row.f_reshape([0i64; 0]));
    let scale = scale.map_err(|error| builder.torch(&error))?;
    let zero = zero.map_err(|error| builder.torch(&error))?;
    let (scale, zero) = (builder.constant(scale), builder.constant(zero));
    Ok(vec![x, scale, zero])
}
