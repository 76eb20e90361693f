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
    /// x to the power of a number.
    PowScalar(f64),
    /// A positive number to the power of x.
    ScalarPow(f64),
    /// x + value · a / b. Inputs: x, a, b.
    AddQuotient {
        /// The factor of the quotient, as in `torch.addcdiv`.
        value: f64,
    },
    /// x + weight · (b − x). Inputs: x, b.
    Lerp {
        /// How far from x to b.
        weight: f64,
    },
    /// The same with a weight for each value. Inputs: x, b, the weights.
    LerpBy,
    /// x with other numbers in the place of NaN and infinities; the largest floats where `None`.
    NanToNum {
        /// In the place of NaN; 0 where `None`.
        nan: Option<f64>,
        /// In the place of +∞.
        high: Option<f64>,
        /// In the place of −∞.
        low: Option<f64>,
    },
    /// ln(x / (1 − x))
    Logit {
        /// x is clipped to the range from this to one minus this.
        eps: Option<f64>,
    },
    /// x rounded.
    RoundTo {
        /// How many decimals are kept.
        decimals: i64,
    },
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
            Arithmetic::AddProduct { value } => {
                let product = other()?.f_mul(input(inputs, 2)?)?;
                x.f_add(&scaled(&product, *value)?)
            }
            Arithmetic::AddScalar(other) => x.f_add_scalar(number(x, *other)?),
            Arithmetic::RsubScalar(other) => x.f_neg()?.f_add_scalar(number(x, *other)?),
            Arithmetic::MulScalar(other) => x.f_mul_scalar(number(x, *other)?),
            // The result of a negative exponent is no integer.
            Arithmetic::PowScalar(exponent) if *exponent < 0.0 || x.f_is_floating_point()? => {
                x.f_pow_tensor_scalar(*exponent)
            }
            Arithmetic::PowScalar(exponent) => x.f_pow(&value(x, *exponent)?),
            Arithmetic::ScalarPow(base) => x.f_mul_scalar(base.ln())?.f_exp(),
            Arithmetic::AddQuotient { value } => {
                let quotient = other()?.f_div(input(inputs, 2)?)?;
                x.f_add(&scaled(&quotient, *value)?)
            }
            Arithmetic::Lerp { weight } => x.f_add(&scaled(&other()?.f_sub(x)?, *weight)?),
            Arithmetic::LerpBy => x.f_lerp_tensor(other()?, input(inputs, 2)?),
            Arithmetic::NanToNum { nan, high, low } => x.f_nan_to_num(*nan, *high, *low),
            Arithmetic::Logit { eps } => x.f_logit(*eps),
            Arithmetic::RoundTo { decimals } => x.f_round_decimals(*decimals),
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
            | Arithmetic::AddProduct { .. }
            | Arithmetic::AddQuotient { .. }
            | Arithmetic::Lerp { .. }
            | Arithmetic::LerpBy => Profile::of_all(AxesRule::Broadcast, AxesBack::Lost),
            Arithmetic::RoundTo { .. } => Profile::of_first(GradientRole::Stops),
            Arithmetic::AddScalar(_)
            | Arithmetic::RsubScalar(_)
            | Arithmetic::MulScalar(_)
            | Arithmetic::PowScalar(_)
            | Arithmetic::ScalarPow(_)
            | Arithmetic::NanToNum { .. }
            | Arithmetic::Logit { .. } => Profile::of_first(GradientRole::Plain),
        }
    }
}
