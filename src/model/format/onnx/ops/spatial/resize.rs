//! Pictures made larger or smaller. ONNX has many rules for it; those that libtorch has are read.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::index::picked;
use crate::model::format::onnx::ops::one;
use crate::model::graph::ValueId;
use crate::model::op::{Copying, Resizing};

/// How long rows and columns become, and by which factor that was said.
struct Target {
    size: [i64; 2],
    factors: [f32; 2],
    /// Whether the sizes were said, of which the factors are then the ratio.
    sized: bool,
}

pub fn resize(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let &[batch, channels, height, width] = builder.shape(x) else {
        return beyond("its input is no picture");
    };
    let target = target(args, builder, [batch, channels, height, width])?;
    if args.flag("antialias", false)? {
        return beyond("it smooths what it makes smaller (antialias)");
    }
    let older = args.op() == "Upsample" || args.opset < 11;
    let default = if older { "asymmetric" } else { "half_pixel" };
    let rule = args.text_or("coordinate_transformation_mode", default)?;
    let mode = args.text_or("mode", "nearest")?;
    if mode == "nearest" {
        let rounding = if older { "floor" } else { "round_prefer_floor" };
        let rounding = args.text_or("nearest_mode", rounding)?;
        return nearest(args, builder, x, &target, &rule, &rounding);
    }
    let mode = match mode.as_str() {
        "linear" => "bilinear",
        "cubic" if args.float_or("cubic_coeff_a", -0.75)? == -0.75 => "bicubic",
        _ => return beyond(format!("its mode is {mode}")),
    };
    if args.flag("exclude_outside", false)? {
        return beyond("it leaves out what lies outside (exclude_outside)");
    }
    let same = target.size == [height, width];
    let align_corners = match rule.as_str() {
        "align_corners" => true,
        "half_pixel" => false,
        "pytorch_half_pixel" if target.size.iter().all(|size| *size > 1) => false,
        // Of what stays as it is each place is its own.
        "pytorch_half_pixel" | "half_pixel_symmetric" | "asymmetric"
            if same && target.factors == [1.0; 2] =>
        {
            false
        }
        _ => return beyond(format!("it places points by {rule}")),
    };
    if same && (align_corners || target.factors == [1.0; 2]) {
        return one(builder, Copying::Identity, x);
    }
    let factors = (!target.sized && !align_corners).then_some(target.factors);
    // Of an axis that keeps its length libtorch would only copy the places.
    let kept = |axis: usize| {
        let long = [height, width][axis];
        target.size[axis] == long && long > 1
    };
    if let (Some(factors), "bilinear") = (factors, mode)
        && (0..2).any(|axis| kept(axis) && factors[axis] != 1.0)
    {
        return beyond(format!(
            "by factors of {factors:?} an axis keeps its length"
        ));
    }
    let op = Resizing::Interpolated {
        mode: mode.into(),
        align_corners,
        size: target.size,
        factors: factors.map(|factors| factors.map(f64::from)),
    };
    one(builder, op, x)
}

/// Read from sizes or factors, for all axes or those that are named.
fn target(args: &Args, builder: &Builder, from: [i64; 4]) -> Answer<Target> {
    if args.text_or("keep_aspect_ratio_policy", "stretch")? != "stretch" {
        return beyond("it keeps the picture's proportions (keep_aspect_ratio_policy)");
    }
    let axes = match args.ints("axes")? {
        Some(axes) => args.axes(&axes, 4)?,
        None => (0..4).collect(),
    };
    let (scales, sizes) = match (args.op(), args.opset) {
        ("Upsample", _) | ("Resize", ..11) => (args.optional(1), None),
        _ => (args.optional(2), args.optional(3)),
    };
    let mut target = from;
    let mut factors = [1f32; 4];
    let sizes = sizes.map(|sizes| args.numbers(builder, sizes, "sizes"));
    let sizes = sizes.transpose()?.filter(|sizes| !sizes.is_empty());
    let sized = sizes.is_some();
    if let Some(sizes) = sizes {
        if sizes.len() != axes.len() {
            return args.wrong("has sizes for other axes than there are");
        }
        args.bounded("sizes", &sizes, 1)?;
        for (axis, size) in axes.iter().zip(sizes) {
            target[*axis] = size;
            factors[*axis] = size as f32 / from[*axis] as f32;
        }
    } else {
        let given = match scales {
            Some(scales) => args.fixed(builder.floats(scales)?, "scales")?,
            None => args.floats("scales")?.unwrap_or_default(),
        };
        if given.len() != axes.len() {
            return args.wrong("has factors for other axes than there are");
        }
        for (axis, factor) in axes.iter().zip(given) {
            if !(factor > 0.0 && factor <= 1e4) {
                return args.wrong(format!("makes an axis {factor} times as long"));
            }
            // As all runtimes do, in 32 bits: three times 5/3 is five.
            factors[*axis] = factor as f32;
            target[*axis] = (from[*axis] as f32 * factor as f32).floor() as i64;
        }
    }
    if target[..2] != from[..2] || target.contains(&0) || from.contains(&0) {
        return beyond("it changes the number of channels, or there is nothing before or after it");
    }
    Ok(Target {
        size: [target[2], target[3]],
        factors: [factors[2], factors[3]],
        sized,
    })
}

/// Each place takes after one: libtorch's rule where it comes to the same, else one by one.
fn nearest(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    target: &Target,
    rule: &str,
    rounding: &str,
) -> Answer<Vec<ValueId>> {
    const LONGEST: i64 = 1 << 16;
    if target.size.iter().any(|size| *size > LONGEST) {
        return args.wrong(format!("makes a picture of {:?}", target.size));
    }
    let from = [builder.shape(x)[2], builder.shape(x)[3]];
    let mut rows = Vec::new();
    let (mut plain, mut same) = (true, target.size == from);
    for (axis, &long) in from.iter().enumerate() {
        let (size, factor) = (target.size[axis], target.factors[axis]);
        let place = |at: i64| -> Option<i64> {
            let at = at as f32;
            let place = match rule {
                "asymmetric" => at / factor,
                "half_pixel" => (at + 0.5) / factor - 0.5,
                "pytorch_half_pixel" if size > 1 => (at + 0.5) / factor - 0.5,
                "pytorch_half_pixel" => 0.0,
                "align_corners" if size > 1 => at * (long - 1) as f32 / (size - 1) as f32,
                "align_corners" => 0.0,
                _ => return None,
            };
            let whole = match rounding {
                "floor" => place.floor(),
                "ceil" => place.ceil(),
                "round_prefer_ceil" => (place + 0.5).floor(),
                "round_prefer_floor" => (place - 0.5).ceil(),
                _ => return None,
            };
            Some((whole as i64).clamp(0, long - 1))
        };
        let places: Option<Vec<i64>> = (0..size).map(place).collect();
        let Some(places) = places else {
            return beyond(format!("it places points by {rule} and {rounding}"));
        };
        same &= places.iter().copied().eq(0..long);
        plain &= places
            .iter()
            .zip(0..)
            .all(|(place, at)| *place == at * long / size);
        rows.push(places);
    }
    if same {
        return one(builder, Copying::Identity, x);
    }
    if plain {
        let size = Some(target.size.to_vec());
        let factors = Vec::new();
        return one(builder, Resizing::Nearest { size, factors }, x);
    }
    let mut x = x;
    for (dim, places) in (2..).zip(rows) {
        x = picked(builder, x, dim, places.into_iter())?;
    }
    Ok(vec![x])
}
