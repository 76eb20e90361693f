//! Comparisons, and what is done with them: masks, fills and choices.

use tch::{TchError, Tensor};

use super::scalar::value;
use super::{Elementwise, Profile};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, input};

/// A comparison of x, the first input, or what is done with one.
#[derive(Debug, Clone, PartialEq)]
pub enum Masking {
    /// Whether x equals the number, or does not if `negated`.
    EqualsScalar {
        /// The number that each element is compared with.
        number: f64,
        /// Whether the answer is true where they differ (`ne`) instead of where they are equal
        /// (`eq`).
        negated: bool,
    },
    /// The other truth value.
    Not,
    /// `value` where a mask holds, x elsewhere. Inputs: x, the mask.
    MaskedFill {
        /// The number written where the mask is true.
        value: f64,
    },
    /// Inputs: a condition, what is taken where it holds, and what is taken where it does not.
    Where,
    /// One number in the shape of x. Inputs: x, the number.
    Fill,
    /// One number in the shape of x.
    FillScalar(f64),
}

impl Elementwise for Masking {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        match self {
            Masking::EqualsScalar { number, negated } => {
                let number = value(x, *number)?;
                if *negated {
                    x.f_ne_tensor(&number)
                } else {
                    x.f_eq_tensor(&number)
                }
            }
            Masking::Not => x.f_logical_not(),
            Masking::MaskedFill { value: filled } => {
                x.f_masked_fill_tensor(input(inputs, 1)?, &value(x, *filled)?)
            }
            Masking::Where => input(inputs, 1)?.f_where_self(x, input(inputs, 2)?),
            Masking::Fill => {
                let value = input(inputs, 1)?.f_to_kind(x.f_kind()?)?;
                value.f_expand_as(x)
            }
            Masking::FillScalar(filled) => {
                value(x, *filled)?.f_to_kind(x.f_kind()?)?.f_expand_as(x)
            }
        }
    }

    fn profile(&self) -> Profile {
        match self {
            Masking::EqualsScalar { .. } | Masking::Not | Masking::FillScalar(_) => {
                Profile::of_first(GradientRole::Stops)
            }
            Masking::Fill => Profile::of_first(GradientRole::Plain),
            Masking::MaskedFill { .. } | Masking::Where => {
                Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            }
        }
    }
}
