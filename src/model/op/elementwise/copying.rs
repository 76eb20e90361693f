//! Operations whose output holds the values of their input.

use tch::{Kind, TchError, Tensor};

use super::{Elementwise, Profile};
use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::AxesBack;
use crate::model::op::operation::{FeatureRole, GradientRole, input};

/// The values of x, the first input.
#[derive(Debug, Clone, PartialEq)]
pub enum Copying {
    /// Nothing is done.
    Identity,
    /// The gradient is cut off.
    Detach,
    /// In another dtype.
    Cast(Kind),
    /// In the dtype of another tensor. Inputs: x, that tensor.
    CastAs,
}

impl Elementwise for Copying {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        match self {
            // A new tensor, so that a gradient taken here is not the one at its input.
            Copying::Identity => x.f_alias(),
            Copying::Detach => x.f_detach(),
            Copying::Cast(kind) => cast(x, *kind),
            Copying::CastAs => cast(x, input(inputs, 1)?.f_kind()?),
        }
    }

    fn profile(&self) -> Profile {
        match self {
            Copying::Identity => Profile {
                adjoint: Adjoint::Same,
                axes_back: AxesBack::First,
                feature: FeatureRole::Passes,
                ..Profile::of_first(GradientRole::Plain)
            },
            Copying::Detach => Profile::of_first(GradientRole::Stops),
            Copying::Cast(Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16)
            | Copying::CastAs => Profile::of_first(GradientRole::Plain),
            // Integers and truth values have no gradient.
            Copying::Cast(_) => Profile::of_first(GradientRole::Stops),
        }
    }
}

/// A new tensor in any case, so that a gradient taken here is not the one at its input.
fn cast(x: &Tensor, kind: Kind) -> Result<Tensor, TchError> {
    if x.f_kind()? == kind {
        x.f_alias()
    } else {
        x.f_to_kind(kind)
    }
}
