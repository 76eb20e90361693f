//! Non-linearities.

use tch::{TchError, Tensor};

use super::scalar::value;
use super::{Elementwise, Profile};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, input};

/// A non-linearity of x, the first input.
#[derive(Debug, Clone, PartialEq)]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// x clipped to a range. ReLU6 is the one from 0 to 6.
    Hardtanh {
        /// Smaller values become this; −1 is PyTorch's default.
        min: f64,
        /// Larger values become this; 1 is PyTorch's default.
        max: f64,
    },
    /// x clipped on one side or on both.
    Clamp {
        /// Smaller values become this; no lower bound where `None`.
        min: Option<f64>,
        /// Larger values become this; no upper bound where `None`.
        max: Option<f64>,
    },
    /// Negative values times `slope`.
    LeakyRelu {
        /// The factor for negative values; 0.01 is PyTorch's default.
        slope: f64,
    },
    /// α · (eˣ − 1) for negative values.
    Elu {
        /// The factor for negative values, and how far below zero they reach; 1 is PyTorch's default.
        alpha: f64,
    },
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
    Tanh,
    /// x · σ(x), also called Swish.
    Silu,
    /// x · Φ(x); `approximate` is `"none"` or `"tanh"`.
    Gelu {
        /// `"none"` uses Φ itself, `"tanh"` an approximation by tanh.
        approximate: String,
    },
    /// x · ReLU6(x + 3) / 6
    Hardswish,
    /// ReLU6(x + 3) / 6
    Hardsigmoid,
    /// x · tanh(softplus(x))
    Mish,
    /// ln(1 + eˣ)
    Softplus,
    /// Negative values times slopes of their own. Inputs: x, the slopes, which are broadcast.
    Prelu,
    /// Softmax along an axis, or its logarithm.
    Softmax {
        /// The axis along which the probabilities sum to 1; negative axes count from the end.
        dim: i64,
        /// Whether the result is the natural logarithm of the softmax.
        log: bool,
    },
}

impl Elementwise for Activation {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        match self {
            Activation::Relu => x.f_relu(),
            Activation::Hardtanh { min, max } => clamped(x, Some(*min), Some(*max)),
            Activation::Clamp { min, max } => clamped(x, *min, *max),
            // tch's leaky_relu takes no slope, and its elu no alpha.
            Activation::LeakyRelu { slope } => x
                .f_relu()?
                .f_sub(&x.f_neg()?.f_relu()?.f_mul_scalar(*slope)?),
            Activation::Elu { alpha } => {
                let negative = x.f_clamp_max(0.0)?.f_expm1()?.f_mul_scalar(*alpha)?;
                x.f_relu()?.f_add(&negative)
            }
            Activation::Sigmoid => x.f_sigmoid(),
            Activation::Tanh => x.f_tanh(),
            Activation::Silu => x.f_silu(),
            Activation::Gelu { approximate } => x.f_gelu(approximate),
            Activation::Hardswish => x.f_hardswish(),
            Activation::Hardsigmoid => x.f_hardsigmoid(),
            Activation::Mish => x.f_mish(),
            Activation::Softplus => x.f_softplus(),
            // Without a rectifier inside, at which guided backpropagation would act.
            Activation::Prelu => {
                let negative = x.f_clamp_max(0.0)?.f_mul(input(inputs, 1)?)?;
                x.f_clamp_min(0.0)?.f_add(&negative)
            }
            Activation::Softmax { dim, log: false } => x.f_softmax(*dim, x.f_kind()?),
            Activation::Softmax { dim, log: true } => x.f_log_softmax(*dim, x.f_kind()?),
        }
    }

    fn profile(&self) -> Profile {
        let smooth = |name| Profile::of_first(GradientRole::Smooth { name });
        let clipping = |min, max| Profile::of_first(GradientRole::clipping(min, max));
        match self {
            Activation::Relu => clipping(Some(0.0), None),
            Activation::Hardtanh { min, max } => clipping(Some(*min), Some(*max)),
            Activation::Clamp { min, max } => clipping(*min, *max),
            Activation::LeakyRelu { .. } => smooth("LeakyReLU"),
            Activation::Elu { .. } => smooth("ELU"),
            Activation::Tanh => smooth("Tanh"),
            Activation::Silu => smooth("SiLU"),
            Activation::Gelu { .. } => smooth("GELU"),
            Activation::Hardswish => smooth("Hardswish"),
            Activation::Mish => smooth("Mish"),
            Activation::Softplus => smooth("Softplus"),
            Activation::Prelu => Profile {
                gradient: GradientRole::Smooth { name: "PReLU" },
                ..Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            },
            // Gates and probabilities, which papers do not count among a network's non-linearities.
            Activation::Sigmoid | Activation::Hardsigmoid | Activation::Softmax { .. } => {
                Profile::of_first(GradientRole::Plain)
            }
        }
    }
}

fn clamped(x: &Tensor, min: Option<f64>, max: Option<f64>) -> Result<Tensor, TchError> {
    if !x.f_is_floating_point()? {
        let bound = |bound: Option<f64>| bound.map(|bound| value(x, bound)).transpose();
        return x.f_clamp_tensor(bound(min)?, bound(max)?);
    }
    match (min, max) {
        (Some(min), Some(max)) => x.f_clamp(min, max),
        (Some(min), None) => x.f_clamp_min(min),
        (None, Some(max)) => x.f_clamp_max(max),
        (None, None) => x.f_alias(),
    }
}
