//! Normalisations by mean and variance.

use tch::{TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesBack, AxesRule, FieldRule};
use crate::model::op::operation::{Cost, FeatureRole, Given, Operation, Traits, affine, input};
use crate::model::op::shape::{self, OutputShapes, Shape};

/// (x − mean) / √(variance + eps), then times a weight and plus a bias where they are present.
#[derive(Debug, Clone, PartialEq)]
pub enum Normalisation {
    /// Each channel by fixed statistics. Inputs: x, then weight and bias if `affine`, then running
    /// mean and variance.
    Batch {
        /// Whether weight and bias, both `[channels]`, are among the inputs.
        affine: bool,
        /// Added to the variance, so that nothing is divided by zero.
        eps: f64,
    },
    /// Over the last axes, whose sizes are `shape`. Inputs: x, weight and bias.
    Layer {
        /// Sizes of the axes that share a mean and a variance.
        shape: Vec<i64>,
        /// Whether a weight of the sizes `shape` is among the inputs.
        weight: bool,
        /// Whether a bias of the sizes `shape` is among the inputs.
        bias: bool,
        /// Added to the variance, so that nothing is divided by zero.
        eps: f64,
    },
    /// Over groups of channels and all positions. Inputs: x, weight and bias.
    Group {
        /// The number of groups, which divides the number of channels.
        groups: i64,
        /// Whether a weight `[channels]` is among the inputs.
        weight: bool,
        /// Whether a bias `[channels]` is among the inputs.
        bias: bool,
        /// Added to the variance, so that nothing is divided by zero.
        eps: f64,
    },
    /// By the root of the mean of the squares over the last axes, whose sizes are `shape`; nothing is
    /// subtracted (Zhang and Sennrich, arXiv 1910.07467). Inputs: x and the weight.
    RootMeanSquare {
        /// Sizes of the axes that share a mean.
        shape: Vec<i64>,
        /// Whether a weight of the sizes `shape` is among the inputs.
        weight: bool,
        /// Added to the mean; the smallest step of float32 where `None`.
        eps: Option<f64>,
    },
    /// Each channel of each entry of the batch by its own statistics. Inputs: x, weight and bias.
    Instance {
        /// Whether a weight `[channels]` is among the inputs.
        weight: bool,
        /// Whether a bias `[channels]` is among the inputs.
        bias: bool,
        /// Added to the variance, so that nothing is divided by zero.
        eps: f64,
    },
    /// Each channel by its own statistics over the whole batch, as weights are standardised before
    /// they are used, and as layers without running statistics do. Inputs: x, weight and bias.
    Standardise {
        /// Whether a weight `[channels]` is among the inputs.
        weight: bool,
        /// Whether a bias `[channels]` is among the inputs.
        bias: bool,
        /// Added to the variance, so that nothing is divided by zero.
        eps: f64,
    },
}

impl Operation for Normalisation {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Normalisation::Batch { affine: has, eps } => {
                let (scale, shift) = affine(inputs, *has, *has)?;
                let first = if *has { 3 } else { 1 };
                let mean = Some(input(inputs, first)?);
                let variance = Some(input(inputs, first + 1)?);
                let y = x.f_batch_norm(scale, shift, mean, variance, false, 0.0, *eps, false)?;
                laid_out_on_the_way_back(y)
            }
            Normalisation::Layer {
                shape,
                weight,
                bias,
                eps,
            } => {
                let (weight, bias) = affine(inputs, *weight, *bias)?;
                x.f_layer_norm(shape.as_slice(), weight, bias, *eps, false)
            }
            Normalisation::Group {
                groups,
                weight,
                bias,
                eps,
            } => {
                let (weight, bias) = affine(inputs, *weight, *bias)?;
                x.f_group_norm(*groups, weight, bias, *eps, false)
            }
            Normalisation::RootMeanSquare { shape, weight, eps } => {
                let (weight, _) = affine(inputs, *weight, false)?;
                x.f_rms_norm(shape.as_slice(), weight, *eps)
            }
            Normalisation::Instance { weight, bias, eps } => {
                let (weight, bias) = affine(inputs, *weight, *bias)?;
                let none = None::<&Tensor>;
                x.f_instance_norm(weight, bias, none, none, true, 0.0, *eps, false)
            }
            Normalisation::Standardise { weight, bias, eps } => {
                let (scale, shift) = affine(inputs, *weight, *bias)?;
                let none = None::<&Tensor>;
                x.f_batch_norm(scale, shift, none, none, true, 0.0, *eps, false)
            }
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        match self {
            Normalisation::Batch { .. } => {
                let channels = x.get(1).copied();
                let unfit = |row: &&&[i64]| shape::count(row) != channels;
                match inputs[1..].iter().find(unfit) {
                    Some(row) => Err(format!("a row {row:?} does not fit the channels of {x:?}")),
                    None => Ok(OutputShapes::one(x)),
                }
            }
            Normalisation::Layer { .. }
            | Normalisation::Group { .. }
            | Normalisation::RootMeanSquare { .. }
            | Normalisation::Instance { .. }
            | Normalisation::Standardise { .. } => Ok(OutputShapes::one(x)),
        }
    }

    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        match self {
            Normalisation::Batch { .. }
            | Normalisation::Layer { .. }
            | Normalisation::Group { .. }
            | Normalisation::RootMeanSquare { .. }
            | Normalisation::Instance { .. }
            | Normalisation::Standardise { .. } => Cost::of_each(inputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        // Over one axis it normalises the channels of each position.
        let over = |shape: &[i64]| match shape.len() {
            1 => FieldRule::Same,
            _ => FieldRule::Everything,
        };
        let stays = Traits {
            axes: AxesRule::Elementwise,
            ..Traits::MIXES
        };
        match self {
            Normalisation::Batch { affine, eps } => Traits {
                adjoint: Adjoint::Scale {
                    affine: *affine,
                    eps: *eps,
                },
                field: FieldRule::Same,
                axes_back: AxesBack::Image,
                ..stays
            },
            // After the last stage of networks whose channels come last.
            Normalisation::Layer { shape, .. } | Normalisation::RootMeanSquare { shape, .. } => {
                Traits {
                    field: over(shape),
                    axes_back: AxesBack::First,
                    feature: FeatureRole::Passes,
                    ..stays
                }
            }
            Normalisation::Group { .. }
            | Normalisation::Instance { .. }
            | Normalisation::Standardise { .. } => stays,
        }
    }
}

/// The same, such that gradients reach it laid out in memory as it is.
///
/// On CPUs libtorch 2.13 computes a wrong gradient of a batch norm of one image where the gradient that
/// arrives lies with the channels last, as it does through `flatten(2).transpose(1, 2)`, and the input
/// does not. On the way
/// back, a view by strides copies the gradient into its own layout.
fn laid_out_on_the_way_back(y: Tensor) -> Result<Tensor, TchError> {
    if y.requires_grad() {
        y.f_as_strided(y.size(), y.stride(), None)
    } else {
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    #[test]
    fn the_gradient_of_a_batch_norm_before_tokens_is_a_factor_for_each_channel() {
        tch::manual_seed(8);
        let random = |size: &[i64]| Tensor::randn(size, (Kind::Float, Device::Cpu));
        let x = random(&[1, 16, 6, 6]).set_requires_grad(true);
        let (scale, shift, mean) = (random(&[16]), random(&[16]), random(&[16]));
        let variance = random(&[16]).abs() + 0.5;
        let (affine, eps) = (true, 1e-5);
        let norm = Normalisation::Batch { affine, eps };
        let y = norm.run(&[&x, &scale, &shift, &mean, &variance]).unwrap();
        let upstream = random(&[1, 36, 16]);
        let score = (y[0].flatten(2, -1).transpose(1, 2) * &upstream).sum(Kind::Float);
        let gradient = Tensor::run_backward(&[score], &[&x], false, false).remove(0);
        let factor: Tensor = scale / (variance + eps).sqrt();
        let expected =
            upstream.transpose(1, 2).reshape([1, 16, 6, 6]) * factor.reshape([1, -1, 1, 1]);
        let apart = (gradient - expected).abs().max().double_value(&[]);
        assert!(apart < 1e-5, "{apart}");
    }
}
