//! Operations that work value by value: the positions of a tensor never mix, and what comes out has
//! the shape of the first input or of all inputs broadcast against each other.
//!
//! So much is alike in them that each states the rest in one row, a [`Profile`].

use tch::{TchError, Tensor};

use super::adjoint::Adjoint;
use super::geometry::{AxesBack, AxesRule, FieldRule};
use super::operation::{Cost, FeatureRole, Given, GradientRole, Operation, Traits};
use super::shape::{OutputShapes, Shape, broadcast_all, elements, input};

pub(super) mod activation;
pub(super) mod arithmetic;
pub(super) mod copying;
pub(super) mod function;
pub(super) mod masking;
pub(super) mod pair;
pub(super) mod scalar;

/// A family of operations that work value by value.
pub(super) trait Elementwise {
    /// Computes the output.
    ///
    /// # Errors
    /// As [`Operation::run`].
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError>;

    /// Everything else about it.
    fn profile(&self) -> Profile;
}

/// What is not the same for all elementwise operations.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    extent: Extent,
    axes: AxesRule<'static>,
    axes_back: AxesBack<'static>,
    gradient: GradientRole,
    adjoint: Adjoint,
    feature: FeatureRole,
    /// How many tensors of the output's size are made, the output included.
    tensors: f64,
}

/// Which shape comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    FirstInput,
    AllBroadcast,
}

impl Profile {
    /// A function of the first input, which other inputs do not make larger.
    fn of_first(gradient: GradientRole) -> Profile {
        Profile {
            extent: Extent::FirstInput,
            axes: AxesRule::Elementwise,
            axes_back: AxesBack::Lost,
            gradient,
            adjoint: Adjoint::Recorded,
            feature: FeatureRole::Makes,
            tensors: 1.0,
        }
    }

    /// A function of all inputs broadcast against each other.
    fn of_all(axes: AxesRule<'static>, axes_back: AxesBack<'static>) -> Profile {
        Profile {
            extent: Extent::AllBroadcast,
            axes,
            axes_back,
            ..Profile::of_first(GradientRole::Plain)
        }
    }
}

impl<T: Elementwise> Operation for T {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        Ok(vec![self.compute(inputs)?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let first = input(inputs, 0)?;
        match self.profile().extent {
            Extent::FirstInput => Ok(OutputShapes::one(first)),
            Extent::AllBroadcast => broadcast_all(inputs).map(OutputShapes::one),
        }
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        let each: f64 = outputs.iter().map(|shape| elements(shape)).sum();
        let tensors = self.profile().tensors;
        Cost::of_steps(tensors * each).with_scratch((tensors - 1.0) * each)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let profile = self.profile();
        Traits {
            adjoint: profile.adjoint,
            field: FieldRule::Same,
            axes: profile.axes,
            axes_back: profile.axes_back,
            gradient: profile.gradient,
            feature: profile.feature,
        }
    }
}
