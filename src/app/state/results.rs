//! What the engine has answered, under the question it answers, for as long as a row asks it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::{Guided, HeatMap, Prediction};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::geometry::Fit;

use super::rows::Subject;

/// One picture before one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PredictionKey {
    pub photo: u64,
    pub model: u64,
    pub fit: Fit,
}

/// One score at one layer of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HeatKey {
    pub answer: PredictionKey,
    pub score: Score,
    pub layer: ModulePath,
}

/// The same under one rule of the rectifiers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuidedKey {
    pub heat: HeatKey,
    pub rule: ReluRule,
}

/// The results of all rows.
#[derive(Debug, Default)]
pub struct Results {
    answers: HashMap<PredictionKey, Arc<Prediction>>,
    heats: HashMap<HeatKey, Arc<HeatMap>>,
    guided: HashMap<GuidedKey, Arc<Guided>>,
}

impl Results {
    pub fn answer(&self, subject: &Subject) -> Option<&Arc<Prediction>> {
        self.answers.get(&subject.answer_key())
    }

    pub fn heat(&self, subject: &Subject) -> Option<&Arc<HeatMap>> {
        self.heats.get(&subject.heat_key()?)
    }

    pub fn heat_at(&self, key: &HeatKey) -> Option<&Arc<HeatMap>> {
        self.heats.get(key)
    }

    pub fn guided(&self, subject: &Subject) -> Option<&Arc<Guided>> {
        self.guided.get(&subject.guided_key()?)
    }

    /// Whether everything that a row shows is here.
    pub fn are_complete(&self, subject: &Subject) -> bool {
        self.answer(subject).is_some()
            && self.heat(subject).is_some()
            && self.guided(subject).is_some()
    }

    pub fn take_answer(&mut self, key: PredictionKey, answer: Arc<Prediction>) {
        self.answers.insert(key, answer);
    }

    pub fn take_heat(&mut self, key: HeatKey, heat: Arc<HeatMap>) {
        self.heats.insert(key, heat);
    }

    pub fn take_guided(&mut self, key: GuidedKey, guided: Arc<Guided>) {
        self.guided.insert(key, guided);
    }

    /// Drops what none of these asks; the engine's cache may still know it.
    pub fn keep_only<'a>(&mut self, subjects: impl Iterator<Item = &'a Subject> + Clone) {
        self.answers
            .retain(|key, _| subjects.clone().any(|s| s.answer_key() == *key));
        self.heats
            .retain(|key, _| subjects.clone().any(|s| s.heat_key().as_ref() == Some(key)));
        self.guided.retain(|key, _| {
            subjects
                .clone()
                .any(|s| s.guided_key().as_ref() == Some(key))
        });
    }
}
