//! Poolings.

use super::window::Window;
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::refusal::{Answer, beyond};
use crate::model::graph::{Op, ValueId};

fn kernel(args: &Args) -> Answer<[i64; 2]> {
    match args.ints("kernel_shape")?.as_deref() {
        Some(&[height, width]) => {
            args.bounded("kernel_shape", &[height, width], 1)?;
            Ok([height, width])
        }
        Some(other) => beyond(format!(
            "it goes over {} axes, not over a picture's two",
            other.len()
        )),
        None => args.wrong("lacks its kernel_shape"),
    }
}

/// libtorch pads by no more than half a window.
fn within_half(padding: &[i64], kernel: [i64; 2]) -> bool {
    padding
        .iter()
        .zip(kernel)
        .all(|(padding, kernel)| 2 * padding <= kernel)
}

pub fn max(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, kernel)?;
    let padding = window
        .padding()
        .filter(|padding| within_half(padding, kernel));
    let (x, padding) = match padding {
        Some(padding) => (x, padding),
        None => (window.padded(builder, x, f64::NEG_INFINITY)?, vec![0, 0]),
    };
    let op = Op::MaxPool2d {
        kernel: kernel.to_vec(),
        stride: window.stride.to_vec(),
        padding,
        dilation: window.dilation.to_vec(),
        ceil_mode: args.flag("ceil_mode", false)?,
    };
    super::one(builder, op, x)
}

pub fn average(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, kernel)?;
    if window.dilation != [1, 1] {
        return beyond("its window has gaps (dilations)");
    }
    let counts_padding = args.flag("count_include_pad", false)?;
    let pool = |padding: Vec<i64>, divisor_override| Op::AvgPool2d {
        kernel: kernel.to_vec(),
        stride: window.stride.to_vec(),
        padding,
        ceil_mode: false,
        count_include_pad: counts_padding,
        divisor_override,
    };
    let ceil = args.flag("ceil_mode", false)?;
    let ceiled = |op: Op| match op {
        Op::AvgPool2d {
            kernel,
            stride,
            padding,
            count_include_pad,
            divisor_override,
            ..
        } => Op::AvgPool2d {
            kernel,
            stride,
            padding,
            ceil_mode: ceil,
            count_include_pad,
            divisor_override,
        },
        other => other,
    };
    if let Some(padding) = window
        .padding()
        .filter(|padding| within_half(padding, kernel))
    {
        return super::one(builder, ceiled(pool(padding, None)), x);
    }
    let padded = window.padded(builder, x, 0.0)?;
    if counts_padding {
        return super::one(builder, ceiled(pool(vec![0, 0], None)), padded);
    }
    // Padding is left out of account: the sum over what is there, by how many there are.
    let sum = builder.emit(ceiled(pool(vec![0, 0], Some(1))), &[padded])?;
    let &[_, _, height, width] = builder.shape(x) else {
        return beyond("its input is no picture");
    };
    let ones = Op::Full {
        shape: vec![1, 1, height, width],
        value: 1.0,
        kind: tch::Kind::Float,
    };
    let ones = builder.emit(ones, &[])?;
    let ones = window.padded(builder, ones, 0.0)?;
    let counts = builder.emit(ceiled(pool(vec![0, 0], Some(1))), &[ones])?;
    Ok(vec![builder.emit(Op::Div, &[sum, counts])?])
}

/// All places of each channel.
pub fn global(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let size = vec![1, 1];
    match (args.op(), rank) {
        ("GlobalAveragePool", 4) => super::one(builder, Op::AdaptiveAvgPool2d { size }, x),
        ("GlobalMaxPool", 4) => super::one(builder, Op::AdaptiveMaxPool2d { size }, x),
        ("GlobalAveragePool", 3..) => {
            let dims = (2..rank as i64).collect();
            super::one(
                builder,
                Op::Mean {
                    dims,
                    keepdim: true,
                },
                x,
            )
        }
        _ => beyond(format!("its input has {rank} axes")),
    }
}
