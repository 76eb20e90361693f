//! Operations by which a network makes up its own numbers: masks, positions, tables. They rarely
//! see the picture, and are then computed once, at opening.

use tch::{Device, Kind, TchError, Tensor};

use super::{affine, input, value};
use crate::model::graph::Op;

/// What comes of nothing.
pub(crate) fn made(op: &Op) -> Result<Tensor, TchError> {
    match op {
        Op::Full { shape, value, kind } => {
            let value = Tensor::f_from_slice(&[*value])?.f_reshape([0i64; 0])?;
            Tensor::f_zeros(shape.as_slice(), (*kind, Device::Cpu))?.f_fill_tensor_(&value)
        }
        Op::Range {
            start,
            end,
            step,
            kind,
        } => {
            let count = (end - start) / step;
            if !(count.is_finite() && count >= 0.0) {
                let reason = format!("nothing lies between {start} and {end} by {step}");
                return Err(TchError::Shape(reason));
            }
            // Of doubles there is always a row, which is not so of every kind.
            Tensor::f_arange_start_step(*start, *end, *step, (Kind::Double, Device::Cpu))?
                .f_to_kind(*kind)
        }
        _ => Err(TchError::Shape(format!("{op:?} takes an input"))),
    }
}

pub(crate) fn apply(op: &Op, x: &Tensor, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
    match op {
        Op::PowOf(base) => x.f_mul_scalar(base.ln())?.f_exp(),
        Op::DivFloor => x.f_div_tensor_mode(input(inputs, 1)?, "floor"),
        // libtorch's own traps where the least number there is is divided by −1.
        Op::DivWhole => {
            let other = input(inputs, 1)?;
            let size = x.f_abs()?.f_div_tensor_mode(&other.f_abs()?, "floor")?;
            size.f_mul(&x.f_sign()?.f_mul(&other.f_sign()?)?)
        }
        Op::DivScalarFloor(other) => x.f_div_tensor_mode(&value(x, *other)?, "floor"),
        Op::IsScalar { number, not: false } => x.f_eq_tensor(&value(x, *number)?),
        Op::IsScalar { number, not: true } => x.f_ne_tensor(&value(x, *number)?),
        Op::Not => x.f_logical_not(),
        Op::MaskedFill { value: filled } => {
            x.f_masked_fill_tensor(input(inputs, 1)?, &value(x, *filled)?)
        }
        Op::Where => input(inputs, 1)?.f_where_self(x, input(inputs, 2)?),
        Op::AnyAlong { dim, keepdim } => x.f_any_dim(*dim, *keepdim),
        Op::RemainderOf(divisor) => x.f_fmod_tensor(&value(x, *divisor)?),
        Op::IndexSelect { dim } => x.f_index_select(*dim, input(inputs, 1)?),
        Op::CumulativeSum { dim } => x.f_cumsum(*dim, Kind::Float),
        Op::Fill => {
            let value = input(inputs, 1)?.f_to_kind(x.f_kind()?)?;
            value.f_expand_as(x)
        }
        Op::FillScalar(filled) => value(x, *filled)?.f_to_kind(x.f_kind()?)?.f_expand_as(x),
        Op::Cast(kind) => cast(x, *kind),
        Op::CastAs => cast(x, input(inputs, 1)?.f_kind()?),
        Op::Standardise { weight, bias, eps } => {
            let (scale, shift) = affine(inputs, *weight, *bias)?;
            let none = None::<&Tensor>;
            x.f_batch_norm(scale, shift, none, none, true, 0.0, *eps, false)
        }
        Op::SelectScatter { dim, index } => x.f_select_scatter(input(inputs, 1)?, *dim, *index),
        Op::SliceScatter {
            dim,
            start,
            end,
            step,
        } => x.f_slice_scatter(input(inputs, 1)?, *dim, *start, *end, *step),
        _ => Err(TchError::Shape(format!("{op:?} does not take a tensor"))),
    }
}

/// A tensor of its own in any case, so that a gradient asked here is not the one at its input.
fn cast(x: &Tensor, kind: Kind) -> Result<Tensor, TchError> {
    if x.f_kind()? == kind {
        x.f_alias()
    } else {
        x.f_to_kind(kind)
    }
}
