//! Constants, and the operators that files compute shapes and masks with.
//!
//! The size of the image is known, so all of these are computed while the graph is built. On values that
//! depend on the image they are refused: most of them have no gradient.

use tch::{Device, Kind, TchError, Tensor};

use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::weights::held;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Copying, Creation};

/// Elements of a constant that the file does not contain.
const MAX_ELEMENTS: i64 = 1 << 26;

/// Adds a constant, which is small or has been checked against the budget.
fn made(builder: &mut Builder, tensor: Result<Tensor, TchError>) -> Answer<Vec<ValueId>> {
    let tensor = tensor.map_err(|error| builder.torch(&error))?;
    Ok(vec![builder.constant(tensor)])
}

pub fn shape(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let shape = builder.shape(args.input(0)?).to_vec();
    if args.op() == "Size" {
        let count = shape::count(&shape).unwrap_or(0);
        let one = Tensor::f_from_slice(&[count]).and_then(|row| row.f_reshape([0i64; 0]));
        return made(builder, one);
    }
    let rank = shape.len() as i64;
    let bound = |name: &str, default: i64| -> Answer<usize> {
        let axis = args.int_or(name, default)?;
        let axis = if axis < 0 {
            axis.saturating_add(rank)
        } else {
            axis
        };
        Ok(axis.clamp(0, rank) as usize)
    };
    let (start, end) = (bound("start", 0)?, bound("end", rank)?);
    let part = shape.get(start..end).unwrap_or_default();
    made(builder, Tensor::f_from_slice(part))
}

pub fn constant(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    if let Some(tensor) = args.tensor("value")? {
        return Ok(vec![builder.written(tensor)?]);
    }
    if let Some(texts) = args.texts("value_strings")? {
        return Ok(vec![builder.row_of_texts(texts)?]);
    }
    let scalar = |row: Result<Tensor, TchError>| row.and_then(|row| row.f_reshape([0i64; 0]));
    let tensor = if args.has("value_float") {
        scalar(Tensor::f_from_slice(&[
            args.float_or("value_float", 0.0)? as f32
        ]))
    } else if args.has("value_int") {
        scalar(Tensor::f_from_slice(&[args.int_or("value_int", 0)?]))
    } else if let Some(floats) = args.floats("value_floats")? {
        let floats: Vec<f32> = floats.into_iter().map(|float| float as f32).collect();
        Tensor::f_from_slice(&floats)
    } else if let Some(ints) = args.ints("value_ints")? {
        Tensor::f_from_slice(&ints)
    } else {
        return beyond("it has neither numbers nor a tensor");
    };
    made(builder, tensor)
}

pub fn filled(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let shape = args.numbers(builder, args.input(0)?, "shape")?;
    let (value, kind) = match args.tensor("value")? {
        None => (0.0, Kind::Float),
        Some(written) => {
            let value = builder.written(written)?;
            let kind = builder.tensor(value).map_or(Kind::Float, Tensor::kind);
            (args.number(builder, value, "value")?, kind)
        }
    };
    if shape::count(&shape).is_none_or(|count| count > MAX_ELEMENTS) {
        return args.wrong(format!("fills {}", shape::implausible(&shape)));
    }
    let op = Creation::Full { shape, value, kind };
    Ok(vec![builder.emit(op, &[])?])
}

pub fn range(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let number = |index: usize, name: &str| args.number(builder, args.input(index)?, name);
    let (start, end) = (number(0, "start")?, number(1, "limit")?);
    let step = number(2, "delta")?;
    let first = builder.tensor(args.input(0)?);
    let integers = first.is_some_and(|first| first.kind() == Kind::Int64);
    let count = (end - start) / step;
    if !(count.is_finite() && count < MAX_ELEMENTS as f64) {
        return args.wrong(format!("counts from {start} to {end} by {step}"));
    }
    let kind = if integers { Kind::Int64 } else { Kind::Float };
    // With a step away from the limit it is empty.
    let end = if count < 0.0 { start } else { end };
    let op = Creation::Range {
        start,
        end,
        step,
        kind,
    };
    Ok(vec![builder.emit(op, &[])?])
}

pub fn cast(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let kind = match args.op() {
        "CastLike" => builder.kind(args.input(1)?),
        _ => {
            let to = args.int_or("to", 0)?;
            match i32::try_from(to).ok().and_then(held) {
                Some(kind) => kind,
                None => return beyond(format!("it casts to an unsupported dtype (to is {to})")),
            }
        }
    };
    if builder.tensor(x).is_none() && builder.kind(x) == kind {
        // Everything is computed in float32.
        one(builder, Copying::Identity, x)
    } else {
        one(builder, Copying::Cast(kind), x)
    }
}

/// Ones on a diagonal of a matrix as large as another, zeros elsewhere.
pub fn eye(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let &[rows, columns] = builder.shape(x) else {
        return args.wrong("makes a diagonal of what is no matrix");
    };
    let kind = match args.optional_int("dtype")? {
        None => builder.kind(x),
        Some(to) => match i32::try_from(to).ok().and_then(held) {
            Some(kind) => kind,
            None => return beyond(format!("it has an unsupported dtype ({to})")),
        },
    };
    let diagonal = args.int_or("k", 0)?.clamp(-rows.max(1), columns.max(1));
    builder.afford(3.0 * rows as f64 * columns as f64)?;
    let ones = Tensor::f_ones([rows, columns], (Kind::Float, Device::Cpu));
    let eye = ones.and_then(|ones| ones.f_triu(diagonal)?.f_tril(diagonal)?.f_to_kind(kind));
    made(builder, eye)
}

/// Computes an operator that is supported on constants only.
pub fn computed(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut inputs = Vec::with_capacity(args.inputs.len());
    let mut broadcast: Vec<i64> = Vec::new();
    for value in args.inputs.iter().flatten() {
        let Some(tensor) = builder.tensor(*value) else {
            return beyond("its input depends on the image");
        };
        inputs.push(tensor.shallow_clone());
        broadcast = args.fits(shape::broadcast(&broadcast, builder.shape(*value)))?;
    }
    let values = shape::count(&broadcast).map_or(f64::INFINITY, |count| count as f64);
    builder.afford(match args.op() {
        // An index along each axis.
        "NonZero" => values * broadcast.len() as f64,
        _ => values,
    })?;
    let result = tch::no_grad(|| compute(args, &inputs));
    made(builder, result?)
}

fn compute(args: &Args, inputs: &[Tensor]) -> Answer<Result<Tensor, TchError>> {
    let input = |index: usize| match inputs.get(index) {
        Some(tensor) => Ok(tensor),
        None => args.wrong(format!("has no input {}", index + 1)),
    };
    let x = input(0)?;
    Ok(match args.op() {
        "Pow" => x
            .f_pow(input(1)?)
            .and_then(|power| power.f_to_kind(x.kind())),
        "NonZero" => x.f_nonzero().and_then(|indices| indices.f_transpose(0, 1)),
        other => return beyond(format!("{other} does not compute constants")),
    })
}
