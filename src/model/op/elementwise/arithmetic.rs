//! Arithmetic on single values.

use tch::{TchError, Tensor};

use super::scalar::{number, scaled, value};
use super::{Elementwise, Profile};
use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, input};

/// Arithmetic on x, the first input, with other inputs that are broadcast against it or with
/// numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Arithmetic {
    /// a + alpha · b
    Add {
        /// The factor of the second input, as in `torch.add`.
        alpha: f64,
    },
    /// a − alpha · b
    Sub {
        /// The factor of the second input, as in `torch.sub`.
        alpha: f64,
    },
    /// a · b
    Mul,
    /// a / b
    Div,
    /// a / b, rounded down.
    FloorDiv,
    /// a / b of integers, rounded toward zero.
    TruncatedDiv,
    /// The larger of two.
    Maximum,
    /// The smaller of two.
    Minimum,
    /// x + value · a · b. Inputs: x, a, b.
    AddProduct {
        /// The factor of the product, as in `torch.addcmul`.
        value: f64,
    },
    /// x + number
    AddScalar(f64),
    /// number − x
    RsubScalar(f64),
    /// x · number
    MulScalar(f64),
    /// x / number, rounded down.
    FloorDivScalar(f64),
    /// The remainder of x / number, with the sign of x.
    RemainderScalar(f64),
    /// x to the power of a number.
    PowScalar(f64),
    /// A positive number to the power of x.
    ScalarPow(f64),
    /// eˣ
    Exp,
    /// The natural logarithm.
    Log,
    /// The error function.
    Erf,
    /// The absolute value.
    Abs,
    /// The sine of an angle in radians.
    Sin,
    /// The cosine of an angle in radians.
    Cos,
}

impl Elementwise for Arithmetic {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        let other = || input(inputs, 1);
        match self {
            Arithmetic::Add { alpha } => x.f_add(&scaled(other()?, *alpha)?),
            Arithmetic::Sub { alpha } => x.f_sub(&scaled(other()?, *alpha)?),
            Arithmetic::Mul => x.f_mul(other()?),
            Arithmetic::Div => x.f_div(other()?),
            Arithmetic::FloorDiv => x.f_div_tensor_mode(other()?, "floor"),
            // libtorch's own traps where the smallest integer is divided by −1.
            Arithmetic::TruncatedDiv => {
                let other = other()?;
                let size = x.f_abs()?.f_div_tensor_mode(&other.f_abs()?, "floor")?;
                size.f_mul(&x.f_sign()?.f_mul(&other.f_sign()?)?)
            }
            Arithmetic::Maximum => x.f_maximum(other()?),
            Arithmetic::Minimum => x.f_minimum(other()?),
            Arithmetic::AddProduct { value } => {
                let product = other()?.f_mul(input(inputs, 2)?)?;
                x.f_add(&scaled(&product, *value)?)
            }
            Arithmetic::AddScalar(other) => x.f_add_scalar(number(x, *other)?),
            Arithmetic::RsubScalar(other) => x.f_neg()?.f_add_scalar(number(x, *other)?),
            Arithmetic::MulScalar(other) => x.f_mul_scalar(number(x, *other)?),
            Arithmetic::FloorDivScalar(other) => x.f_div_tensor_mode(&value(x, *other)?, "floor"),
            Arithmetic::RemainderScalar(divisor) => x.f_fmod_tensor(&value(x, *divisor)?),
            // The result of a negative exponent is no integer.
            Arithmetic::PowScalar(exponent) if *exponent < 0.0 || x.f_is_floating_point()? => {
                x.f_pow_tensor_scalar(*exponent)
            }
            Arithmetic::PowScalar(exponent) => x.f_pow(&value(x, *exponent)?),
            Arithmetic::ScalarPow(base) => x.f_mul_scalar(base.ln())?.f_exp(),
            Arithmetic::Exp => x.f_exp(),
            Arithmetic::Log => x.f_log(),
            Arithmetic::Erf => x.f_erf(),
            Arithmetic::Abs => x.f_abs(),
            Arithmetic::Sin => x.f_sin(),
            Arithmetic::Cos => x.f_cos(),
        }
    }

    fn profile(&self) -> Profile {
        match self {
            Arithmetic::Add { alpha } => Profile {
                adjoint: if *alpha == 1.0 {
                    Adjoint::Sum
                } else {
                    Adjoint::Recorded
                },
                ..Profile::of_all(AxesRule::Broadcast, AxesBack::All)
            },
            Arithmetic::Sub { .. } => Profile::of_all(AxesRule::Broadcast, AxesBack::All),
            Arithmetic::Mul => Profile::of_all(AxesRule::Broadcast, AxesBack::First),
            Arithmetic::Div
            | Arithmetic::Maximum
            | Arithmetic::Minimum
            | Arithmetic::AddProduct { .. } => Profile::of_all(AxesRule::Broadcast, AxesBack::Lost),
            Arithmetic::FloorDiv => Profile {
                gradient: GradientRole::Stops,
                ..Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            },
            Arithmetic::TruncatedDiv => Profile {
                gradient: GradientRole::Stops,
                // The signs, and both sides without them.
                tensors: 4.0,
                ..Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            },
            Arithmetic::FloorDivScalar(_) => Profile::of_first(GradientRole::Stops),
            Arithmetic::AddScalar(_)
            | Arithmetic::RsubScalar(_)
            | Arithmetic::MulScalar(_)
            | Arithmetic::RemainderScalar(_)
            | Arithmetic::PowScalar(_)
            | Arithmetic::ScalarPow(_)
            | Arithmetic::Exp
            | Arithmetic::Log
            | Arithmetic::Erf
            | Arithmetic::Abs
            | Arithmetic::Sin
            | Arithmetic::Cos => Profile::of_first(GradientRole::Plain),
        }
    }
}
