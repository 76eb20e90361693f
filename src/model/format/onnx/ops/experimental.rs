//! Operators that ONNX had as experiments up to opset 9, and that onnxruntime still runs: Core ML's preprocessing
//! was converted to them, and so was that of the first networks of Azure Custom Vision.

use tch::Tensor;

use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Activation, Arithmetic, Indexing};

/// Rows and columns taken off the image: `border` is left, top, right, bottom; `scale` is the size that stays.
pub fn crop(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let &[_, _, height, width] = builder.shape(x) else {
        return args.wrong(format!("crops {:?}, which is no image", builder.shape(x)));
    };
    let border = args.ints("border")?.unwrap_or_default();
    let &[left, top, right, bottom] = border.as_slice() else {
        return args.wrong(format!("has {} numbers in border, not 4", border.len()));
    };
    args.bounded("border", &border, 0)?;
    let (bottom, right) = match args.ints("scale")?.as_deref() {
        None | Some([]) => (height - bottom, width - right),
        Some(&[tall, wide]) => (top.saturating_add(tall), left.saturating_add(wide)),
        Some(other) => return args.wrong(format!("has {} numbers in scale, not 2", other.len())),
    };
    let mut made = x;
    for (dim, start, end, size) in [(2, top, bottom, height), (3, left, right, width)] {
        if start >= end || end > size {
            return args.wrong(format!("takes {start} to {end} of an axis of {size}"));
        }
        let part = Indexing::Slice {
            dim,
            start: Some(start),
            end: Some(end),
            step: 1,
        };
        made = builder.emit(part, &[made])?;
    }
    Ok(vec![made])
}

/// x · scale + bias, with a bias for each channel.
pub fn image_scaler(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let scaled = Arithmetic::MulScalar(args.float_or("scale", 1.0)?);
    let scaled = builder.emit(scaled, &[x])?;
    let bias = args.floats("bias")?.unwrap_or_default();
    let count = bias.len() as i64;
    if builder.shape(x).get(1) != Some(&count) {
        return args.wrong(format!(
            "has {count} numbers in bias for the shape {:?}",
            builder.shape(x)
        ));
    }
    let bias: Vec<f32> = bias.into_iter().map(|number| number as f32).collect();
    let bias = Tensor::f_from_slice(&bias).and_then(|row| row.f_reshape([count, 1, 1]));
    let bias = bias.map_err(|error| builder.torch(&error))?;
    let bias = builder.constant(bias);
    Ok(vec![
        builder.emit(Arithmetic::Add { alpha: 1.0 }, &[scaled, bias])?,
    ])
}

/// αx + β, α · tanh(βx) and α · ln(1 + e^(βx)).
pub fn function(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let (alpha, beta) = (args.float_or("alpha", 1.0)?, args.float_or("beta", 0.0)?);
    let inner = match args.op() {
        "Affine" => {
            let scaled = builder.emit(Arithmetic::MulScalar(alpha), &[x])?;
            return one(builder, Arithmetic::AddScalar(beta), scaled);
        }
        "Scale" => {
            return one(
                builder,
                Arithmetic::MulScalar(args.float_or("scale", 1.0)?),
                x,
            );
        }
        "ScaledTanh" => Activation::Tanh,
        "ParametricSoftplus" => Activation::Softplus {
            beta: 1.0,
            threshold: 20.0,
        },
        other => return beyond(format!("{other} is not a function of one value")),
    };
    let scaled = builder.emit(Arithmetic::MulScalar(beta), &[x])?;
    let made = builder.emit(inner, &[scaled])?;
    one(builder, Arithmetic::MulScalar(alpha), made)
}
