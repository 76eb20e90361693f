//! Sampling at the positions of a grid.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::Sampling;

pub fn sample(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let interpolation = match args.text_or("mode", "bilinear")?.as_str() {
        "bilinear" | "linear" => 0,
        "nearest" => 1,
        "bicubic" | "cubic" => 2,
        other => return beyond(format!("its mode is {other}")),
    };
    let padding = match args.text_or("padding_mode", "zeros")?.as_str() {
        "zeros" => 0,
        "border" => 1,
        "reflection" => 2,
        other => return beyond(format!("its padding_mode is {other}")),
    };
    let op = Sampling::Grid {
        interpolation,
        padding,
        align_corners: args.flag("align_corners", false)?,
    };
    let inputs = [args.input(0)?, args.input(1)?];
    Ok(vec![builder.emit(op, &inputs)?])
}

/// A grid from matrices, whose size is an input.
pub fn affine(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let matrices = args.input(0)?;
    let size = args.numbers(builder, args.input(1)?, "size")?;
    args.bounded("size", &size, 1)?;
    let align_corners = args.flag("align_corners", false)?;
    let op = Sampling::AffineGrid {
        size,
        align_corners,
    };
    Ok(vec![builder.emit(op, &[matrices])?])
}
