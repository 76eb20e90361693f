//! The engine's results, each stored under its key for as long as a row needs it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::Pos2;

use crate::engine::{Guided, HeatMap, Prediction};
use crate::explain::{Channels, Score};
use crate::model::ModulePath;

use super::rows::subject::{GuidedKey, HeatKey, PredictionKey, Subject};

/// One score's maps at the layers of a model.
#[derive(Debug, Clone)]
pub struct LayerMapsOf {
    pub prediction: PredictionKey,
    pub score: Score,
    pub maps: HashMap<ModulePath, Arc<HeatMap>>,
    /// Increases whenever maps are added.
    pub version: u64,
    /// Whether all maps have been computed.
    pub complete: bool,
}

/// By what the channels are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelSort {
    /// The share of the map, largest first.
    #[default]
    Share,
    /// αₖ, largest first.
    Weight,
    /// The number, smallest first.
    Number,
}

impl ChannelSort {
    /// The channels in this order.
    pub fn order(self, channels: &Channels, reversed: bool) -> Vec<usize> {
        let mut order: Vec<usize> = match self {
            ChannelSort::Weight => channels.order.clone(),
            ChannelSort::Share | ChannelSort::Number => (0..channels.len()).collect(),
        };
        if self == ChannelSort::Share {
            let share = |channel: &usize| channels.shares.get(*channel).copied().unwrap_or(0.0);
            order.sort_by(|a, b| share(b).total_cmp(&share(a)));
        }
        if reversed {
            order.reverse();
        }
        order
    }
}

/// The channels of one map, and which of them are shown.
#[derive(Debug, Default)]
pub struct ChannelView {
    pub known: Option<(HeatKey, Arc<Channels>)>,
    /// The channel shown instead of the heat map.
    pub looked_at: Option<usize>,
    /// If not empty, the map is made of these channels alone.
    pub ticked: HashSet<usize>,
    pub sort: ChannelSort,
    /// Whether the order is the other way round.
    pub reversed: bool,
}

/// The results of all rows.
#[derive(Debug, Default)]
pub struct Results {
    predictions: HashMap<PredictionKey, Arc<Prediction>>,
    heats: HashMap<HeatKey, Arc<HeatMap>>,
    guided: HashMap<GuidedKey, Arc<Guided>>,
}

impl Results {
    pub fn prediction(&self, subject: &Subject) -> Option<&Arc<Prediction>> {
        self.predictions.get(&subject.prediction_key())
    }

    /// The class that a model predicts at a position of the photo, in fractions of it. `None` where it
    /// predicts none, or did not see the photo.
    pub fn class_at(&self, subject: &Subject, position: Pos2) -> Option<usize> {
        let prediction = self.prediction(subject)?;
        let regions = prediction.regions.as_ref();
        let regions = regions.filter(|regions| regions.are_predicted())?;
        let x = f64::from(position.x) * f64::from(subject.photo.width());
        let y = f64::from(position.y) * f64::from(subject.photo.height());
        let (u, v) = prediction.placement.to_input(x, y);
        let (across, down) = prediction.placement.input;
        regions.class_at(
            u / f64::from(across),
            v / f64::from(down),
            &prediction.ranking,
        )
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

    /// Whether everything that a row shows has been computed.
    pub fn are_complete(&self, subject: &Subject) -> bool {
        self.prediction(subject).is_some()
            && self.heat(subject).is_some()
            && self.guided(subject).is_some()
    }

    pub fn add_prediction(&mut self, key: PredictionKey, prediction: Arc<Prediction>) {
        self.predictions.insert(key, prediction);
    }

    pub fn add_heat(&mut self, key: HeatKey, heat: Arc<HeatMap>) {
        self.heats.insert(key, heat);
    }

    pub fn add_guided(&mut self, key: GuidedKey, guided: Arc<Guided>) {
        self.guided.insert(key, guided);
    }

    /// Drops the results that none of these subjects needs. The engine's cache may still hold them.
    pub fn keep_only<'a>(&mut self, subjects: impl Iterator<Item = &'a Subject> + Clone) {
        self.predictions
            .retain(|key, _| subjects.clone().any(|s| s.prediction_key() == *key));
        self.heats
            .retain(|key, _| subjects.clone().any(|s| s.heat_key().as_ref() == Some(key)));
        self.guided.retain(|key, _| {
            subjects
                .clone()
                .any(|s| s.guided_key().as_ref() == Some(key))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_sorted_by_share_weight_or_number() {
        let channels = Channels {
            score: Score::For(0),
            layer: "layer".to_owned(),
            width: 1,
            height: 1,
            weights: vec![0.5, 2.0, -1.0],
            activations: vec![4.0, 0.5, 1.0],
            shares: vec![1.0, 0.5, -0.5],
            order: vec![1, 0, 2],
        };
        let order = |sort: ChannelSort, reversed| sort.order(&channels, reversed);
        assert_eq!(order(ChannelSort::Share, false), [0, 1, 2]);
        assert_eq!(order(ChannelSort::Share, true), [2, 1, 0]);
        assert_eq!(order(ChannelSort::Weight, false), [1, 0, 2]);
        assert_eq!(order(ChannelSort::Number, true), [2, 1, 0]);
    }
}
