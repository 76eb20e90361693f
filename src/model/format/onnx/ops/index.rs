//! Operators that take parts of tensors and put parts together.

use tch::Tensor;

use super::choosing::{from_start as counted, gather_by_image};
use super::ml::labels;
use super::{one, reshaped};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Copying, Indexing, Joining, Splitting};

/// Indices that one node takes.
const MAX_INDICES: i64 = 1 << 24;

pub fn concat(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let parts: Answer<Vec<ValueId>> = (0..args.inputs.len()).map(|i| args.input(i)).collect();
    let parts = parts?;
    let rank = builder.shape(args.input(0)?).len();
    let dim = args.axis(args.int_or("axis", 1)?, rank)? as i64;
    Ok(vec![builder.emit(Joining::Cat { dim }, &parts)?])
}

pub fn split(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x);
    let axis = args.axis(args.int_or("axis", 0)?, shape.len())?;
    let length = shape[axis];
    let sizes = match args.ints_at(builder, "split", 1)? {
        Some(sizes) => sizes,
        None => {
            // The last part gets the rest.
            let parts = args.node.outputs.len().max(1) as i64;
            let each = (length + parts - 1) / parts;
            let start = |part: i64| (part * each).min(length);
            (0..parts)
                .map(|part| start(part + 1) - start(part))
                .collect()
        }
    };
    let total = sizes
        .iter()
        .try_fold(0i64, |sum, size| sum.checked_add(*size));
    if sizes.len() != args.node.outputs.len() {
        return args.wrong(format!(
            "splits into {} parts, but has outputs for {}",
            sizes.len(),
            args.node.outputs.len()
        ));
    }
    if sizes.iter().any(|size| *size < 0) || total != Some(length) {
        return args.wrong(format!("splits an axis of {length} into {sizes:?}"));
    }
    let dim = axis as i64;
    builder.emit_parts(Splitting::Split { sizes, dim }.into(), &[x])
}

pub fn slice(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut x = args.input(0)?;
    let rank = builder.shape(x).len();
    let starts = args.ints_at(builder, "starts", 1)?.unwrap_or_default();
    let ends = args.ints_at(builder, "ends", 2)?.unwrap_or_default();
    let axes = match args.ints_at(builder, "axes", 3)? {
        Some(axes) => axes,
        None => (0..starts.len() as i64).collect(),
    };
    let steps = match args.ints_at(builder, "steps", 4)? {
        Some(steps) => steps,
        None => vec![1; starts.len()],
    };
    if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
        return args.wrong("has starts, ends, axes and steps of different lengths");
    }
    for (index, axis) in args.axes(&axes, rank)?.into_iter().enumerate() {
        let length = builder.shape(x)[axis];
        let from_start = |index: i64| {
            if index < 0 {
                index.saturating_add(length)
            } else {
                index
            }
        };
        let (start, end) = (from_start(starts[index]), from_start(ends[index]));
        let dim = axis as i64;
        match steps[index] {
            step @ 1.. => {
                let (start, end) = (start.clamp(0, length), end.clamp(0, length));
                if (start, step) == (0, 1) && end == length {
                    continue;
                }
                let op = Indexing::Slice {
                    dim,
                    start: Some(start),
                    end: Some(end.max(start)),
                    step: step.min(length.max(1)),
                };
                x = builder.emit(op, &[x])?;
            }
            // Backwards, down to but without `end`. The largest integer stands for an end before the
            // first element, as -1 counts from the end.
            step @ ..=-1 => {
                let all = [i64::MAX, i32::MAX.into()].contains(&ends[index]);
                let last = if all { -1 } else { end.clamp(-1, length) };
                let first = start.max(0).min(length - 1);
                let step = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
                let backwards = ((last + 1)..=first).rev().step_by(step);
                x = take(builder, x, dim, backwards)?;
            }
            _ => return args.wrong("has a step of zero"),
        }
    }
    if x == args.input(0)? {
        return one(builder, Copying::Identity, x);
    }
    Ok(vec![x])
}

/// The elements of `x` along axis `dim` at `indices`, in that order. The lower bound of the iterator's
/// length has to be exact: it is checked against the budget first.
pub fn take(
    builder: &mut Builder,
    x: ValueId,
    dim: i64,
    indices: impl Iterator<Item = i64>,
) -> Answer<ValueId> {
    builder.afford(indices.size_hint().0 as f64)?;
    let indices: Vec<i64> = indices.collect();
    let indices = Tensor::f_from_slice(&indices).map_err(|error| builder.torch(&error))?;
    let indices = builder.constant(indices);
    builder.emit(Indexing::IndexSelect { dim }, &[x, indices])
}

pub fn gather(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, index) = (args.input(0)?, args.input(1)?);
    if builder.texts(x).is_some() {
        return labels::looked_up(args, builder, (x, index));
    }
    let shape = builder.shape(x).to_vec();
    let axis = args.axis(args.int_or("axis", 0)?, shape.len())?;
    let index_shape = builder.shape(index).to_vec();
    if shape::count(&index_shape).is_none_or(|count| count > MAX_INDICES) {
        return args.wrong(format!("has indices of shape {index_shape:?}"));
    }
    let Some(mut from_start) = builder.ints(index)? else {
        return Ok(vec![gather_by_image(args, builder, x, axis, index)?]);
    };
    let length = shape[axis];
    for index in &mut from_start {
        if *index < 0 {
            *index = index.saturating_add(length);
        }
        if !(0..length).contains(index) {
            return args.wrong(format!("takes index {index} of an axis of {length}"));
        }
    }
    let dim = axis as i64;
    if let ([], [index]) = (index_shape.as_slice(), from_start.as_slice()) {
        return one(builder, Indexing::Select { dim, index: *index }, x);
    }
    let taken = take(builder, x, dim, from_start.into_iter())?;
    let sizes = [&shape[..axis], &index_shape, &shape[axis + 1..]].concat();
    Ok(vec![reshaped(args, builder, taken, sizes)?])
}

/// The entries along an axis, or of all in a row, for which a constant is true.
pub fn compress(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (mut x, condition) = (args.input(0)?, args.input(1)?);
    let chosen = args.fixed(builder.ints(condition)?, "condition")?;
    let shape = builder.shape(x).to_vec();
    let axis = match args.optional_int("axis")? {
        Some(axis) => args.axis(axis, shape.len())?,
        None => {
            let count = args.count(&shape)?;
            x = reshaped(args, builder, x, vec![count])?;
            0
        }
    };
    let length = builder.shape(x).get(axis).copied().unwrap_or(0);
    let places = chosen.iter().zip(0..length);
    let places: Vec<i64> = places
        .filter(|(chosen, _)| **chosen != 0)
        .map(|(_, place)| place)
        .collect();
    Ok(vec![take(builder, x, axis as i64, places.into_iter())?])
}

/// Each row of the indices gives a position along all the first axes at once.
pub fn gather_nd(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, index) = (args.input(0)?, args.input(1)?);
    if args.int_or("batch_dims", 0)? != 0 {
        return beyond("batch_dims is not 0");
    }
    let (rank, index_shape) = (builder.shape(x).len(), builder.shape(index).to_vec());
    let Some((&axes, before)) = index_shape
        .split_last()
        .filter(|(axes, _)| (1..=rank as i64).contains(*axes))
    else {
        return args.wrong(format!(
            "has indices of shape {index_shape:?} for {rank} axes"
        ));
    };
    let mut inputs = vec![x];
    for axis in 0..axes {
        let dim = before.len() as i64;
        let along = builder.emit(Indexing::Select { dim, index: axis }, &[index])?;
        let length = builder.shape(x)[axis as usize];
        inputs.push(counted(args, builder, along, length)?);
    }
    let dims = vec![true; inputs.len() - 1];
    Ok(vec![builder.emit(Indexing::Index { dims }, &inputs)?])
}
