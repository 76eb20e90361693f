//! Poolings.

use super::window::Window;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Creation, Pooling, Reduction};

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

/// The padding that libtorch does itself: by no more than half a window, and the same on both sides.
fn itself(window: &Window, kernel: [i64; 2]) -> Option<Vec<i64>> {
    let within_half = |padding: &Vec<i64>| {
        let mut sides = padding.iter().zip(kernel);
        sides.all(|(padding, kernel)| 2 * padding <= kernel)
    };
    window.padding().filter(within_half)
}

pub fn max(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, kernel)?;
    let ceil_mode = args.flag("ceil_mode", false)?;
    let pool = |padding, ceil_mode| Pooling::Max {
        kernel: kernel.to_vec(),
        stride: window.stride.to_vec(),
        padding,
        dilation: window.dilation.to_vec(),
        ceil_mode,
    };
    if let Some(padding) = itself(&window, kernel) {
        return crate::model::format::onnx::ops::one(builder, pool(padding, ceil_mode), x);
    }
    let window = if ceil_mode {
        window.rounded_up(builder, x)
    } else {
        window
    };
    let padded = window.padded(builder, x, f64::NEG_INFINITY)?;
    crate::model::format::onnx::ops::one(builder, pool(vec![0, 0], false), padded)
}

pub fn average(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, kernel)?;
    if window.dilation != [1, 1] {
        return beyond("its window has gaps (dilations)");
    }
    let counts_padding = args.flag("count_include_pad", false)?;
    let ceil_mode = args.flag("ceil_mode", false)?;
    let stride = window.stride.to_vec();
    let pool = |padding, ceil_mode, divisor_override| Pooling::Average {
        kernel: kernel.to_vec(),
        stride: stride.clone(),
        padding,
        ceil_mode,
        count_include_pad: counts_padding,
        divisor_override,
    };
    if let Some(padding) = itself(&window, kernel) {
        return crate::model::format::onnx::ops::one(builder, pool(padding, ceil_mode, None), x);
    }
    if counts_padding && !ceil_mode {
        let padded = window.padded(builder, x, 0.0)?;
        return crate::model::format::onnx::ops::one(
            builder,
            pool(vec![0, 0], false, None),
            padded,
        );
    }
    // The sum over what is there, by how many of it count.
    let &[_, _, height, width] = builder.shape(x) else {
        return beyond("its input is no picture");
    };
    let ones = Creation::Full {
        shape: vec![1, 1, height, width],
        value: 1.0,
        kind: tch::Kind::Float,
    };
    let mut ones = builder.emit(ones, &[])?;
    let wide = if ceil_mode {
        window.rounded_up(builder, x)
    } else {
        window
    };
    if counts_padding {
        ones = window.padded(builder, ones, 1.0)?;
        ones = wide.beyond(window).padded(builder, ones, 0.0)?;
    } else {
        ones = wide.padded(builder, ones, 0.0)?;
    }
    let sum = wide.padded(builder, x, 0.0)?;
    let sum = builder.emit(pool(vec![0, 0], false, Some(1)), &[sum])?;
    let counts = builder.emit(pool(vec![0, 0], false, Some(1)), &[ones])?;
    Ok(vec![builder.emit(Arithmetic::Div, &[sum, counts])?])
}

/// All places of each channel.
pub fn global(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let size = vec![1, 1];
    match (args.op(), rank) {
        ("GlobalAveragePool", 4) => {
            crate::model::format::onnx::ops::one(builder, Pooling::AdaptiveAverage { size }, x)
        }
        ("GlobalMaxPool", 4) => {
            crate::model::format::onnx::ops::one(builder, Pooling::AdaptiveMax { size }, x)
        }
        ("GlobalAveragePool", 3..) => {
            let dims = (2..rank as i64).collect();
            crate::model::format::onnx::ops::one(
                builder,
                Reduction::Mean {
                    dims,
                    keepdim: true,
                },
                x,
            )
        }
        _ => beyond(format!("its input has {rank} axes")),
    }
}
