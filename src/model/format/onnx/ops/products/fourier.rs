//! The discrete Fourier transform. Its complex numbers lie along a last axis of two.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{ComplexParts, Fourier, Reshaping, Transform};

pub fn dft(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x).to_vec();
    let Some((&parts, positions)) = shape.split_last().filter(|(_, rest)| rest.len() > 1) else {
        return beyond(format!("its input {shape:?} has no axis to transform"));
    };
    let dim = match args.optional(2) {
        Some(axis) => args.number(builder, axis, "axis")? as i64,
        None => args.int_or("axis", if args.opset < 20 { 1 } else { -2 })?,
    };
    let dim = args.axis(dim, shape.len())?;
    if dim == positions.len() {
        return beyond("it transforms along the axis of real and imaginary parts");
    }
    let size = match args.optional(1) {
        Some(length) => {
            let length = args.number(builder, length, "dft_length")? as i64;
            args.bounded("dft_length", &[length], 1)?;
            Some(vec![length])
        }
        None => None,
    };
    let (inverse, half) = (args.flag("inverse", false)?, args.flag("onesided", false)?);
    let input = match parts {
        1 => {
            let dim = Some(-1);
            builder.emit(Reshaping::Squeeze { dim }, &[x])?
        }
        2 => builder.emit(ComplexParts::AsComplex, &[x])?,
        _ => return beyond(format!("its input {shape:?} does not end in 1 or 2")),
    };
    let transform = match (inverse, half, parts) {
        (false, true, 1) => Transform::RealToHalf,
        (false, false, _) => Transform::Forward,
        (true, false, _) => Transform::Inverse,
        (true, true, 2) => Transform::HalfToReal,
        (_, true, _) => return beyond("it is onesided, and its input is not what that takes"),
    };
    let op = Fourier {
        transform,
        dims: Some(vec![dim as i64]),
        size,
        norm: "backward".into(),
    };
    let made = builder.emit(op, &[input])?;
    Ok(vec![if transform == Transform::HalfToReal {
        builder.emit(Reshaping::Unsqueeze { dim: -1 }, &[made])?
    } else {
        builder.emit(ComplexParts::AsReal, &[made])?
    }])
}
