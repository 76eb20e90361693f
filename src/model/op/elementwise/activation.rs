//! Non-linearities.

use tch::{TchError, Tensor};

use super::scalar::{Number, value};
use super::{Elementwise, Profile};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{FeatureRole, GradientRole, input};

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
    /// ln(1 + e^(β · x)) / β
    Softplus {
        /// How sharp the bend is; 1 is PyTorch's default.
        beta: f64,
        /// Where β · x is larger, it is x itself; 20 is PyTorch's default.
        threshold: f64,
    },
    /// scale · x for positive values, scale · α · (e^(input_scale · x) − 1) for negative ones.
    ScaledElu {
        /// The name that papers use: SELU, CELU, ELU.
        name: &'static str,
        /// The factor for negative values, and how far below zero they reach.
        alpha: f64,
        /// The factor of the result.
        scale: f64,
        /// The factor of negative values before the exponential.
        input_scale: f64,
    },
    /// Values no farther from zero than `lambda` become 0.
    Hardshrink {
        /// The distance from zero; 0.5 is PyTorch's default.
        lambda: f64,
    },
    /// All values by `lambda` closer to zero; those that would pass it become 0.
    Softshrink {
        /// The distance; 0.5 is PyTorch's default.
        lambda: f64,
    },
    /// Values no larger than `threshold` become `value`.
    Threshold {
        /// The largest value that is replaced.
        threshold: f64,
        /// What it becomes.
        value: f64,
    },
    /// x clipped on one side or on both by other tensors. Inputs: x, the lower bounds, the upper bounds.
    ClampBetween {
        /// Whether there are lower bounds.
        min: bool,
        /// Whether there are upper bounds.
        max: bool,
    },
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
            Activation::Softplus { beta, threshold } if (*beta, *threshold) == (1.0, 20.0) => {
                x.f_softplus()
            }
            Activation::Softplus { beta, threshold } => {
                let scaled = x.f_mul_scalar(*beta)?;
                let bent = scaled.f_clamp_max(*threshold)?.f_exp()?.f_log1p()?;
                let bent = bent.f_mul_scalar(beta.recip())?;
                let straight = scaled.f_gt_tensor(&Number::from(*threshold).tensor()?)?;
                x.f_where_self(&straight, &bent)
            }
            // Composed like these two above, without a rectifier inside.
            Activation::ScaledElu {
                alpha,
                scale,
                input_scale,
                ..
            } => {
                let negative = x.f_clamp_max(0.0)?.f_mul_scalar(*input_scale)?.f_expm1()?;
                let negative = negative.f_mul_scalar(*alpha)?;
                x.f_relu()?.f_add(&negative)?.f_mul_scalar(*scale)
            }
            Activation::Hardshrink { lambda } => {
                let small = x.f_abs()?.f_le_tensor(&Number::from(*lambda).tensor()?)?;
                x.f_masked_fill_tensor(&small, &value(x, 0.0)?)
            }
            Activation::Softshrink { lambda } => x.f_sub(&x.f_clamp(-lambda, *lambda)?),
            Activation::Threshold {
                threshold,
                value: small,
            } => {
                let kept = x.f_gt_tensor(&Number::from(*threshold).tensor()?)?;
                x.f_where_self(&kept, &value(x, *small)?)
            }
            Activation::ClampBetween { min, max } => {
                let min = min.then(|| input(inputs, 1)).transpose()?;
                let index = 1 + usize::from(min.is_some());
                let max = max.then(|| input(inputs, index)).transpose()?;
                x.f_clamp_tensor(min, max)
            }
            // At zero the gradient is the slope, as PyTorch has it.
            Activation::Prelu => {
                let negative = x.f_clamp_max(0.0)?.f_mul(input(inputs, 1)?)?;
                x.f_relu()?.f_add(&negative)
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
            Activation::Softplus { .. } => smooth("Softplus"),
            Activation::ScaledElu { name, .. } => smooth(name),
            Activation::Hardshrink { .. } => smooth("Hardshrink"),
            Activation::Softshrink { .. } => smooth("Softshrink"),
            Activation::Threshold { threshold, value } if (*threshold, *value) == (0.0, 0.0) => {
                clipping(Some(0.0), None)
            }
            Activation::Threshold { .. } => Profile::of_first(GradientRole::Plain),
            Activation::ClampBetween { .. } => Profile::of_all(AxesRule::Broadcast, AxesBack::Lost),
            Activation::Prelu => Profile {
                gradient: GradientRole::Smooth { name: "PReLU" },
                ..Profile::of_all(AxesRule::Elementwise, AxesBack::Lost)
            },
            // Gates and probabilities, which papers do not count among a network's non-linearities.
            Activation::Sigmoid
            | Activation::Hardsigmoid
            | Activation::Softmax { log: false, .. } => Profile {
                feature: FeatureRole::Weighs,
                ..Profile::of_first(GradientRole::Plain)
            },
            Activation::Softmax { log: true, .. } => Profile::of_first(GradientRole::Plain),
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
