//! Resizing. ONNX has more rules for it than libtorch. Nearest-neighbour resizing falls back on indices;
//! linear and cubic resizing are read only under the rules that libtorch implements.

use super::window::positions;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::index::take;
use crate::model::format::onnx::ops::one;
use crate::model::graph::ValueId;
use crate::model::op::{Copying, Filter, Resizing};

/// The new sizes by axis, batch and channels left out, and their factors.
struct Target {
    size: Vec<i64>,
    factors: Vec<f32>,
    /// Whether the file gives sizes, and the factors are their ratio to the old ones.
    sized: bool,
}

pub fn resize(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    positions(builder, x)?;
    let shape = builder.shape(x).to_vec();
    let target = target(args, builder, &shape)?;
    let from = &shape[2..];
    let older = args.op() == "Upsample" || args.opset < 11;
    let default = if older { "asymmetric" } else { "half_pixel" };
    let rule = args.text_or("coordinate_transformation_mode", default)?;
    let mode = args.text_or("mode", "nearest")?;
    let antialias = args.flag("antialias", false)? && mode != "nearest";
    if mode == "nearest" {
        let rounding = if older { "floor" } else { "round_prefer_floor" };
        let rounding = args.text_or("nearest_mode", rounding)?;
        return nearest(args, builder, x, &target, &rule, &rounding);
    }
    let two = from.len() == 2;
    if args.flag("exclude_outside", false)? {
        return beyond("it leaves out positions outside the image (exclude_outside)");
    }
    let same = target.size == from;
    let unscaled = target.factors.iter().all(|factor| *factor == 1.0);
    let align_corners = match rule.as_str() {
        "align_corners" => true,
        "half_pixel" => false,
        "pytorch_half_pixel" if target.size.iter().all(|size| *size > 1) => false,
        // If nothing changes, every rule maps each position to itself.
        "pytorch_half_pixel" | "half_pixel_symmetric" | "asymmetric" if same && unscaled => false,
        _ => return beyond(format!("it maps coordinates by {rule}")),
    };
    let slope = args.float_or("cubic_coeff_a", -0.75)?;
    let filter = match (mode.as_str(), antialias) {
        ("linear", false) => Filter::Linear { align_corners },
        // Without a smaller axis there is nothing to filter.
        ("linear", true) if two && target.size.iter().zip(from).all(|(to, from)| to >= from) => {
            Filter::Linear { align_corners }
        }
        // With other weights than libtorch's.
        (_, true) => return beyond("it filters before it downsamples (antialias)"),
        ("cubic", false) if two && slope == -0.75 => Filter::Cubic { align_corners },
        ("cubic", false) if two => {
            return beyond(format!("its cubic filter has another slope ({slope})"));
        }
        _ => return beyond(format!("its mode is {mode} over {} axes", from.len())),
    };
    if same && (align_corners || unscaled) {
        return one(builder, Copying::Identity, x);
    }
    let factors = (!target.sized && !align_corners).then_some(&target.factors);
    // libtorch ignores the factor of an axis that keeps its length.
    let kept = |axis: usize| target.size[axis] == from[axis] && from[axis] > 1;
    if let (Some(factors), "linear") = (factors, mode.as_str())
        && (0..from.len()).any(|axis| kept(axis) && factors[axis] != 1.0)
    {
        return beyond(format!(
            "with factors of {factors:?} an axis keeps its length"
        ));
    }
    if antialias && factors.is_some() {
        return beyond("it filters before it downsamples, by factors (antialias with scales)");
    }
    let factors = factors.map(|factors| factors.iter().map(|factor| Some(f64::from(*factor))));
    let op = Resizing {
        filter,
        size: Some(target.size.clone()),
        factors: factors.map(Iterator::collect).unwrap_or_default(),
    };
    one(builder, op, x)
}

/// Reads sizes or factors, of all axes or of those in `axes`.
fn target(args: &Args, builder: &Builder, from: &[i64]) -> Answer<Target> {
    if args.text_or("keep_aspect_ratio_policy", "stretch")? != "stretch" {
        return beyond("it keeps the aspect ratio (keep_aspect_ratio_policy)");
    }
    let axes = match args.ints("axes")? {
        Some(axes) => args.axes(&axes, from.len())?,
        None => (0..from.len()).collect(),
    };
    let (scales, sizes) = match (args.op(), args.opset) {
        ("Upsample", _) | ("Resize", ..11) => (args.optional(1), None),
        _ => (args.optional(2), args.optional(3)),
    };
    let mut target = from.to_vec();
    let mut factors = vec![1f32; from.len()];
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
        size: target.split_off(2),
        factors: factors.split_off(2),
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
    let from = builder.shape(x).get(2..).unwrap_or_default().to_vec();
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
            size: Some(target.size.clone()),
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
