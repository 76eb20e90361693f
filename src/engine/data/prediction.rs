//! Results: plain arrays, with the score, the layer and the rule they belong to.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::explain::{Score, Segmentation};
use crate::model::{AnswerKind, ModulePath, Reading, ReluRule};
use crate::picture::map::{Map, Regions, SignedImage};
use crate::picture::page::caption::with_minus;
use crate::picture::photo::geometry::Placement;

/// What the model predicts for one photo.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// One per class. Where the model answers with a map, the mean over the region of the class, or over
    /// all of the map where it has none.
    pub logits: Vec<f32>,
    /// What the scores are.
    pub kind: AnswerKind,
    /// What turns the logits into `probabilities`.
    pub reading: Reading,
    /// The logits as `reading` interprets them, one per class: in [0, 1], or plain numbers for
    /// [`Reading::Numbers`]. Where the model predicts regions, the share of the map that each class covers.
    pub probabilities: Vec<f32>,
    /// Classes by descending logit, or by the area of their regions. The two directions of a number stay in
    /// their order.
    pub ranking: Vec<usize>,
    /// Where each class is, if the model answers with a map.
    pub regions: Option<Arc<Regions>>,
    /// Where the photo lies in the model's input.
    pub placement: Placement,
    /// The time to resample and normalise the photo, in milliseconds.
    pub resample_ms: f64,
    /// The time of the forward pass, in milliseconds.
    pub forward_ms: f64,
}

/// What the values of a [`Prediction`] are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// How likely the class is.
    Probability,
    /// The share of the map that the region of the class covers.
    Area,
    /// A number that the model predicts.
    Number,
    /// The cosine similarity to a second picture.
    Cosine,
}

impl ValueKind {
    /// In a word, as before a value and as a key in files: "probability", "area", "value".
    pub fn name(self) -> &'static str {
        match self {
            ValueKind::Probability => "probability",
            ValueKind::Area => "area",
            ValueKind::Number => "value",
            ValueKind::Cosine => "cosine",
        }
    }
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

/// What came out of a network for one photo.
pub(crate) enum Scores {
    /// A logit per class.
    Row(Vec<f32>),
    /// A map of logits, read.
    Map(Segmentation),
}

impl Prediction {
    pub(crate) fn new(
        scores: Scores,
        (kind, reading): (AnswerKind, Reading),
        placement: Placement,
        resample_ms: f64,
        forward_ms: f64,
    ) -> Prediction {
        let (logits, shares, regions) = match scores {
            Scores::Row(logits) => (logits, None, None),
            Scores::Map(map) => {
                let shares = map.regions.are_predicted().then_some(map.shares);
                (map.scores, shares, Some(Arc::new(map.regions)))
            }
        };
        let mut ranking: Vec<usize> = (0..logits.len()).collect();
        let by_area = shares.is_some();
        let mut probabilities = shares.unwrap_or_else(|| reading.probabilities(&logits));
        match kind {
            AnswerKind::Classes | AnswerKind::YesNo => {
                ranking.sort_by(|&a, &b| {
                    let area = if by_area {
                        probabilities[b].total_cmp(&probabilities[a])
                    } else {
                        Ordering::Equal
                    };
                    area.then(logits[b].total_cmp(&logits[a]))
                });
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
            regions,
            placement,
            resample_ms,
            forward_ms,
        }
    }

    /// What the values of the classes are.
    pub fn value_kind(&self) -> ValueKind {
        match (self.kind, self.reading) {
            (AnswerKind::Similarity, _) => ValueKind::Cosine,
            (AnswerKind::Number, _)
            | (AnswerKind::Classes | AnswerKind::YesNo, Reading::Numbers) => ValueKind::Number,
            (
                AnswerKind::Classes | AnswerKind::YesNo,
                Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre,
            ) => match self.regions {
                Some(_) => ValueKind::Area,
                None => ValueKind::Probability,
            },
        }
    }

    /// The probability of a class; `None` where the model predicts numbers or regions.
    pub fn probability(&self, class: usize) -> Option<f32> {
        let value = self.probabilities.get(class).copied();
        value.filter(|_| self.value_kind() == ValueKind::Probability)
    }

    /// The share of the map that the region of a class covers; `None` where the model predicts none.
    pub fn area(&self, class: usize) -> Option<f32> {
        let value = self.probabilities.get(class).copied();
        value.filter(|_| self.value_kind() == ValueKind::Area)
    }

    /// The value of a class in words: its probability in percent, or the plain number.
    pub fn shown(&self, class: usize) -> Option<String> {
        let value = *self.probabilities.get(class)?;
        Some(match self.value_kind() {
            ValueKind::Cosine => with_minus(format!("{value:.3}")),
            ValueKind::Probability | ValueKind::Area | ValueKind::Number => {
                self.reading.shown(value)
            }
        })
    }

    /// The same with what it is: "probability 39.3 %", "area 12.5 %", "value 14.2", "cosine 0.812".
    pub fn described(&self, class: usize) -> Option<String> {
        let what = self.value_kind().name();
        Some(format!("{what} {}", self.shown(class)?))
    }

    /// The predicted class; `None` for a model without classes.
    pub fn top(&self) -> Option<usize> {
        self.ranking.first().copied()
    }
}
