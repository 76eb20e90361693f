//! The subject of a row: the photo, the model, the score, the layer and the settings that its panels
//! show.
//!
//! Every result is stored under a key with the parts of the subject that it depends on.

use std::sync::Arc;

use crate::engine::{ModelInfo, Request};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// One photo and one model: what a prediction depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PredictionKey {
    pub photo: u64,
    pub model: u64,
    pub fit: Fit,
}

/// One score at one layer: what a heat map depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HeatKey {
    pub prediction: PredictionKey,
    pub score: Score,
    pub layer: ModulePath,
}

/// One heat map and one rule for rectifiers: what the guided panels depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuidedKey {
    pub heat: HeatKey,
    pub rule: ReluRule,
}

/// What a row shows.
#[derive(Debug, Clone)]
pub struct Subject {
    pub photo: Arc<Photo>,
    pub model: Arc<ModelInfo>,
    pub fit: Fit,
    /// `None` until the model has predicted a class.
    pub score: Option<Score>,
    pub layer: Option<ModulePath>,
    pub rule: ReluRule,
}

impl PartialEq for Subject {
    /// Compares the keys, regardless of which copies of the photo and the model are held.
    fn eq(&self, other: &Subject) -> bool {
        self.prediction_key() == other.prediction_key()
            && (self.score, &self.layer, self.rule) == (other.score, &other.layer, other.rule)
    }
}

impl Subject {
    pub fn prediction_key(&self) -> PredictionKey {
        PredictionKey {
            photo: self.photo.id,
            model: self.model.id,
            fit: self.fit,
        }
    }

    pub fn heat_key(&self) -> Option<HeatKey> {
        Some(HeatKey {
            prediction: self.prediction_key(),
            score: self.score?,
            layer: self.layer.clone()?,
        })
    }

    pub fn guided_key(&self) -> Option<GuidedKey> {
        Some(GuidedKey {
            heat: self.heat_key()?,
            rule: self.rule,
        })
    }

    pub fn request(&self) -> Request {
        Request {
            model: self.model.id,
            photo: Arc::clone(&self.photo),
            fit: self.fit,
            score: self.score,
            layer: self.layer.clone(),
            rule: self.rule,
        }
    }

    /// The score in words, with the model's class names.
    pub fn score_name(&self) -> String {
        self.score
            .map_or_else(String::new, |score| score.describe(&self.model.labels))
    }

    /// Whether the model answers with a map, such as a segmentation.
    pub fn answers_with_map(&self) -> bool {
        self.model.map_size().is_some()
    }

    /// Whether the model has no layer with a spatial map.
    pub fn lacks_spatial_layer(&self) -> bool {
        self.model.layers.recommended().is_none()
    }
}
