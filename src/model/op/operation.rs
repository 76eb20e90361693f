//! The questions that every operation answers.

use tch::{TchError, Tensor};

use super::adjoint::Adjoint;
use super::geometry::{AxesBack, AxesRule, FieldRule};
use super::shape::{OutputShapes, Shape, elements};

/// An operation of the graph. There are no default answers: whoever adds a family decides each, and starts a
/// row of [`Traits`] from one of the rows that are written out there.
///
/// Inputs are given in the order that the operation documents. Only the fallible calls of tch are
/// used to run one, since what a file claims decides whether a call works.
pub(crate) trait Operation {
    /// Computes the outputs, one or several.
    ///
    /// # Errors
    /// What libtorch says about inputs that do not fit, and [`TchError::Shape`] where one is
    /// missing.
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError>;

    /// The shapes of the outputs, from the shapes of the inputs, before anything runs.
    ///
    /// What this refuses, libtorch would refuse too; libtorch may still refuse what this accepts.
    ///
    /// # Errors
    /// Why the inputs do not fit, as a clause that can follow the name of the node.
    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String>;

    /// What running it costs beyond holding the outputs, whose shapes are `outputs`.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost;

    /// Everything else about it, in one row.
    fn traits(&self, given: &Given<'_>) -> Traits<'_>;
}

/// What is known of the inputs where a trait is asked for; nothing, where the trait does not depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given<'a> {
    /// The shape of each input.
    pub shapes: &'a [&'a [i64]],
    /// The tensor of each input that is fixed, and `None` for those that are computed.
    pub weights: &'a [Option<&'a Tensor>],
}

impl<'a> Given<'a> {
    /// The tensor of one input, where it is fixed.
    pub fn weight(&self, index: usize) -> Option<&'a Tensor> {
        self.weights.get(index).copied().flatten()
    }
}

/// What an operation does to positions, axes, gradients and features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traits<'a> {
    /// The way back to the inputs that depend on the image. It may depend on the weights.
    pub adjoint: Adjoint,
    /// What it does to the receptive field. It may depend on the shapes of the inputs.
    pub field: FieldRule<'a>,
    /// What the axes of an output mean, given what those of the inputs mean.
    pub axes: AxesRule<'a>,
    /// What the axes of the inputs have to mean, given what those of the output mean.
    pub axes_back: AxesBack<'a>,
    /// How a gradient passes, and whether guided backpropagation acts here.
    pub gradient: GradientRole,
    /// What it does to features on the way to the logits.
    pub feature: FeatureRole,
}

impl Traits<'_> {
    /// Of what has a gradient, and mixes everything in a way that cannot be followed: the row to start from.
    pub const MIXES: Traits<'static> = Traits {
        adjoint: Adjoint::Recorded,
        field: FieldRule::Everything,
        axes: AxesRule::Lost,
        axes_back: AxesBack::Lost,
        gradient: GradientRole::Plain,
        feature: FeatureRole::Makes,
    };

    /// Of what moves values, each of which stays as it is.
    pub const MOVES: Traits<'static> = Traits {
        field: FieldRule::Same,
        ..Traits::MIXES
    };
}

/// What running an operation costs. Floats, because what a hostile file asks for would overflow
/// integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// Elements of intermediate results, held beside the outputs.
    pub scratch: f64,
    /// Steps of arithmetic or copying.
    pub work: f64,
    /// The multiply-adds that papers count: those of convolutions, matrix products and attention.
    pub multiply_adds: f64,
}

impl Cost {
    /// As many steps as there are elements in these shapes.
    pub fn of_each<S: AsRef<[i64]>>(shapes: &[S]) -> Cost {
        let elements = shapes.iter().map(|shape| elements(shape.as_ref()));
        Cost::of_steps(elements.sum())
    }

    /// So many steps that no paper counts.
    pub fn of_steps(work: f64) -> Cost {
        Cost {
            scratch: 0.0,
            work,
            multiply_adds: 0.0,
        }
    }

    /// So many multiply-adds.
    pub fn of_multiply_adds(multiply_adds: f64) -> Cost {
        Cost {
            scratch: 0.0,
            work: multiply_adds,
            multiply_adds,
        }
    }

    /// The same with `scratch` elements of intermediate results.
    pub fn with_scratch(self, scratch: f64) -> Cost {
        Cost { scratch, ..self }
    }
}

/// How a gradient passes an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum GradientRole {
    /// Passes a positive input on and stops a negative one: guided backpropagation acts here.
    Rectifier(Rectifier),
    /// A smooth non-linearity, through which the plain gradient passes under every rule. The name is
    /// the one that papers use.
    Smooth { name: &'static str },
    /// Anything else that has a gradient.
    Plain,
    /// No gradient passes: the output is constant in the input, or changes in jumps.
    Stops,
}

/// A rectifier, at which the rules of guided backpropagation act.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectifier {
    /// The name that papers use: ReLU, ReLU6.
    pub name: &'static str,
    /// Where it becomes flat again: 6 for ReLU6.
    pub ceiling: Option<f64>,
}

impl GradientRole {
    /// Of a function that clips its input to these bounds: a rectifier where the lower one is 0. From 0 to 1
    /// and from 0 to 255 it clips the levels of an image, or is a gate.
    pub fn clipping(min: Option<f64>, max: Option<f64>) -> GradientRole {
        let no_ceiling = |max: f64| max.is_nan() || max <= 0.0 || max == 1.0 || max == 255.0;
        if min != Some(0.0) || max.is_some_and(no_ceiling) {
            return GradientRole::Plain;
        }
        let name = match max {
            None => "ReLU",
            Some(6.0) => "ReLU6",
            Some(_) => "clipped ReLU",
        };
        GradientRole::Rectifier(Rectifier { name, ceiling: max })
    }
}

/// What an operation does to features, for whoever walks back from the logits to the last feature
/// map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeatureRole {
    /// A product with a matrix, as the classifier is.
    Dense,
    /// A convolution: the classifier, where it has one channel for each class.
    Convolution,
    /// Adds no feature: it pools, scales, turns or copies a map.
    Passes,
    /// Computes features, or moves them in a way that changes which map they belong to.
    Makes,
    /// Computes values from 0 to 1 that say how much others count: gates and attention.
    Weighs,
}

/// One of the inputs.
///
/// # Errors
/// [`TchError::Shape`] where the node has fewer.
pub(super) fn input<'a>(inputs: &[&'a Tensor], index: usize) -> Result<&'a Tensor, TchError> {
    let missing = || TchError::Shape(format!("input {index} is missing"));
    inputs.get(index).copied().ok_or_else(missing)
}

/// Weight and bias, which follow x where they are present.
pub(super) fn affine<'a>(
    inputs: &[&'a Tensor],
    weight: bool,
    bias: bool,
) -> Result<(Option<&'a Tensor>, Option<&'a Tensor>), TchError> {
    let weight = weight.then(|| input(inputs, 1)).transpose()?;
    let index = 1 + usize::from(weight.is_some());
    Ok((weight, bias.then(|| input(inputs, index)).transpose()?))
}
