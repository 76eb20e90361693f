//! What comes back from the worker: plain arrays with what they are of.

use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::geometry::Placement;
use crate::picture::map::{Map, SignedImage};

/// The model's answer to one picture.
#[derive(Debug, Clone)]
pub struct Answer {
    /// One a class, before softmax.
    pub logits: Vec<f32>,
    /// Softmax of the logits.
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
    pub layer: ModulePath,
    /// Raw, at the layer's own resolution.
    pub map: Map,
    pub ms: f64,
}

/// The pictures of the input's gradient.
#[derive(Debug, Clone)]
pub struct Guided {
    pub score: Score,
    pub layer: ModulePath,
    pub rule: ReluRule,
    /// Gradient at the normalised input under the rule.
    pub backprop: SignedImage,
    /// The same times the upsampled heat map of `layer`.
    pub grad_cam: SignedImage,
    /// Rectifiers the rule acted at, and rectifiers there are.
    pub rectifiers: (usize, usize),
    pub ms: f64,
}

/// How long each stage took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timings {
    pub resample_ms: f64,
    pub forward_ms: f64,
    pub heat_map_ms: f64,
    pub guided_ms: f64,
}
