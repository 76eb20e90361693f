//! A row of panels as a question: which picture, through which model, of which score, where.

use std::sync::Arc;

use crate::engine::{ModelInfo, Request};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

use super::results::{GuidedKey, HeatKey, PredictionKey};

/// As many views as can be pinned.
pub const MAX_PINS: usize = 6;

/// What the panels of a row are of.
#[derive(Debug, Clone)]
pub struct Subject {
    pub photo: Arc<Photo>,
    pub model: Arc<ModelInfo>,
    pub fit: Fit,
    /// `None` until the model has said which class it sees.
    pub score: Option<Score>,
    pub layer: Option<ModulePath>,
    pub rule: ReluRule,
}

impl PartialEq for Subject {
    /// The same question, whichever copies of the picture and the model it holds.
    fn eq(&self, other: &Subject) -> bool {
        self.answer_key() == other.answer_key()
            && (self.score, &self.layer, self.rule) == (other.score, &other.layer, other.rule)
    }
}

impl Subject {
    pub fn answer_key(&self) -> PredictionKey {
        PredictionKey {
            photo: self.photo.id,
            model: self.model.id,
            fit: self.fit,
        }
    }

    pub fn heat_key(&self) -> Option<HeatKey> {
        Some(HeatKey {
            answer: self.answer_key(),
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

    /// The score in the words of its model.
    pub fn score_name(&self) -> String {
        self.score
            .map_or_else(String::new, |score| score.describe(&self.model.labels))
    }

    /// Whether the model has no place to look at.
    pub fn has_nowhere_to_look(&self) -> bool {
        self.model.layers.recommended().is_none()
    }
}

/// Which row it is, from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowId {
    /// What is chosen of a model.
    Side(usize),
    /// The class it is compared with.
    Rival(usize),
    /// The first against the second.
    Versus(usize),
    Pin(u64),
}

impl RowId {
    /// The side it belongs to; `None` for a pin.
    pub fn side(self) -> Option<usize> {
        match self {
            RowId::Side(side) | RowId::Rival(side) | RowId::Versus(side) => Some(side),
            RowId::Pin(_) => None,
        }
    }
}

/// A row with its question.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: RowId,
    pub subject: Subject,
}

impl Row {
    pub fn new(id: RowId, subject: Subject) -> Row {
        Row { id, subject }
    }
}

/// A view that stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    pub id: u64,
    pub subject: Subject,
}
