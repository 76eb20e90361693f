//! The channels behind one map: the weight of each and where it is active. The weights are the
//! paper's neuron importance weights (arXiv 1610.02391 v4, equation 1 and §7).

use tch::TchError;

use super::arrays::{plain, sizes};
use super::grad_cam::{channel_weights, weighted_sum};
use super::{Objective, Score};
use crate::model::{ModulePath, ReluRule, Tape, ValueId};
use crate::picture::map::Map;

/// Every channel of a layer for one score, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Channels {
    /// The score that was differentiated.
    pub score: Score,
    /// The path of the layer.
    pub layer: ModulePath,
    /// The width of the layer's map, in positions.
    pub width: usize,
    /// The height of the layer's map, in positions.
    pub height: usize,
    /// αₖ of each channel (equation 1).
    pub weights: Vec<f32>,
    /// `[channels, height, width]`, raw.
    pub activations: Vec<f32>,
    /// The contribution of each channel to the map: αₖ Aₖ summed over the positions where the map is
    /// positive, divided by the sum of the map. They add up to 1; all are 0 if the map is zero.
    pub shares: Vec<f32>,
    /// Channels by descending αₖ.
    pub order: Vec<usize>,
}

impl Channels {
    /// The number of channels.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there are no channels.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Whether every weight and activation is finite.
    pub fn is_finite(&self) -> bool {
        let mut all = self.weights.iter().chain(&self.activations);
        all.all(|value| value.is_finite())
    }

    /// The raw activation of a channel. Empty if there is no such channel.
    pub fn activation(&self, channel: usize) -> Map {
        let values = self.plane(channel).to_vec();
        if values.is_empty() {
            return Map::default();
        }
        self.map(values)
    }

    /// Equation 2 for these channels only: the ReLU of the sum of αₖ Aₖ over them. Channels that do
    /// not exist are ignored.
    pub fn map_of(&self, channels: &[usize]) -> Map {
        let mut sums = vec![0f64; self.width * self.height];
        for &channel in channels {
            let weight = self.weights.get(channel).copied().unwrap_or(0.0);
            for (sum, value) in sums.iter_mut().zip(self.plane(channel)) {
                *sum += f64::from(weight) * f64::from(*value);
            }
        }
        self.map(sums.into_iter().map(|sum| sum.max(0.0) as f32).collect())
    }

    fn map(&self, values: Vec<f32>) -> Map {
        Map {
            width: self.width,
            height: self.height,
            values,
        }
    }

    fn plane(&self, channel: usize) -> &[f32] {
        let positions = self.width * self.height;
        let mut planes = self.activations.chunks_exact(positions.max(1));
        planes.nth(channel).unwrap_or_default()
    }

    /// `map` holds Σₖ αₖ Aₖ, with or without the ReLU.
    fn new(
        (score, layer): (Score, ModulePath),
        (width, height): (usize, usize),
        weights: Vec<f32>,
        activations: Vec<f32>,
        map: &[f32],
    ) -> Channels {
        let mut channels = Channels {
            score,
            layer,
            width,
            height,
            shares: Vec::new(),
            order: (0..weights.len()).collect(),
            weights,
            activations,
        };
        let weights = &channels.weights;
        channels
            .order
            .sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        let contributions: Vec<f64> = weights
            .iter()
            .enumerate()
            .map(|(channel, weight)| {
                let seen = channels.plane(channel).iter().zip(map);
                let seen = seen.filter(|(_, sum)| **sum > 0.0);
                f64::from(*weight) * seen.map(|(value, _)| f64::from(*value)).sum::<f64>()
            })
            .collect();
        // In float64, so that the shares add up to 1.
        let whole: f64 = contributions.iter().sum();
        let share = |part: &f64| {
            if whole > 0.0 {
                (part / whole) as f32
            } else {
                0.0
            }
        };
        channels.shares = contributions.iter().map(share).collect();
        channels
    }
}

/// The channels of `layer` for one score, from a backward pass that ends there (equation 1). `path`
/// is the layer's path.
///
/// # Errors
/// As [`grad_cam`](super::grad_cam).
pub fn channels(
    tape: &Tape,
    objective: &Objective,
    layer: ValueId,
    path: &str,
) -> Result<Channels, TchError> {
    let gradients = tape.backward(objective.seed(), ReluRule::Gradient, &[layer])?;
    let missing = || TchError::Shape("the layer was not recorded".into());
    let gradient = tape.planes(layer, gradients.at.first().ok_or_else(missing)?)?;
    let activation = tape.planes(layer, tape.activation(layer).ok_or_else(missing)?)?;
    let (_, height, width) = sizes(&activation)?;
    let weights = channel_weights(&gradient)?;
    Ok(Channels::new(
        (objective.score, path.to_owned()),
        (width, height),
        plain(&weights)?,
        plain(&activation.f_detach()?)?,
        &plain(&weighted_sum(&activation, &weights)?)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three channels at two positions, computed by hand.
    fn by_hand() -> Channels {
        let weights = vec![0.5, -1.0, 2.0];
        let activations = vec![4.0, 2.0, /**/ 1.0, 9.0, /**/ 3.0, 0.0];
        // 2 − 1 + 6 = 7 at the left position; 1 − 9 + 0 = −8 at the right one.
        let of = (Score::For(0), "layer".to_owned());
        Channels::new(of, (2, 1), weights, activations, &[7.0, -8.0])
    }

    #[test]
    fn computes_shares_where_the_map_is_positive() {
        let channels = by_hand();
        assert_eq!(channels.len(), 3);
        assert_eq!(channels.order, [2, 0, 1]);
        assert_eq!(channels.shares, [2.0 / 7.0, -1.0 / 7.0, 6.0 / 7.0]);
    }

    #[test]
    fn builds_a_map_from_some_channels() {
        let channels = by_hand();
        assert_eq!(channels.map_of(&[0, 1, 2]).values, [7.0, 0.0]);
        assert_eq!(channels.map_of(&[0]).values, [2.0, 1.0]);
        assert_eq!(channels.map_of(&[1]).values, [0.0, 0.0]);
        assert_eq!(channels.map_of(&[0, 2]).values, [8.0, 1.0]);
        assert!(channels.map_of(&[]).is_zero());
        assert!(channels.map_of(&[3]).is_zero());
        assert_eq!(channels.activation(1).values, [1.0, 9.0]);
        assert_eq!(channels.activation(1).width, 2);
        assert_eq!(channels.activation(3), Map::default());
    }

    #[test]
    fn gives_no_shares_for_a_zero_map() {
        let of = (Score::For(0), String::new());
        let channels = Channels::new(of, (1, 1), vec![-1.0, 1.0], vec![2.0, 1.0], &[-1.0]);
        assert_eq!(channels.shares, [0.0, 0.0]);
        assert_eq!(channels.order, [1, 0]);
    }
}
