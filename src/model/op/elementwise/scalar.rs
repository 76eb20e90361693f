//! Numbers handed to libtorch.
//!
//! Calls of tch that take a number panic where libtorch refuses it: tch frees the number before it
//! looks at the error. So numbers are passed only where libtorch takes any, and as tensors
//! elsewhere.

use tch::{Kind, Scalar, TchError, Tensor};

/// A number of the dtype of `x`: among integers only an integer gives integers again.
pub fn number(x: &Tensor, number: f64) -> Result<Scalar, TchError> {
    let whole = number.fract() == 0.0 && number.abs() < 2f64.powi(53);
    Ok(match x.f_kind()? {
        Kind::Uint8 | Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 if whole => {
            Scalar::from(number as i64)
        }
        _ => Scalar::from(number),
    })
}

/// The same as a tensor of one element.
pub fn value(x: &Tensor, number: f64) -> Result<Tensor, TchError> {
    let kind = match x.f_kind()? {
        Kind::Bool => Kind::Float,
        kind if number.fract() == 0.0 => kind,
        _ => Kind::Float,
    };
    Tensor::f_from_slice(&[number])?
        .f_reshape([0i64; 0])?
        .f_to_kind(kind)
}

/// `x` times `alpha`; `x` itself where that is 1.
pub fn scaled(x: &Tensor, alpha: f64) -> Result<Tensor, TchError> {
    if alpha == 1.0 {
        Ok(x.shallow_clone())
    } else {
        x.f_mul_scalar(alpha)
    }
}

/// A number as a program writes it, which decides whether integers become floats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// Whether it is a float, whole or not.
    pub float: bool,
}

impl Number {
    /// As a tensor without axes, which is promoted as libtorch promotes numbers.
    pub(crate) fn tensor(self) -> Result<Tensor, TchError> {
        let one = Tensor::f_from_slice(&[self.value])?.f_reshape([0i64; 0])?;
        one.f_to_kind(if self.float { Kind::Float } else { Kind::Int64 })
    }
}

impl From<f64> for Number {
    /// An integer where it is whole.
    fn from(value: f64) -> Number {
        let whole = value.fract() == 0.0 && value.abs() < 2f64.powi(53);
        Number {
            value,
            float: !whole,
        }
    }
}
