//! Pooling.

use super::window::Window;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::one;
use crate::model::graph::ValueId;
use crate::model::op::{Arithmetic, Creation, Pooling, Reduction};

fn kernel(args: &Args) -> Answer<Vec<i64>> {
    match args.ints("kernel_shape")? {
        Some(kernel) if (1..=3).contains(&kernel.len()) => {
            args.bounded("kernel_shape", &kernel, 1)?;
            Ok(kernel)
        }
        Some(other) => beyond(format!(
            "it pools over {} axes, not over one to three",
            other.len()
        )),
        None => args.wrong("has no kernel_shape"),
    }
}

/// The padding, if libtorch can do it: at most half a kernel, and the same on both sides.
fn native_padding(window: &Window, kernel: &[i64]) -> Option<Vec<i64>> {
    let within_half = |padding: &Vec<i64>| {
        let mut sides = padding.iter().zip(kernel);
        sides.all(|(padding, kernel)| 2 * padding <= *kernel)
    };
    window.padding().filter(within_half)
}

pub fn max(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, &kernel)?;
    let ceil_mode = args.flag("ceil_mode", false)?;
    let pool = |padding, ceil_mode| Pooling::Max {
        kernel: kernel.clone(),
        stride: window.stride.clone(),
        padding,
        dilation: window.dilation.clone(),
        ceil_mode,
    };
    if let Some(padding) = native_padding(&window, &kernel) {
        return one(builder, pool(padding, ceil_mode), x);
    }
    let wide = if ceil_mode {
        window.rounded_up(builder, x)
    } else {
        window.clone()
    };
    let padded = wide.padded(builder, x, f64::NEG_INFINITY)?;
    one(builder, pool(vec![0; kernel.len()], false), padded)
}

pub fn average(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, &kernel)?;
    if window.dilation.iter().any(|step| *step != 1) {
        return beyond("its window is dilated (dilations)");
    }
    let counts_padding = args.flag("count_include_pad", false)?;
    let ceil_mode = args.flag("ceil_mode", false)?;
    let flat = vec![0; kernel.len()];
    let pool = |padding, ceil_mode, divisor_override| Pooling::Average {
        kernel: kernel.clone(),
        stride: window.stride.clone(),
        padding,
        ceil_mode,
        count_include_pad: counts_padding,
        divisor_override,
    };
    if let Some(padding) = native_padding(&window, &kernel) {
        return one(builder, pool(padding, ceil_mode, None), x);
    }
    if counts_padding && !ceil_mode {
        let padded = window.padded(builder, x, 0.0)?;
        return one(builder, pool(flat, false, None), padded);
    }
    // The sum over each window, divided by the number of positions that count.
    let mut shape = builder.shape(x).to_vec();
    shape[..2].fill(1);
    let ones = Creation::Full {
        shape,
        value: 1.0,
        kind: tch::Kind::Float,
    };
    let mut ones = builder.emit(ones, &[])?;
    let wide = if ceil_mode {
        window.rounded_up(builder, x)
    } else {
        window.clone()
    };
    if counts_padding {
        ones = window.padded(builder, ones, 1.0)?;
        ones = wide.minus(&window).padded(builder, ones, 0.0)?;
    } else {
        ones = wide.padded(builder, ones, 0.0)?;
    }
    let sum = wide.padded(builder, x, 0.0)?;
    let sum = builder.emit(pool(flat.clone(), false, Some(1)), &[sum])?;
    let counts = builder.emit(pool(flat, false, Some(1)), &[ones])?;
    Ok(vec![builder.emit(Arithmetic::Div, &[sum, counts])?])
}

/// Pools over all positions of each channel.
pub fn global(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let positions = rank.saturating_sub(2);
    let size = vec![1; positions];
    match (args.op(), positions) {
        ("GlobalAveragePool", 2) => one(builder, Pooling::AdaptiveAverage { size }, x),
        ("GlobalMaxPool", 1..=3) => one(builder, Pooling::AdaptiveMax { size }, x),
        ("GlobalAveragePool", 1..) => {
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
        ("GlobalLpPool", 1..) => {
            let op = Reduction::VectorNorm {
                ord: args.int_or("p", 2)? as f64,
                dims: (2..rank as i64).collect(),
                keepdim: true,
            };
            one(builder, op, x)
        }
        _ => beyond(format!("its input has {rank} axes")),
    }
}

/// The p-norm of each window.
pub fn lp(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kernel = kernel(args)?;
    let window = Window::read(args, builder, x, &kernel)?;
    if window.dilation.iter().any(|step| *step != 1) {
        return beyond("its window is dilated (dilations)");
    }
    let wide = if args.flag("ceil_mode", false)? {
        window.rounded_up(builder, x)
    } else {
        window.clone()
    };
    let order = args.int_or("p", 2)?;
    args.bounded("p", &[order], 1)?;
    let sizes = builder.emit(Arithmetic::Abs, &[x])?;
    let powers = builder.emit(Arithmetic::PowScalar(order as f64), &[sizes])?;
    let powers = wide.padded(builder, powers, 0.0)?;
    let sums = Pooling::Average {
        padding: vec![0; kernel.len()],
        kernel,
        stride: window.stride,
        ceil_mode: false,
        count_include_pad: true,
        divisor_override: Some(1),
    };
    let sums = builder.emit(sums, &[powers])?;
    one(builder, Arithmetic::PowScalar((order as f64).recip()), sums)
}
