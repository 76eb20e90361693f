//! Resizing. ONNX has more rules for it than libtorch. Where libtorch lacks one, nearest-neighbour resizing
//! falls back on indices, and linear and cubic resizing on sums of them.

use super::resampling::{Kernel, Resampling, Rule};
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
    let kernel = match mode.as_str() {
        "linear" => Kernel::Linear,
        "cubic" => Kernel::Cubic {
            slope: args.float_or("cubic_coeff_a", -0.75)?,
        },
        _ => return beyond(format!("its mode is {mode}")),
    };
    let exclude = args.flag("exclude_outside", false)?;
    let Some(known) = Rule::named(&rule) else {
        return beyond(format!("it maps coordinates by {rule}"));
    };
    if target.size == from && target.factors.iter().all(|factor| *factor == 1.0) {
        // Every rule maps each position to itself.
        return one(builder, Copying::Identity, x);
    }
    if !exclude && let Some(op) = native(&target, from, known, kernel, antialias) {
        return one(builder, op, x);
    }
    let resampling = Resampling {
        rule: known,
        kernel,
        antialias,
        exclude,
    };
    Ok(vec![resampling.emit(
        args,
        builder,
        x,
        &target.size,
        &target.factors,
    )?])
}

/// libtorch's own operation, where it does the same.
fn native(
    target: &Target,
    from: &[i64],
    rule: Rule,
    kernel: Kernel,
    antialias: bool,
) -> Option<Resizing> {
    let mut pairs = target.size.iter().zip(from);
    // Its weights differ from ONNX's, but without a smaller axis there is nothing to filter.
    let filters = antialias && (kernel != Kernel::Linear || pairs.any(|(to, from)| to < from));
    if filters {
        return None;
    }
    let align_corners = match rule {
        Rule::AlignCorners => true,
        Rule::HalfPixel => false,
        Rule::HalfPixelOfSeveral if target.size.iter().all(|size| *size > 1) => false,
        Rule::HalfPixelOfSeveral | Rule::HalfPixelSymmetric | Rule::Asymmetric => return None,
    };
    let filter = match kernel {
        Kernel::Linear => Filter::Linear { align_corners },
        Kernel::Cubic { slope } if from.len() == 2 && slope == -0.75 => {
            Filter::Cubic { align_corners }
        }
        Kernel::Cubic { .. } => return None,
    };
    let factors = (!target.sized && !align_corners).then_some(&target.factors);
    // It ignores the factor of an axis that keeps its length.
    let kept = |axis: usize| target.size[axis] == from[axis] && from[axis] > 1;
    if let Some(factors) = factors
        && (antialias || (0..from.len()).any(|axis| kept(axis) && factors[axis] != 1.0))
    {
        return None;
    }
    let factors = factors.map(|factors| factors.iter().map(|factor| Some(f64::from(*factor))));
    Some(Resizing {
        filter,
        size: Some(target.size.clone()),
        factors: factors.map(Iterator::collect).unwrap_or_default(),
    })
}

/// Reads sizes or factors, of all axes or of those in `axes`.
fn target(args: &Args, builder: &Builder, from: &[i64]) -> Answer<Target> {
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
    let policy = args.text_or("keep_aspect_ratio_policy", "stretch")?;
    let sized = sizes.is_some() && policy == "stretch";
    if let Some(sizes) = sizes {
        if sizes.len() != axes.len() {
            return args.wrong("has sizes for another number of axes than its input has");
        }
        args.bounded("sizes", &sizes, 1)?;
        for (axis, size) in axes.iter().zip(&sizes) {
            target[*axis] = *size;
            factors[*axis] = *size as f32 / from[*axis] as f32;
        }
        let each = axes.iter().map(|axis| factors[*axis]);
        let shared = match policy.as_str() {
            "stretch" => None,
            "not_larger" => each.min_by(f32::total_cmp),
            "not_smaller" => each.max_by(f32::total_cmp),
            other => return beyond(format!("its keep_aspect_ratio_policy is {other}")),
        };
        if let Some(factor) = shared {
            for axis in &axes {
                factors[*axis] = factor;
                target[*axis] = (factor * from[*axis] as f32 + 0.5).floor() as i64;
            }
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
    let named = Rule::named(rule);
    let mut sources = Vec::new();
    let (mut native, mut same) = (true, target.size == from);
    for (axis, &length) in from.iter().enumerate() {
        let (size, factor) = (target.size[axis], target.factors[axis]);
        let source = |index: i64| -> Option<i64> {
            let exact = named?.source(index, length, size, factor);
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
