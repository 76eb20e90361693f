//! Results: plain arrays, with the score, the layer and the rule they belong to.

use std::sync::Arc;

use crate::explain::Score;
use crate::model::{AnswerKind, ModulePath, Reading, ReluRule};
use crate::picture::map::{Map, SignedImage};
use crate::picture::page::caption::with_minus;
use crate::picture::photo::geometry::Placement;

/// What the model predicts for one photo.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// One per class.
    pub logits: Vec<f32>,
    /// What the scores are.
    pub kind: AnswerKind,
    /// What turns the logits into `probabilities`.
    pub reading: Reading,
    /// The logits as `reading` interprets them, one per class: in [0, 1], or plain numbers for
    /// [`Reading::Numbers`].
    pub probabilities: Vec<f32>,
    /// Classes by descending logit. The two directions of a number stay in their order.
    pub ranking: Vec<usize>,
    /// Where the photo lies in the model's input.
    pub placement: Placement,
    /// The time to resample and normalise the photo, in milliseconds.
    pub resample_ms: f64,
    /// The time of the forward pass, in milliseconds.
    pub forward_ms: f64,
}

/// Grad-CAM of one score at one layer (arXiv 1610.02391 v4, equations 1 and 2).
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// The score that the map explains.
    pub score: Score,
    /// One path, or several joined by [`JOIN`](crate::model::layers::JOIN) for a fused map.
    pub layer: ModulePath,
    /// Raw, at the layer's own resolution; for several layers see [`fuse`](crate::picture::map::fuse).
    pub map: Map,
    /// Its share of the time of the backward pass, in milliseconds.
    pub ms: f64,
}

/// The gradient at the input, and its product with a heat map.
#[derive(Debug, Clone)]
pub struct Guided {
    /// The score that was differentiated.
    pub score: Score,
    /// The layer of the heat map in `grad_cam`, or several joined as in [`HeatMap::layer`].
    pub layer: ModulePath,
    /// How the gradient passed the rectifiers.
    pub rule: ReluRule,
    /// The gradient at the normalised input under the rule.
    pub backprop: Arc<SignedImage>,
    /// The gradient times the upsampled heat map of `layer`.
    pub grad_cam: Arc<SignedImage>,
    /// The number of rectifiers the rule acted at, and the number in the model.
    pub rectifiers: (usize, usize),
    /// The time of the backward pass to the input, in milliseconds.
    pub ms: f64,
}

/// The maps of one score at many layers, in the order of the network. Maps that are not finite are
/// left out.
#[derive(Debug, Clone)]
pub struct LayerMaps {
    /// The score that every map explains.
    pub score: Score,
    /// One per layer, each at the resolution of its layer.
    pub maps: Vec<Arc<HeatMap>>,
}

impl LayerMaps {
    /// The map of the layer with this path.
    pub fn at(&self, path: &str) -> Option<&Arc<HeatMap>> {
        self.maps.iter().find(|map| map.layer == path)
    }
}

impl HeatMap {
    /// Whether every value of the map is finite.
    pub fn is_finite(&self) -> bool {
        self.map.values.iter().all(|value| value.is_finite())
    }
}

impl Prediction {
    pub(crate) fn new(
        logits: Vec<f32>,
        (kind, reading): (AnswerKind, Reading),
        placement: Placement,
        resample_ms: f64,
        forward_ms: f64,
    ) -> Prediction {
        let mut ranking: Vec<usize> = (0..logits.len()).collect();
        let mut probabilities = reading.probabilities(&logits);
        match kind {
            AnswerKind::Classes | AnswerKind::YesNo => {
                ranking.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
            }
            // Both directions are explanations of the same number.
            AnswerKind::Number | AnswerKind::Similarity => {
                if let Some(&number) = logits.first() {
                    probabilities.fill(number);
                }
            }
        }
        Prediction {
            logits,
            kind,
            reading,
            probabilities,
            ranking,
            placement,
            resample_ms,
            forward_ms,
        }
    }

    /// The probability of a class; `None` where the model predicts numbers.
    pub fn probability(&self, class: usize) -> Option<f32> {
        let value = self.probabilities.get(class).copied();
        value.filter(|_| self.reading.gives_probabilities())
    }

    /// The value of a class in words: its probability in percent, or the plain number.
    pub fn shown(&self, class: usize) -> Option<String> {
        let value = *self.probabilities.get(class)?;
        Some(match self.kind {
            AnswerKind::Similarity => with_minus(format!("{value:.3}")),
            AnswerKind::Classes | AnswerKind::YesNo | AnswerKind::Number => {
                self.reading.shown(value)
            }
        })
    }

    /// The same with what it is: "probability 39.3 %", "value 14.2", "cosine 0.812".
    pub fn described(&self, class: usize) -> Option<String> {
        let what = match self.kind {
            AnswerKind::Similarity => "cosine",
            _ if self.reading.gives_probabilities() => "probability",
            AnswerKind::Classes | AnswerKind::YesNo | AnswerKind::Number => "value",
        };
        Some(format!("{what} {}", self.shown(class)?))
    }

    /// The predicted class; `None` for a model without classes.
    pub fn top(&self) -> Option<usize> {
        self.ranking.first().copied()
    }
}
