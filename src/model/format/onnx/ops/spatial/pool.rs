//! Pooling.

use super::window::Window;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::one;
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Creation, Pooling, Reduction};

fn kernel(args: &Args) -> Answer<[i64; 2]> {
    match args.ints("kernel_shape")?.as_deref() {
        Some(&[height, width]) => {
            args.bounded("kernel_shape", &[height, width], 1)?;
            Ok([height, width])
        }
        Some(other) => beyond(format!(
            "it pools over {} axes, not over height and width",
            other.len()
        )),
        None => args.wrong("has no kernel_shape"),
    }
}

/// The padding, if libtorch can do it: at most half a kernel, and the same on both sides.
fn native_padding(window: &Window, kernel: [i64; 2]) -> Option<Vec<i64>> {
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
    if let Some(padding) = native_padding(&window, kernel) {
        return one(builder, pool(padding, ceil_mode), x);
    }
    let window = if ceil_mode {
        window.rounded_up(builder, x)
    } else {
        window
    };
    let padded = window.padded(builder, x, f64::NEG_INFINITY)?;
    one(builder, pool(vec![0, 0], false), padded)
}

pub fn average(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, kernel)?;
    if window.dilation != [1, 1] {
        return beyond("its window is dilated (dilations)");
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
    if let Some(padding) = native_padding(&window, kernel) {
        return one(builder, pool(padding, ceil_mode, None), x);
    }
    if counts_padding && !ceil_mode {
        let padded = window.padded(builder, x, 0.0)?;
        return one(builder, pool(vec![0, 0], false, None), padded);
    }
    // The sum over each window, divided by the number of positions that count.
    let &[_, _, height, width] = builder.shape(x) else {
        return beyond("its input does not have four axes");
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
        ones = wide.minus(window).padded(builder, ones, 0.0)?;
    } else {
        ones = wide.padded(builder, ones, 0.0)?;
    }
    let sum = wide.padded(builder, x, 0.0)?;
    let sum = builder.emit(pool(vec![0, 0], false, Some(1)), &[sum])?;
    let counts = builder.emit(pool(vec![0, 0], false, Some(1)), &[ones])?;
    Ok(vec![builder.emit(Arithmetic::Div, &[sum, counts])?])
}

/// Pools over all positions of each channel.
pub fn global(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let size = vec![1, 1];
    match (args.op(), rank) {
        ("GlobalAveragePool", 4) => one(builder, Pooling::AdaptiveAverage { size }, x),
        ("GlobalMaxPool", 4) => one(builder, Pooling::AdaptiveMax { size }, x),
        ("GlobalAveragePool", 3..) => {
            let dims = (2..rank as i64).collect();
            one(
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
