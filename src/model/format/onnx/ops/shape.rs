//! Operators that move values without computing any.

use super::{one, reshaped};
use crate::model::error::Fault;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Copying, Indexing, Joining, Pad, Reshaping};

/// Also reads dropout, which only does something in training.
pub fn identity(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let trains = match args.optional(2) {
        Some(mode) if args.op() == "Dropout" => {
            builder.number(mode)?.is_none_or(|mode| mode != 0.0)
        }
        _ => false,
    };
    if trains {
        let node = format!("a dropout, node {}", args.label);
        return Err(Fault::Training { node }.into());
    }
    one(builder, Copying::Identity, args.input(0)?)
}

pub fn flatten(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x).to_vec();
    let axis = match args.int_or("axis", 1)? {
        all if all == shape.len() as i64 => shape.len(),
        axis => args.axis(axis, shape.len())?,
    };
    if axis == 1 && shape.len() > 1 {
        return one(builder, Reshaping::Flatten { start: 1, end: -1 }, x);
    }
    let (before, after) = shape.split_at(axis);
    let counts = shape::count(before).zip(shape::count(after));
    let (before, after) = counts.map_or((0, 0), |counts| counts);
    Ok(vec![reshaped(args, builder, x, vec![before, after])?])
}

pub fn reshape(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let wanted = args.ints_at(builder, "shape", 1)?;
    let Some(mut shape) = wanted else {
        return args.wrong("has no shape");
    };
    let from = builder.shape(x).to_vec();
    let keeps_zero = args.flag("allowzero", false)?;
    for (axis, size) in shape.iter_mut().enumerate() {
        if *size == 0 && !keeps_zero {
            *size = match from.get(axis) {
                Some(size) => *size,
                None => {
                    return args.wrong("keeps the size of an axis that its input does not have");
                }
            };
        }
    }
    let open: Vec<usize> = (0..shape.len()).filter(|axis| shape[*axis] == -1).collect();
    if let [open] = open[..] {
        shape[open] = 1;
        let known = shape::count(&shape).filter(|known| *known > 0);
        let all = shape::count(&from);
        shape[open] = match known.zip(all) {
            Some((known, all)) if all % known == 0 => all / known,
            _ => {
                return args.wrong(format!(
                    "has a -1 in its shape that does not follow from {from:?}"
                ));
            }
        };
    }
    Ok(vec![reshaped(args, builder, x, shape)?])
}

pub fn squeeze(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x).to_vec();
    let removed = match args.ints_at(builder, "axes", 1)? {
        Some(axes) => args.axes(&axes, shape.len())?,
        None => (0..shape.len()).filter(|axis| shape[*axis] == 1).collect(),
    };
    let kept = shape
        .iter()
        .enumerate()
        .filter(|(axis, _)| !removed.contains(axis));
    let kept = kept.map(|(_, size)| *size).collect();
    Ok(vec![reshaped(args, builder, x, kept)?])
}

pub fn unsqueeze(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let Some(axes) = args.ints_at(builder, "axes", 1)? else {
        return args.wrong("has no axes");
    };
    let shape = builder.shape(x).to_vec();
    let rank = shape.len() + axes.len();
    if rank > shape::MAX_AXES {
        return args.wrong(format!("makes {rank} axes"));
    }
    let new = args.axes(&axes, rank)?;
    let mut sizes = shape.into_iter();
    let size = |axis: usize| {
        if new.contains(&axis) {
            1
        } else {
            sizes.next().unwrap_or(1)
        }
    };
    let shape = (0..rank).map(size).collect();
    Ok(vec![reshaped(args, builder, x, shape)?])
}

pub fn transpose(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let dims = args.ints("perm")?;
    let dims = dims.unwrap_or_else(|| (0..rank as i64).rev().collect());
    if args.axes(&dims, rank)?.len() != rank {
        return args.wrong(format!("permutes {rank} axes by {dims:?}"));
    }
    one(builder, Reshaping::Permute { dims }, x)
}

pub fn expand(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let wanted = args.input(1)?;
    let wanted = args.numbers(builder, wanted, "shape")?;
    let shape = args.fits(shape::broadcast(builder.shape(x), &wanted))?;
    if shape::count(&shape).is_none() {
        return args.wrong(format!("makes {}", shape::implausible(&shape)));
    }
    one(builder, Reshaping::Expand { shape }, x)
}

pub fn tile(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    const MAX_REPEATS: i64 = 1 << 12;
    let mut x = args.input(0)?;
    let repeats = args.input(1)?;
    let repeats = args.numbers(builder, repeats, "repeats")?;
    let shape = builder.shape(x).to_vec();
    if repeats.len() != shape.len() {
        return args.wrong("has repeats for another number of axes than its input has");
    }
    for (axis, (&times, &size)) in repeats.iter().zip(&shape).enumerate() {
        args.bounded("repeats", &[times], 1)?;
        if times > 1 && size == 1 {
            let mut shape = builder.shape(x).to_vec();
            shape[axis] = times;
            x = builder.emit(Reshaping::Expand { shape }, &[x])?;
        } else if times > MAX_REPEATS {
            return args.wrong(format!("repeats its input {times} times"));
        } else if times > 1 {
            let parts = vec![x; times as usize];
            x = builder.emit(Joining::Cat { dim: axis as i64 }, &parts)?;
        }
    }
    Ok(vec![x])
}

/// Axes cut or padded with zeros to a length, as much before as behind.
pub fn centre(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut x = args.input(0)?;
    let rank = builder.shape(x).len();
    let axes = match args.ints("axes")? {
        Some(axes) => args.axes(&axes, rank)?,
        None => (0..rank).collect(),
    };
    let sizes = args.numbers(builder, args.input(1)?, "shape")?;
    if sizes.len() != axes.len() {
        return args.wrong(format!("has {} sizes for {} axes", sizes.len(), axes.len()));
    }
    args.bounded("shape", &sizes, 1)?;
    for (axis, size) in axes.into_iter().zip(sizes) {
        let length = builder.shape(x)[axis];
        if size < length {
            let start = (length - size) / 2;
            let op = Indexing::Slice {
                dim: axis as i64,
                start: Some(start),
                end: Some(start + size),
                step: 1,
            };
            x = builder.emit(op, &[x])?;
        } else if size > length {
            let before = (size - length) / 2;
            let mut pad = vec![0; 2 * (rank - 1 - axis)];
            pad.extend([before, size - length - before]);
            let op = Pad {
                pad,
                mode: "constant".into(),
                value: Some(0.0),
            };
            x = builder.emit(op, &[x])?;
        }
    }
    one(builder, Copying::Identity, x)
}

pub fn pad(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let rank = builder.shape(x).len();
    let Some(pads) = args.ints_at(builder, "pads", 1)? else {
        return args.wrong("has no pads");
    };
    let value = match args.optional(2) {
        Some(value) => args.number(builder, value, "value")?,
        None => args.float_or("value", 0.0)?,
    };
    let axes = match args.optional(3) {
        Some(axes) => args.axes(&args.numbers(builder, axes, "axes")?, rank)?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return args.wrong(format!(
            "pads {} axes, but has {} numbers in pads",
            axes.len(),
            pads.len()
        ));
    }
    args.bounded("pads", &pads, -(1 << 31))?;
    // libtorch wants the last axis first, and both sides of an axis together.
    let mut pad = vec![0; 2 * rank];
    for (index, axis) in axes.iter().enumerate() {
        let at = 2 * (rank - 1 - axis);
        pad[at] = pads[index];
        pad[at + 1] = pads[index + axes.len()];
    }
    while pad.ends_with(&[0, 0]) {
        pad.truncate(pad.len() - 2);
    }
    if pad.is_empty() {
        return one(builder, Copying::Identity, x);
    }
    let mode = match args.text_or("mode", "constant")?.as_str() {
        "constant" => "constant",
        "reflect" => "reflect",
        "edge" => "replicate",
        "wrap" => "circular",
        other => return beyond(format!("its mode is {other}")),
    };
    let constant = mode == "constant";
    let positions = rank.saturating_sub(2);
    if !constant && (!(1..=3).contains(&positions) || pad.len() > 2 * positions) {
        return beyond(format!("it pads batch or channels ({mode})"));
    }
    // libtorch would leave some positions uninitialised.
    if mode == "circular" && pad.iter().any(|side| *side < 0) {
        return beyond("it crops while it wraps around (wrap with negative pads)");
    }
    if !constant {
        pad.resize(2 * positions, 0);
    }
    let op = Pad {
        pad,
        mode: mode.into(),
        value: constant.then_some(value),
    };
    one(builder, op, x)
}

/// Batch, channels, height and width of `x`, and the size of the blocks.
fn block(args: &Args, builder: &Builder, x: ValueId) -> Answer<([i64; 4], i64)> {
    let block = args.int_or("blocksize", 0)?;
    if !(1..=1 << 10).contains(&block) {
        return args.wrong(format!("has a blocksize of {block}"));
    }
    match builder.shape(x) {
        &[batch, channels, height, width] => Ok(([batch, channels, height, width], block)),
        other => beyond(format!("its input {other:?} does not have four axes")),
    }
}

pub fn depth_to_space(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let ([batch, channels, height, width], block) = block(args, builder, x)?;
    let depth = channels / (block * block);
    let (parts, order) = match args.text_or("mode", "DCR")?.as_str() {
        "CRD" => (
            [batch, depth, block, block, height, width],
            [0, 1, 4, 2, 5, 3],
        ),
        _ => (
            [batch, block, block, depth, height, width],
            [0, 3, 4, 1, 5, 2],
        ),
    };
    let parts = reshaped(args, builder, x, parts.to_vec())?;
    let dims = order.to_vec();
    let permuted = builder.emit(Reshaping::Permute { dims }, &[parts])?;
    let shape = vec![batch, depth, height * block, width * block];
    Ok(vec![reshaped(args, builder, permuted, shape)?])
}

pub fn space_to_depth(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let ([batch, channels, height, width], block) = block(args, builder, x)?;
    let (rows, columns) = (height / block, width / block);
    let parts = vec![batch, channels, rows, block, columns, block];
    let parts = reshaped(args, builder, x, parts)?;
    let order = match args.text_or("mode", "DCR")?.as_str() {
        "CRD" => [0, 1, 3, 5, 2, 4],
        _ => [0, 3, 5, 1, 2, 4],
    };
    let dims = order.to_vec();
    let permuted = builder.emit(Reshaping::Permute { dims }, &[parts])?;
    let shape = vec![batch, channels * block * block, rows, columns];
    Ok(vec![reshaped(args, builder, permuted, shape)?])
}
