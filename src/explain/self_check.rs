//! Whether the gradients of this network can be believed: two checks that need no reference.
//!
//! A reader that misunderstood an operation, or a way back through it that is wrong, still gives a
//! plausible heat map. So the score is measured by moving the input along its own gradient, with
//! plain forward passes that share nothing with the way back.

use tch::{Kind, TchError};

use super::Objective;
use super::regions::is_map;
use crate::model::graph::MatrixProduct;
use crate::model::op::Op;
use crate::model::{Graph, ReluRule, Tape, ValueId, forward};

/// The outcome of both checks for one score on one recorded pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfCheck {
    /// The gradient at the input against finite differences.
    pub slope: Slope,
    /// How constant the gradient is over the layer; `None` where the check needs a layer with a map.
    pub layer: Option<LayerCheck>,
}

/// The change of the score per unit of input along the direction of its gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// As the backward pass has it: the length of the gradient.
    pub predicted: f64,
    /// As two forward passes have it, (y(x + εd) − y(x − εd)) / 2ε, at the step ε that agrees best.
    pub measured: f64,
}

/// Whether Grad-CAM at a layer is CAM.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerCheck {
    /// The largest deviation of the gradient from its mean over the positions, relative to the largest
    /// gradient. It is 0 where the network goes on with a global average and a linear layer. Grad-CAM
    /// is then exactly CAM (arXiv 1610.02391 v4, section 3.1).
    pub deviation: f64,
    /// Σ over positions and channels of αₖAₖ, without the ReLU.
    pub sum: f64,
    /// The score less the bias of the classifier, which the sum has to equal where Grad-CAM is CAM.
    /// `None` where more than averages lies between the layer and the one linear layer at the end.
    pub score_without_bias: Option<f64>,
}

impl Slope {
    /// The difference of the two, relative to the larger one; 0 where both are 0.
    pub fn error(self) -> f64 {
        relative(self.predicted, self.measured)
    }

    /// Whether the two agree within 5 %. Rounding in float32 and the kinks of rectifiers leave some
    /// difference; a wrong way back leaves far more.
    pub fn agrees(self) -> bool {
        self.error() <= 0.05
    }
}

impl LayerCheck {
    /// Whether the gradient is the same at all positions, so that Grad-CAM is CAM.
    pub fn is_cam(self) -> bool {
        self.deviation <= 1e-4
    }

    /// Whether the sum is the score less the bias, within 0.1 %. `None` where it need not be.
    pub fn adds_up(self) -> Option<bool> {
        let score = self.score_without_bias.filter(|_| self.is_cam())?;
        Some(relative(self.sum, score) <= 1e-3)
    }
}

fn relative(a: f64, b: f64) -> f64 {
    let largest = a.abs().max(b.abs());
    if largest == 0.0 {
        0.0
    } else {
        (a - b).abs() / largest
    }
}

/// Checks the gradient of `score` at the input, and at `layer` if given. `tape` has recorded `graph`.
///
/// # Errors
/// Errors from libtorch.
pub fn self_check(
    graph: &Graph,
    tape: &Tape,
    objective: &Objective,
    layer: Option<ValueId>,
) -> Result<SelfCheck, TchError> {
    Ok(SelfCheck {
        slope: slope(graph, tape, objective)?,
        layer: layer
            .map(|layer| at_layer(graph, tape, objective, layer))
            .transpose()?,
    })
}

fn slope(graph: &Graph, tape: &Tape, objective: &Objective) -> Result<Slope, TchError> {
    /// The change of the score that a step aims at, as shares of its size, and at most the change of the image, as
    /// shares of its length: small enough to stay
    /// between the kinks of rectifiers, large enough to stand out from rounding.
    const STEPS: [f64; 7] = [0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4];
    /// Smaller ones are only needed where the score hardly depends on the input.
    const USUAL: usize = 5;
    let missing = || TchError::Shape("the input was not recorded".into());
    let gradients = tape.backward(objective.seed(), ReluRule::Gradient, &[graph.input])?;
    let gradient = gradients.at.first().ok_or_else(missing)?;
    let predicted = gradient.f_norm()?.f_double_value(&[])?;
    if predicted == 0.0 || !predicted.is_finite() {
        return Ok(Slope {
            predicted,
            measured: predicted,
        });
    }
    let input = tape.activation(graph.input).ok_or_else(missing)?;
    let input = input.f_detach()?;
    let direction = gradient.f_div_scalar(predicted)?.f_reshape(input.size())?;
    let size = objective.value(tape.logits())?.abs().max(1.0);
    let reach = reach(size, predicted, input.f_norm()?.f_double_value(&[])?);
    let mut best = Slope {
        predicted,
        measured: f64::INFINITY,
    };
    for (tried, share) in STEPS.into_iter().enumerate() {
        if tried >= USUAL && best.agrees() {
            break;
        }
        let step = share * reach;
        let along = direction.f_mul_scalar(step)?;
        let ahead = objective.value(&forward(graph, &input.f_add(&along)?)?)?;
        let behind = objective.value(&forward(graph, &input.f_sub(&along)?)?)?;
        let measured = (ahead - behind) / (2.0 * step);
        if (measured - predicted).abs() < (best.measured - predicted).abs() {
            best.measured = measured;
        }
    }
    Ok(best)
}

/// The step that changes a score of this size by all of it. Where the score hardly depends on the input, that would
/// leave the image behind: then the length of the image.
fn reach(size: f64, slope: f64, length: f64) -> f64 {
    let reach = size / slope;
    if length > 0.0 {
        reach.min(length)
    } else {
        reach
    }
}

fn at_layer(
    graph: &Graph,
    tape: &Tape,
    objective: &Objective,
    layer: ValueId,
) -> Result<LayerCheck, TchError> {
    let missing = || TchError::Shape("the layer was not recorded".into());
    let gradients = tape.backward(objective.seed(), ReluRule::Gradient, &[layer])?;
    let gradient = tape.planes(layer, gradients.at.first().ok_or_else(missing)?)?;
    let activation = tape.planes(layer, tape.activation(layer).ok_or_else(missing)?)?;
    let mean = gradient.f_mean_dim([2i64, 3].as_slice(), true, Kind::Float)?;
    let largest = gradient.f_abs()?.f_max()?.f_double_value(&[])?;
    let deviation = gradient
        .f_sub(&mean)?
        .f_abs()?
        .f_max()?
        .f_double_value(&[])?;
    let sum = activation
        .f_detach()?
        .f_mul(&mean)?
        .f_sum(Kind::Double)?
        .f_double_value(&[])?;
    Ok(LayerCheck {
        deviation: if largest == 0.0 {
            0.0
        } else {
            deviation / largest
        },
        sum,
        score_without_bias: match bias(graph, tape, objective, layer)? {
            Some(bias) => Some(objective.value(tape.logits())? - bias),
            None => None,
        },
    })
}

/// What the bias of the last linear layer adds to the score; `None` where the network does not go on from
/// `layer` with averages and that layer alone.
fn bias(
    graph: &Graph,
    tape: &Tape,
    objective: &Objective,
    layer: ValueId,
) -> Result<Option<f64>, TchError> {
    if is_map(tape.logits()) {
        return Ok(None);
    }
    let Some(last) = graph.producer(graph.logits) else {
        return Ok(None);
    };
    if !last
        .inputs
        .first()
        .is_some_and(|input| only_averaged(graph, layer, *input))
    {
        return Ok(None);
    }
    match last.op {
        Op::MatrixProduct(MatrixProduct::Linear { bias: false }) => Ok(Some(0.0)),
        Op::MatrixProduct(MatrixProduct::Linear { bias: true }) => {
            let bias = last.inputs.get(2).and_then(|bias| graph.weight(*bias));
            let bias = bias.map(|bias| objective.value(&bias.f_unsqueeze(0)?));
            bias.transpose()
        }
        _ => Ok(None),
    }
}

/// Whether `value` is made of `layer` by pooling, averaging and new shapes alone, so that it grows as that does.
fn only_averaged(graph: &Graph, layer: ValueId, value: ValueId) -> bool {
    let mut at = value;
    while at != layer {
        let Some(node) = graph.producer(at) else {
            return false;
        };
        let grows = matches!(
            node.op,
            Op::Pooling(_) | Op::Reduction(_) | Op::Reshaping(_) | Op::Copying(_)
        );
        match node.inputs.first() {
            Some(input) if grows => at = *input,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::Arc;

    use tch::{Device, Tensor};

    use super::*;
    use crate::explain::Score;
    use crate::model::{InputValue, Model, OpenOptions};
    use crate::unpacked::unpacked;

    #[test]
    fn compares_relative_to_the_larger_value() {
        let slope = |predicted, measured| Slope {
            predicted,
            measured,
        };
        assert!(slope(1.0, 0.96).agrees() && slope(0.0, 0.0).agrees());
        assert!(!slope(1.0, 0.9).agrees() && !slope(1.0, -1.0).agrees());
        assert!(!slope(1.0, f64::INFINITY).agrees());
    }

    #[test]
    fn no_step_is_longer_than_the_image() {
        assert_eq!(reach(2.0, 0.5, 100.0), 4.0);
        assert_eq!(reach(1.0, 1e-12, 100.0), 100.0);
        assert_eq!(reach(1.0, 0.1, 0.0), 10.0);
    }

    /// A table of numbers joins the pooled features before the last layer, so that they alone do not add up.
    #[test]
    fn expects_no_sum_where_more_than_averages_follows() {
        let folder = unpacked("tests/torchvision/inputs.zip.gz");
        let options = OpenOptions::default().input_at("mask", InputValue::number(0.25));
        let path = folder.path().join("beside.pt2");
        let model = Model::open_as(&path, &options, &mut |_| ControlFlow::Continue(())).unwrap();
        let graph = &model.graph;
        let input = Tensor::rand(graph.input_shape, (Kind::Float, Device::Cpu));
        let tape = Tape::record(graph, Arc::clone(&model.plan), &input).unwrap();
        let objective = Objective::new(&tape, Score::For(0)).unwrap();
        let before = |value: ValueId| graph.producer(value).unwrap().inputs[0];
        let joined = before(graph.logits);
        let pooled = before(joined);
        let map = before(pooled);
        assert_eq!(tape.activation(map).unwrap().dim(), 4);
        assert!(only_averaged(graph, map, pooled) && !only_averaged(graph, map, joined));
        let check = self_check(graph, &tape, &objective, Some(map)).unwrap();
        let layer = check.layer.unwrap();
        assert!(check.slope.agrees() && layer.is_cam());
        assert_eq!(layer.adds_up(), None);
    }

    #[test]
    fn expects_the_sum_only_where_grad_cam_is_cam() {
        let check = LayerCheck {
            deviation: 1e-7,
            sum: 5.0,
            score_without_bias: Some(5.001),
        };
        assert_eq!(check.adds_up(), Some(true));
        let off = LayerCheck { sum: 4.0, ..check };
        assert_eq!(off.adds_up(), Some(false));
        let elsewhere = LayerCheck {
            deviation: 0.3,
            ..off
        };
        assert_eq!((elsewhere.is_cam(), elsewhere.adds_up()), (false, None));
    }
}
