//! Normalisations. Those that libtorch lacks are composed of several operations.

use crate::model::error::Fault;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Activation, Arithmetic, Normalisation, Pad, Pooling, Reduction, Reshaping};

pub fn batch(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let (scale, shift) = (args.input(1)?, args.input(2)?);
    let eps = args.float_or("epsilon", 1e-5)?;
    let trains = args.flag("training_mode", false)? || (1..5).any(|index| args.hands_back(index));
    if trains {
        // Some networks standardise weights in this way. On activations it is training mode.
        if builder.tensor(x).is_none() {
            let node = format!("a batch norm, node {}", args.label);
            return Err(Fault::Training { node }.into());
        }
        let op = Normalisation::Standardise {
            weight: true,
            bias: true,
            eps,
        };
        return Ok(vec![builder.emit(op, &[x, scale, shift])?]);
    }
    if args.int_or("spatial", 1)? != 1 {
        return beyond("it normalises each position separately (spatial is 0)");
    }
    let inputs = [x, scale, shift, args.input(3)?, args.input(4)?];
    Ok(vec![builder.emit(
        Normalisation::Batch { affine: true, eps },
        &inputs,
    )?])
}

/// Normalises each channel separately: a group norm with as many groups as channels.
pub fn instance(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let channels = channels(args, builder, x)?;
    let op = Normalisation::Group {
        groups: channels,
        weight: true,
        bias: true,
        eps: args.float_or("epsilon", 1e-5)?,
    };
    Ok(vec![
        builder.emit(op, &[x, args.input(1)?, args.input(2)?])?,
    ])
}

fn channels(args: &Args, builder: &Builder, x: ValueId) -> Answer<i64> {
    match builder.shape(x) {
        [_, channels, ..] if *channels > 0 => Ok(*channels),
        other => args.wrong(format!("normalises channels, but {other:?} has none")),
    }
}

pub fn group(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let channels = channels(args, builder, x)?;
    let groups = args.int_or("num_groups", 0)?;
    args.bounded("num_groups", &[groups], 1)?;
    let mut inputs = vec![x];
    for index in 1..3 {
        let mut factor = args.input(index)?;
        // Before opset 21 there was one per group.
        if builder.shape(factor) == [groups] && groups != channels {
            let each = vec![groups, channels / groups];
            factor = super::reshaped(args, builder, factor, vec![groups, 1])?;
            factor = builder.emit(Reshaping::Expand { shape: each }, &[factor])?;
            factor = super::reshaped(args, builder, factor, vec![channels])?;
        }
        inputs.push(factor);
    }
    let op = Normalisation::Group {
        groups,
        weight: true,
        bias: true,
        eps: args.float_or("epsilon", 1e-5)?,
    };
    Ok(vec![builder.emit(op, &inputs)?])
}

pub fn layer(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let eps = args.float_or("epsilon", 1e-5)?;
    let shape = builder.shape(x).to_vec();
    let axis = args.axis(args.int_or("axis", -1)?, shape.len())?;
    let over = shape[axis..].to_vec();
    let (scale, shift) = (args.input(1)?, args.optional(2));
    let fits = |value: ValueId| builder.shape(value) == over;
    if fits(scale) && shift.is_none_or(fits) {
        let op = Normalisation::Layer {
            shape: over,
            weight: true,
            bias: shift.is_some(),
            eps,
        };
        let inputs: Vec<ValueId> = [x, scale].into_iter().chain(shift).collect();
        return Ok(vec![builder.emit(op, &inputs)?]);
    }
    let op = Normalisation::Layer {
        shape: over,
        weight: false,
        bias: false,
        eps,
    };
    let norm = builder.emit(op, &[x])?;
    let scaled = builder.emit(Arithmetic::Mul, &[norm, scale])?;
    Ok(vec![match shift {
        Some(shift) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[scaled, shift])?,
        None => scaled,
    }])
}

pub fn root_mean_square(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let axis = args.axis(args.int_or("axis", -1)?, rank)?;
    let dims = (axis..rank).map(|axis| axis as i64).collect();
    let squares = builder.emit(Arithmetic::PowScalar(2.0), &[x])?;
    let mean = builder.emit(
        Reduction::Mean {
            dims,
            keepdim: true,
        },
        &[squares],
    )?;
    let mean = builder.emit(
        Arithmetic::AddScalar(args.float_or("epsilon", 1e-5)?),
        &[mean],
    )?;
    let factor = builder.emit(Arithmetic::PowScalar(-0.5), &[mean])?;
    let norm = builder.emit(Arithmetic::Mul, &[x, factor])?;
    Ok(vec![
        builder.emit(Arithmetic::Mul, &[norm, args.input(1)?])?,
    ])
}

/// x / (bias + α · m)^β, where m is the mean of the squares over `size` neighbouring channels.
pub fn local_response(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let &[batch, channels, height, width] = builder.shape(x) else {
        return beyond("its input does not have four axes");
    };
    let size = args.int_or("size", 0)?;
    args.bounded("size", &[size], 1)?;
    let squares = builder.emit(Arithmetic::PowScalar(2.0), &[x])?;
    // Channels become rows, so that pooling over `size` rows gives the mean.
    let positions = height.checked_mul(width).unwrap_or(0);
    let rows = vec![batch, 1, channels, positions];
    let rows = super::reshaped(args, builder, squares, rows)?;
    let before = (size - 1) / 2;
    let pad = Pad {
        pad: vec![0, 0, before, size - 1 - before],
        mode: "constant".into(),
        value: Some(0.0),
    };
    let rows = builder.emit(pad, &[rows])?;
    let mean = Pooling::Average {
        kernel: vec![size, 1],
        stride: vec![1, 1],
        padding: vec![0, 0],
        ceil_mode: false,
        count_include_pad: true,
        divisor_override: None,
    };
    let mean = builder.emit(mean, &[rows])?;
    let mean = super::reshaped(args, builder, mean, vec![batch, channels, height, width])?;
    let scaled = builder.emit(
        Arithmetic::MulScalar(args.float_or("alpha", 1e-4)?),
        &[mean],
    )?;
    let above = builder.emit(
        Arithmetic::AddScalar(args.float_or("bias", 1.0)?),
        &[scaled],
    )?;
    let power = builder.emit(
        Arithmetic::PowScalar(args.float_or("beta", 0.75)?),
        &[above],
    )?;
    Ok(vec![builder.emit(Arithmetic::Div, &[x, power])?])
}

/// x divided by its p-norm along an axis; zeros stay zeros.
pub fn lp(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let axis = args.axis(args.int_or("axis", -1)?, builder.shape(x).len())?;
    let op = Reduction::VectorNorm {
        ord: args.int_or("p", 2)? as f64,
        dims: vec![axis as i64],
        keepdim: true,
    };
    let norm = builder.emit(op, &[x])?;
    let (min, max) = (Some(f32::MIN_POSITIVE.into()), None);
    let norm = builder.emit(Activation::Clamp { min, max }, &[norm])?;
    Ok(vec![builder.emit(Arithmetic::Div, &[x, norm])?])
}

/// (x − mean) / (deviation + 10⁻⁹) over some axes.
pub fn mean_variance(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let axes = args.ints("axes")?.unwrap_or_else(|| vec![0, 2, 3]);
    let axes = args.axes(&axes, rank)?;
    let mean_of = |builder: &mut Builder, value| {
        let mean = Reduction::Mean {
            dims: axes.iter().map(|axis| *axis as i64).collect(),
            keepdim: true,
        };
        builder.emit(mean, &[value])
    };
    let mean = mean_of(builder, x)?;
    let centred = builder.emit(Arithmetic::Sub { alpha: 1.0 }, &[x, mean])?;
    let squares = builder.emit(Arithmetic::PowScalar(2.0), &[centred])?;
    let variance = mean_of(builder, squares)?;
    let deviation = builder.emit(Arithmetic::PowScalar(0.5), &[variance])?;
    let deviation = builder.emit(Arithmetic::AddScalar(1e-9), &[deviation])?;
    Ok(vec![builder.emit(Arithmetic::Div, &[centred, deviation])?])
}
