//! Operations that take values apart and put them together.

use tch::Tensor;

use super::{one, reshaped};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Copying, Indexing, Joining, Splitting};

/// That are taken by one node.
const MAX_PLACES: i64 = 1 << 24;

pub fn join(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let parts: Answer<Vec<ValueId>> = (0..args.inputs.len()).map(|i| args.input(i)).collect();
    let parts = parts?;
    let rank = builder.shape(args.input(0)?).len();
    let dim = args.place(args.int_or("axis", 1)?, rank)? as i64;
    Ok(vec![builder.emit(Joining::Cat { dim }, &parts)?])
}

pub fn split(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let shape = builder.shape(x);
    let axis = args.place(args.int_or("axis", 0)?, shape.len())?;
    let long = shape[axis];
    let sizes = match args.ints_at(builder, "split", 1)? {
        Some(sizes) => sizes,
        None => {
            // The last part has what is left.
            let parts = args.node.outputs.len().max(1) as i64;
            let each = (long + parts - 1) / parts;
            let start = |part: i64| (part * each).min(long);
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
            "splits into {} parts, and names {}",
            sizes.len(),
            args.node.outputs.len()
        ));
    }
    if sizes.iter().any(|size| *size < 0) || total != Some(long) {
        return args.wrong(format!("splits {long} into {sizes:?}"));
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
        return args.wrong("has starts, ends, axes and steps of unlike number");
    }
    for (index, axis) in args.axes(&axes, rank)?.into_iter().enumerate() {
        let long = builder.shape(x)[axis];
        let from_start = |at: i64| if at < 0 { at.saturating_add(long) } else { at };
        let (start, end) = (from_start(starts[index]), from_start(ends[index]));
        let dim = axis as i64;
        match steps[index] {
            step @ 1.. => {
                let (start, end) = (start.clamp(0, long), end.clamp(0, long));
                if (start, step) == (0, 1) && end == long {
                    continue;
                }
                let op = Indexing::Slice {
                    dim,
                    start: Some(start),
                    end: Some(end.max(start)),
                    step: step.min(long.max(1)),
                };
                x = builder.emit(op, &[x])?;
            }
            // Backwards, down to `end`, which may lie before the first. The largest number there
            // is stands for that as well.
            step @ ..=-1 => {
                let all = [i64::MAX, i32::MAX.into()].contains(&ends[index]);
                let last = if all { -1 } else { end.clamp(-1, long) };
                let first = start.max(0).min(long - 1);
                let step = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
                let backwards = (last + 1..first + 1).rev().step_by(step);
                x = picked(builder, x, dim, backwards)?;
            }
            _ => return args.wrong("takes steps of nought"),
        }
    }
    if x == args.input(0)? {
        return one(builder, Copying::Identity, x);
    }
    Ok(vec![x])
}

/// The places that are taken along an axis, in this order, by what knows how many they are.
pub fn picked(
    builder: &mut Builder,
    x: ValueId,
    dim: i64,
    places: impl Iterator<Item = i64>,
) -> Answer<ValueId> {
    builder.afford(places.size_hint().0 as f64)?;
    let places: Vec<i64> = places.collect();
    let places = Tensor::f_from_slice(&places).map_err(|error| builder.torch(&error))?;
    let places = builder.constant(places);
    builder.emit(Indexing::IndexSelect { dim }, &[x, places])
}

pub fn gather(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, index) = (args.input(0)?, args.input(1)?);
    let shape = builder.shape(x).to_vec();
    let axis = args.place(args.int_or("axis", 0)?, shape.len())?;
    let of = builder.shape(index).to_vec();
    if shape::count(&of).is_none_or(|places| places > MAX_PLACES) {
        return args.wrong(format!("takes places by a table of shape {of:?}"));
    }
    let mut from_start = args.fixed(builder.ints(index)?, "indices")?;
    let long = shape[axis];
    for place in &mut from_start {
        if *place < 0 {
            *place = place.saturating_add(long);
        }
        if !(0..long).contains(place) {
            return args.wrong(format!("takes place {place} of {long}"));
        }
    }
    let dim = axis as i64;
    if let ([], [index]) = (of.as_slice(), from_start.as_slice()) {
        return one(builder, Indexing::Select { dim, index: *index }, x);
    }
    let taken = picked(builder, x, dim, from_start.into_iter())?;
    let sizes = [&shape[..axis], &of, &shape[axis + 1..]].concat();
    Ok(vec![reshaped(args, builder, taken, sizes)?])
}

/// Places that are told by all their first axes at once.
pub fn gather_places(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, index) = (args.input(0)?, args.input(1)?);
    if args.int_or("batch_dims", 0)? != 0 {
        return beyond("it takes other places of each part (batch_dims)");
    }
    args.fixed(builder.tensor(index), "indices")?;
    let (rank, of) = (builder.shape(x).len(), builder.shape(index).to_vec());
    let Some((&axes, before)) = of
        .split_last()
        .filter(|(axes, _)| (1..=rank as i64).contains(*axes))
    else {
        return args.wrong(format!("takes places {of:?} of {rank} axes"));
    };
    let mut inputs = vec![x];
    for axis in 0..axes {
        let dim = before.len() as i64;
        inputs.push(builder.emit(Indexing::Select { dim, index: axis }, &[index])?);
    }
    let dims = vec![true; inputs.len() - 1];
    Ok(vec![builder.emit(Indexing::Index { dims }, &inputs)?])
}
