//! Resizing. ONNX has more rules for it than libtorch. Nearest-neighbour resizing falls back on indices;
//! linear and cubic resizing are read only under the rules that libtorch implements.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::index::take;
use crate::model::format::onnx::ops::one;
use crate::model::graph::ValueId;
use crate::model::op::{Copying, Filter, Resizing};

/// The new height and width, and their factors.
struct Target {
    size: [i64; 2],
    factors: [f32; 2],
    /// Whether the file gives sizes, and the factors are their ratio to the old ones.
    sized: bool,
}

pub fn resize(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let &[batch, channels, height, width] = builder.shape(x) else {
        return beyond("its input does not have four axes");
    };
    let target = target(args, builder, [batch, channels, height, width])?;
    if args.flag("antialias", false)? {
        return beyond("it filters before it downsamples (antialias)");
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
        return beyond("it leaves out positions outside the image (exclude_outside)");
    }
    let same = target.size == [height, width];
    let align_corners = match rule.as_str() {
        "align_corners" => true,
        "half_pixel" => false,
        "pytorch_half_pixel" if target.size.iter().all(|size| *size > 1) => false,
        // If nothing changes, every rule maps each position to itself.
        "pytorch_half_pixel" | "half_pixel_symmetric" | "asymmetric"
            if same && target.factors == [1.0; 2] =>
        {
            false
        }
        _ => return beyond(format!("it maps coordinates by {rule}")),
    };
    if same && (align_corners || target.factors == [1.0; 2]) {
        return one(builder, Copying::Identity, x);
    }
    let factors = (!target.sized && !align_corners).then_some(target.factors);
    // libtorch ignores the factor of an axis that keeps its length.
    let kept = |axis: usize| {
        let length = [height, width][axis];
        target.size[axis] == length && length > 1
    };
    if let (Some(factors), "bilinear") = (factors, mode)
        && (0..2).any(|axis| kept(axis) && factors[axis] != 1.0)
    {
        return beyond(format!(
            "with factors of {factors:?} an axis keeps its length"
        ));
    }
    let op = Resizing {
        filter: match mode {
            "bicubic" => Filter::Cubic { align_corners },
            _ => Filter::Linear { align_corners },
        },
        size: Some(target.size.to_vec()),
        factors: match factors {
            Some(factors) => factors.map(|factor| Some(f64::from(factor))).to_vec(),
            None => Vec::new(),
        },
    };
    one(builder, op, x)
}

/// Reads sizes or factors, of all axes or of those in `axes`.
fn target(args: &Args, builder: &Builder, from: [i64; 4]) -> Answer<Target> {
    if args.text_or("keep_aspect_ratio_policy", "stretch")? != "stretch" {
        return beyond("it keeps the aspect ratio (keep_aspect_ratio_policy)");
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
            return args.wrong("has sizes for another number of axes than its input has");
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
            return args.wrong("has factors for another number of axes than its input has");
        }
        for (axis, factor) in axes.iter().zip(given) {
            if !(factor > 0.0 && factor <= 1e4) {
                return args.wrong(format!("has a factor of {factor}, which is out of range"));
            }
            // In float32, as other runtimes do: three times 5/3 is five.
            factors[*axis] = factor as f32;
            target[*axis] = (from[*axis] as f32 * factor as f32).floor() as i64;
        }
    }
    if target[..2] != from[..2] || target.contains(&0) || from.contains(&0) {
        return beyond("it resizes the batch or the channels, or its input or result is empty");
    }
    Ok(Target {
        size: [target[2], target[3]],
        factors: [factors[2], factors[3]],
        sized,
    })
}

/// Copies each position from one of the input: by libtorch's operation if the result is the same, and by
/// indices otherwise.
fn nearest(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    target: &Target,
    rule: &str,
    rounding: &str,
) -> Answer<Vec<ValueId>> {
    const MAX_SIZE: i64 = 1 << 16;
    if target.size.iter().any(|size| *size > MAX_SIZE) {
        return args.wrong(format!(
            "resizes to {:?}, which is out of range",
            target.size
        ));
    }
    let from = [builder.shape(x)[2], builder.shape(x)[3]];
    let mut sources = Vec::new();
    let (mut native, mut same) = (true, target.size == from);
    for (axis, &length) in from.iter().enumerate() {
        let (size, factor) = (target.size[axis], target.factors[axis]);
        let source = |index: i64| -> Option<i64> {
            let at = index as f32;
            let exact = match rule {
                "asymmetric" => at / factor,
                "half_pixel" => (at + 0.5) / factor - 0.5,
                "pytorch_half_pixel" if size > 1 => (at + 0.5) / factor - 0.5,
                "pytorch_half_pixel" => 0.0,
                "align_corners" if size > 1 => at * (length - 1) as f32 / (size - 1) as f32,
                "align_corners" => 0.0,
                _ => return None,
            };
            let rounded = match rounding {
                "floor" => exact.floor(),
                "ceil" => exact.ceil(),
                "round_prefer_ceil" => (exact + 0.5).floor(),
                "round_prefer_floor" => (exact - 0.5).ceil(),
                _ => return None,
            };
            Some((rounded as i64).clamp(0, length - 1))
        };
        let indices: Option<Vec<i64>> = (0..size).map(source).collect();
        let Some(indices) = indices else {
            return beyond(format!("it maps coordinates by {rule} and {rounding}"));
        };
        same &= indices.iter().copied().eq(0..length);
        native &= indices
            .iter()
            .zip(0..)
            .all(|(source, index)| *source == index * length / size);
        sources.push(indices);
    }
    if same {
        return one(builder, Copying::Identity, x);
    }
    if native {
        let op = Resizing {
            filter: Filter::Nearest,
            size: Some(target.size.to_vec()),
            factors: Vec::new(),
        };
        return one(builder, op, x);
    }
    let mut x = x;
    for (dim, indices) in (2..).zip(sources) {
        x = take(builder, x, dim, indices.into_iter())?;
    }
    Ok(vec![x])
}
