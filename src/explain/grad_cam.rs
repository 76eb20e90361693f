//! Grad-CAM: where in a feature map the evidence for a class lies (Selvaraju et al.,
//! arXiv 1610.02391 v4, equations 1 and 2).

use std::collections::HashMap;

use tch::{Kind, TchError, Tensor};

use super::Objective;
use super::arrays::{plain, sizes};
use crate::model::{Detail, ReluRule, Tape, ValueId};
use crate::picture::map::Map;

/// The maps of one score at several layers, from a single backward pass.
///
/// Each is ReLU(Σₖ αₖ Aₖ) at its layer's own resolution, raw: neither scaled nor upsampled.
///
/// # Errors
/// Errors from libtorch; [`TchError::Shape`] for an activation that is not `[1, C, H, W]`.
pub fn grad_cam(
    tape: &Tape,
    objective: &Objective,
    layers: &[ValueId],
) -> Result<Vec<Map>, TchError> {
    let mut found: HashMap<ValueId, Map> = HashMap::new();
    grad_cam_each::<TchError>(
        tape,
        objective,
        layers,
        &mut || Ok(()),
        &mut |value, map| {
            found.insert(value, map);
            Ok(())
        },
    )?;
    let missing = || TchError::Shape("no map".into());
    let map = |value| found.get(value).cloned().ok_or_else(missing);
    layers.iter().map(map).collect()
}

/// Like [`grad_cam`], one map at a time. `found` is called once per layer, from the last of the network
/// to the first, as soon as the backward pass has reached it. `watch` is called many times. An error
/// from either ends the pass.
///
/// # Errors
/// As [`grad_cam`], and what `watch` and `found` return.
pub fn grad_cam_each<E: From<TchError>>(
    tape: &Tape,
    objective: &Objective,
    layers: &[ValueId],
    watch: &mut dyn FnMut() -> Result<(), E>,
    found: &mut dyn FnMut(ValueId, Map) -> Result<(), E>,
) -> Result<(), E> {
    let rule = ReluRule::Gradient;
    tape.walk(
        objective.seed(),
        rule,
        (layers, Detail::Means),
        watch,
        &mut |value, gradient| {
            let missing = || TchError::Shape("the layer was not recorded".into());
            let activation = tape.activation(value).ok_or_else(missing)?;
            let [activation, gradient] = [activation, gradient].map(|t| tape.planes(value, t));
            found(value, from_gradient(&activation?, &gradient?)?)
        },
    )?;
    Ok(())
}

/// The map of one score at one layer.
///
/// # Errors
/// As [`grad_cam`].
pub fn grad_cam_at(tape: &Tape, objective: &Objective, layer: ValueId) -> Result<Map, TchError> {
    let mut maps = grad_cam(tape, objective, &[layer])?;
    maps.pop().ok_or_else(|| TchError::Shape("no map".into()))
}

/// A mean this small beside the mean magnitude is what rounding leaves of zero.
const ROUNDING: f64 = 4e-6;

/// αₖ (equation 1): the gradient of the score with respect to each channel, averaged over all
/// positions. Takes `[1, C, H, W]`, returns `[C]`.
///
/// Before an instance norm or a filter of edges the gradients of a channel cancel. Their mean is zero then, and not
/// what rounding leaves of it: a map of that would be noise.
///
/// # Errors
/// Errors from libtorch, for example for a gradient of another shape.
pub fn channel_weights(gradient: &Tensor) -> Result<Tensor, TchError> {
    let axes = [0i64, 2, 3];
    let mean = gradient.f_mean_dim(axes.as_slice(), false, Kind::Float)?;
    let magnitude = gradient
        .f_abs()?
        .f_mean_dim(axes.as_slice(), false, Kind::Float)?;
    let least = magnitude.f_mul_scalar(ROUNDING)?;
    let cancels = mean.f_abs()?.f_less_tensor(&least)?;
    mean.f_masked_fill(&cancels, 0.0)
}

/// Equation 2: the ReLU of the activations weighted by αₖ.
fn from_gradient(activation: &Tensor, gradient: &Tensor) -> Result<Map, TchError> {
    let (_, height, width) = sizes(activation)?;
    let map = weighted_sum(activation, &channel_weights(gradient)?)?.f_relu()?;
    Ok(Map {
        width,
        height,
        values: plain(&map)?,
    })
}

/// Σₖ αₖ Aₖ, `[1, H · W]`: equation 2 before the ReLU.
pub(super) fn weighted_sum(activation: &Tensor, weights: &Tensor) -> Result<Tensor, TchError> {
    let (channels, height, width) = sizes(activation)?;
    let flat = activation
        .f_detach()?
        .f_reshape([channels as i64, (height * width) as i64])?;
    weights.f_unsqueeze(0)?.f_matmul(&flat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_that_cancel_have_no_weight() {
        let gradient = [
            1.0_f32,
            -1.0,
            1.0,
            -0.999_999_6,
            1.0,
            -1.0,
            1.0,
            -0.999,
            0.0,
            0.0,
            0.0,
            0.0,
        ];
        let gradient = Tensor::from_slice(&gradient).reshape([1, 3, 2, 2]);
        let weights = Vec::<f32>::try_from(channel_weights(&gradient).unwrap()).unwrap();
        assert_eq!(weights[0], 0.0);
        assert!((weights[1] - 0.000_25).abs() < 1e-6, "{weights:?}");
        assert_eq!(weights[2], 0.0);
    }
}
