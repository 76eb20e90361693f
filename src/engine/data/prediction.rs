//! What comes back from the worker: plain arrays with what they are of.

use std::sync::Arc;

use crate::explain::Score;
use crate::model::{ModulePath, Reading, ReluRule};
use crate::picture::map::{Map, SignedImage};
use crate::picture::photo::geometry::Placement;

/// The model's answer to one picture.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// One a class.
    pub logits: Vec<f32>,
    /// What the model's [`Reading`] makes of the logits.
    pub probabilities: Vec<f32>,
    /// Classes by falling logit.
    pub ranking: Vec<usize>,
    /// How the picture met the model.
    pub placement: Placement,
    pub resample_ms: f64,
    pub forward_ms: f64,
}

/// Grad-CAM of one score at one layer.
#[derive(Debug, Clone)]
pub struct HeatMap {
    pub score: Score,
    /// Several joined by [`JOIN`](crate::model::layers::JOIN) where the map is theirs together.
    pub layer: ModulePath,
    /// Raw, at the layer's own resolution; of several layers, see [`fuse`](crate::picture::map::fuse).
    pub map: Map,
    /// Its share of the backward pass that gave it.
    pub ms: f64,
}

/// The pictures of the input's gradient.
#[derive(Debug, Clone)]
pub struct Guided {
    pub score: Score,
    pub layer: ModulePath,
    pub rule: ReluRule,
    /// Gradient at the normalised input under the rule.
    pub backprop: Arc<SignedImage>,
    /// The same times the upsampled heat map of `layer`.
    pub grad_cam: Arc<SignedImage>,
    /// Rectifiers the rule acted at, and rectifiers there are.
    pub rectifiers: (usize, usize),
    pub ms: f64,
}

/// Maps of one score at many layers, in the order of the network. A layer whose map is not finite
/// is left out.
#[derive(Debug, Clone)]
pub struct LayerMaps {
    pub score: Score,
    pub maps: Vec<Arc<HeatMap>>,
}

impl LayerMaps {
    /// The map of the layer with this path.
    pub fn at(&self, path: &str) -> Option<&Arc<HeatMap>> {
        self.maps.iter().find(|map| map.layer == path)
    }
}

impl HeatMap {
    /// Whether every value of the map is a number.
    pub fn is_finite(&self) -> bool {
        self.map.values.iter().all(|value| value.is_finite())
    }
}

impl Prediction {
    pub(crate) fn new(
        logits: Vec<f32>,
        reading: Reading,
        placement: Placement,
        resample_ms: f64,
        forward_ms: f64,
    ) -> Prediction {
        let mut ranking: Vec<usize> = (0..logits.len()).collect();
        ranking.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        let probabilities = reading.probabilities(&logits);
        Prediction {
            logits,
            probabilities,
            ranking,
            placement,
            resample_ms,
            forward_ms,
        }
    }

    /// The class the model answers; `None` for a model without classes.
    pub fn top(&self) -> Option<usize> {
        self.ranking.first().copied()
    }
}
