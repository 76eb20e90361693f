//! What is done with comparisons: masks, fills and choices.

use tch::{TchError, Tensor};

use super::scalar::{Number, value};
use super::{Elementwise, Profile};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, input};

/// What becomes of x, the first input, by a mask, or what fills it.
#[derive(Debug, Clone, PartialEq)]
pub enum Masking {
    /// `value` where a mask holds, x elsewhere. Inputs: x, the mask.
    MaskedFill {
        /// The number written where the mask is true.
        value: f64,
    },
    /// The same with a value that is a tensor. Inputs: x, the mask, the value.
    MaskedFillBy,
    /// Inputs: a condition, what is taken where it holds, and what is taken where it does not.
    Where,
    /// The same with numbers. Inputs: the condition, and what is taken where no number is.
    WhereNumbers {
        /// Taken where the condition holds.
        held: Option<Number>,
        /// Taken where it does not.
        other: Option<Number>,
    },
    /// One number in the shape of x. Inputs: x, the number.
    Fill,
    /// One number in the shape of x.
    FillScalar(f64),
}

impl Elementwise for Masking {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        match self {
            Masking::MaskedFill { value: filled } => {
                x.f_masked_fill_tensor(input(inputs, 1)?, &value(x, *filled)?)
            }
            Masking::MaskedFillBy => {
                let value = input(inputs, 2)?.f_to_kind(x.f_kind()?)?;
                x.f_masked_fill_tensor(input(inputs, 1)?, &value)
            }
            Masking::WhereNumbers { held, other } => {
                let taken = |number: &Option<Number>, index: usize| match number {
                    Some(number) => number.tensor(),
                    None => Ok(input(inputs, index)?.shallow_clone()),
                };
                let other = taken(other, 1 + usize::from(held.is_none()))?;
                taken(held, 1)?.f_where_self(x, &other)
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
            Masking::FillScalar(_) => Profile::of_first(GradientRole::Stops),
            Masking::Fill => Profile::of_first(GradientRole::Plain),
            Masking::MaskedFill { .. } | Masking::MaskedFillBy => {
                Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            }
            Masking::Where | Masking::WhereNumbers { .. } => {
                Profile::of_all(AxesRule::Broadcast, AxesBack::Lost)
            }
        }
    }
}
