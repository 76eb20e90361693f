//! Operations of networks that work on tokens: attention, and the normalisations beside it.

use tch::{TchError, Tensor};

use super::{affine, input};
use crate::model::graph::Op;

pub(crate) fn apply(op: &Op, x: &Tensor, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
    match op {
        Op::LayerNorm {
            shape,
            weight,
            bias,
            eps,
        } => {
            let (weight, bias) = affine(inputs, *weight, *bias)?;
            x.f_layer_norm(shape.as_slice(), weight, bias, *eps, false)
        }
        Op::GroupNorm {
            groups,
            weight,
            bias,
            eps,
        } => {
            let (weight, bias) = affine(inputs, *weight, *bias)?;
            x.f_group_norm(*groups, weight, bias, *eps, false)
        }
        Op::Attention {
            mask,
            causal,
            scale,
            grouped,
        } => {
            let (key, value) = (input(inputs, 1)?, input(inputs, 2)?);
            let mask = mask.then(|| input(inputs, 3)).transpose()?;
            Tensor::f_scaled_dot_product_attention(
                x, key, value, mask, 0.0, *causal, *scale, *grouped,
            )
        }
        Op::Einsum { equation } => Tensor::f_einsum(equation, inputs, None::<&[i64]>),
        Op::Index { dims } => {
            let mut places = inputs.iter().skip(1).copied();
            let indices: Vec<Option<&Tensor>> = dims
                .iter()
                .map(|taken| if *taken { places.next() } else { None })
                .collect();
            x.f_index(&indices)
        }
        _ => Err(TchError::Shape(format!("{op:?} is not of tokens"))),
    }
}
