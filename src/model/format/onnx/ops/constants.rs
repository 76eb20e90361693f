//! What shapes and masks are worked out with. The picture's size is known, so all of it is computed
//! here; of the picture's own values most of it would have no gradient.

use tch::{Kind, TchError, Tensor};

use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::weights::held;
use crate::model::graph::ValueId;
use crate::model::op::shape;
use crate::model::op::{Copying, Creation};

/// Values that a table may be made of which the file does not hold.
const MOST: i64 = 1 << 26;

/// A tensor that was made of few numbers, or within what the builder affords.
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
        let at = args.int_or(name, default)?;
        let at = if at < 0 { at.saturating_add(rank) } else { at };
        Ok(at.clamp(0, rank) as usize)
    };
    let (start, end) = (bound("start", 0)?, bound("end", rank)?);
    let part = shape.get(start..end).unwrap_or_default();
    made(builder, Tensor::f_from_slice(part))
}

pub fn constant(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    if let Some(tensor) = args.tensor("value")? {
        return Ok(vec![builder.written(tensor)?]);
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
        return beyond("it holds neither numbers nor a tensor");
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
    if shape::count(&shape).is_none_or(|count| count > MOST) {
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
    let whole = first.is_some_and(|first| first.kind() == Kind::Int64);
    let count = (end - start) / step;
    if !(count.is_finite() && count < MOST as f64) {
        return args.wrong(format!("counts from {start} to {end} by {step}"));
    }
    let kind = if whole { Kind::Int64 } else { Kind::Float };
    // Past its end it counts nothing.
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
        "CastLike" => {
            let like = args.input(1)?;
            builder.tensor(like).map_or(Kind::Float, Tensor::kind)
        }
        _ => {
            let to = args.int_or("to", 0)?;
            match i32::try_from(to).ok().and_then(held) {
                Some(kind) => kind,
                None => return beyond(format!("it makes numbers of type {to}")),
            }
        }
    };
    if builder.tensor(x).is_some() {
        one(builder, Copying::Cast(kind), x)
    } else if kind == Kind::Float {
        // Everything is computed in float32.
        one(builder, Copying::Identity, x)
    } else {
        beyond("it rounds the picture's values")
    }
}

pub fn worked_out(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut inputs = Vec::with_capacity(args.inputs.len());
    let mut over: Vec<i64> = Vec::new();
    for value in args.inputs.iter().flatten() {
        let Some(tensor) = builder.tensor(*value) else {
            return beyond("it is asked of the picture's values");
        };
        inputs.push(tensor.shallow_clone());
        over = match args.op() {
            "ScatterND" | "Trilu" if inputs.len() > 1 => over,
            _ => args.fits(shape::broadcast(&over, builder.shape(*value)))?,
        };
    }
    let values = shape::count(&over).map_or(f64::INFINITY, |count| count as f64);
    builder.afford(match args.op() {
        // A place along each axis.
        "NonZero" => values * over.len() as f64,
        _ => values,
    })?;
    let result = tch::no_grad(|| compute(args, &inputs));
    made(builder, result?)
}

fn compute(args: &Args, inputs: &[Tensor]) -> Answer<Result<Tensor, TchError>> {
    let input = |index: usize| match inputs.get(index) {
        Some(tensor) => Ok(tensor),
        None => args.wrong(format!("lacks its input {}", index + 1)),
    };
    let x = input(0)?;
    Ok(match args.op() {
        "Equal" => x.f_eq_tensor(input(1)?),
        "Less" => x.f_lt_tensor(input(1)?),
        "Greater" => x.f_gt_tensor(input(1)?),
        "LessOrEqual" => x.f_le_tensor(input(1)?),
        "GreaterOrEqual" => x.f_ge_tensor(input(1)?),
        "And" => x.f_logical_and(input(1)?),
        "Or" => x.f_logical_or(input(1)?),
        "Xor" => x.f_logical_xor(input(1)?),
        "Not" => x.f_logical_not(),
        "Mod" if args.flag("fmod", false)? => x.f_fmod_tensor(input(1)?),
        "Mod" => x.f_remainder_tensor(input(1)?),
        "Pow" => x
            .f_pow(input(1)?)
            .and_then(|power| power.f_to_kind(x.kind())),
        "Floor" => x.f_floor(),
        "Ceil" => x.f_ceil(),
        "Round" => x.f_round(),
        "Sign" => x.f_sign(),
        "Trilu" => {
            let diagonal = match inputs.get(1) {
                Some(diagonal) if diagonal.numel() == 1 => {
                    let row = diagonal.f_reshape([1]);
                    match row.and_then(|row| row.f_int64_value(&[0])) {
                        Ok(diagonal) => diagonal,
                        Err(error) => return Ok(Err(error)),
                    }
                }
                _ => 0,
            };
            if args.flag("upper", true)? {
                x.f_triu(diagonal)
            } else {
                x.f_tril(diagonal)
            }
        }
        "NonZero" => x.f_nonzero().and_then(|places| places.f_transpose(0, 1)),
        // ScatterND
        _ => {
            if args.text_or("reduction", "none")? != "none" {
                return beyond("it adds to what was there (reduction)");
            }
            let (places, updates) = (input(1)?, input(2)?);
            let axes = places.size().last().copied().unwrap_or(0);
            if axes > x.dim() as i64 {
                return args.wrong(format!("puts values at {axes} of {} axes", x.dim()));
            }
            let indices = places.f_unbind(-1);
            indices.and_then(|indices| {
                let indices: Vec<Option<&Tensor>> = indices.iter().map(Some).collect();
                x.f_index_put(&indices, updates, false)
            })
        }
    })
}
