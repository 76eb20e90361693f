//! Results that have been computed, so that returning to a class or a layer costs nothing.
//!
//! The worker fills the caches. The window's thread looks here first and asks the worker only for
//! what is missing. Each cache is bounded in bytes. It holds plain data, never a tensor.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache as Bounded;

use super::{Guided, HeatMap, LayerMaps, ModelInfo, Prediction, Request};
use crate::explain::{Score, guided_grad_cam};
use crate::model::ReluRule;
use crate::picture::photo::geometry::Fit;

pub(crate) mod known;

/// Bytes kept of each kind of image.
const BUDGET: u64 = 192 << 20;
/// The expected number of entries. With more, the budget would be split among shards too small for a
/// large map.
const ONE_SHARD: usize = 32;

/// A photo as one model sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct View {
    model: u64,
    photo: u64,
    fit: Fit,
}

impl View {
    pub(super) fn new(model: u64, photo: u64, fit: Fit) -> View {
        View { model, photo, fit }
    }

    pub(super) fn of(request: &Request) -> View {
        View::new(request.model, request.photo.id, request.fit)
    }
}

type MapKey = (View, Score, String);
type GradientKey = (View, Score, ReluRule);
type GuidedKey = (View, Score, ReluRule, String);

/// The gradient at the input, before it is multiplied by a heat map.
#[derive(Debug)]
pub(super) struct Gradient {
    pub image: Arc<crate::picture::map::SignedImage>,
    pub rectifiers: usize,
    pub ms: f64,
}

impl Gradient {
    /// The product with a heat map of the same score.
    pub(super) fn times(&self, heat_map: &HeatMap, rule: ReluRule, info: &ModelInfo) -> Guided {
        Guided {
            score: heat_map.score,
            layer: heat_map.layer.clone(),
            rule,
            grad_cam: Arc::new(guided_grad_cam(&self.image, &heat_map.map)),
            backprop: Arc::clone(&self.image),
            rectifiers: (self.rectifiers, info.rectifiers),
            ms: self.ms,
        }
    }
}

#[derive(Clone)]
pub(super) struct Bytes;

impl Weighter<View, Arc<Prediction>> for Bytes {
    fn weight(&self, _: &View, answer: &Arc<Prediction>) -> u64 {
        let regions = answer.regions.as_ref().map_or(0, |regions| regions.bytes());
        (answer.logits.len() * 16 + regions) as u64
    }
}

impl Weighter<MapKey, Option<Arc<HeatMap>>> for Bytes {
    fn weight(&self, _: &MapKey, heat_map: &Option<Arc<HeatMap>>) -> u64 {
        (heat_map.as_ref().map_or(0, |map| map.map.values.len()) * 4 + 256) as u64
    }
}

impl Weighter<GradientKey, Arc<Gradient>> for Bytes {
    fn weight(&self, _: &GradientKey, gradient: &Arc<Gradient>) -> u64 {
        (gradient.image.values.len() * 4 + 256) as u64
    }
}

impl Weighter<GuidedKey, Arc<Guided>> for Bytes {
    fn weight(&self, _: &GuidedKey, guided: &Arc<Guided>) -> u64 {
        // The gradient may have left its own cache and be kept alive only here.
        (guided.grad_cam.values.len() * 8 + 256) as u64
    }
}

/// The finished results of all stages.
pub(super) struct Cache {
    pub answers: Bounded<View, Arc<Prediction>, Bytes>,
    /// `None` for a map that is not finite.
    heat_maps: Bounded<MapKey, Option<Arc<HeatMap>>, Bytes>,
    pub gradients: Bounded<GradientKey, Arc<Gradient>, Bytes>,
    pub guided: Bounded<GuidedKey, Arc<Guided>, Bytes>,
}

impl Cache {
    pub(super) fn new() -> Cache {
        Cache {
            answers: Bounded::with_weighter(ONE_SHARD, BUDGET / 8, Bytes),
            heat_maps: Bounded::with_weighter(ONE_SHARD, BUDGET, Bytes),
            gradients: Bounded::with_weighter(ONE_SHARD, BUDGET, Bytes),
            guided: Bounded::with_weighter(ONE_SHARD, BUDGET, Bytes),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "a map that is not finite is known to be so"
    )]
    /// `None` if the map has not been computed, `Some(None)` if it is not finite.
    pub(super) fn heat_map(
        &self,
        view: View,
        score: Score,
        layer: &str,
    ) -> Option<Option<Arc<HeatMap>>> {
        self.heat_maps.get(&(view, score, layer.to_owned()))
    }

    /// Keeps a map, or the fact that it is not finite.
    pub(super) fn keep(&self, view: View, heat_map: &Arc<HeatMap>) {
        let key = (view, heat_map.score, heat_map.layer.clone());
        let finite = heat_map.is_finite();
        self.heat_maps
            .insert(key, finite.then(|| Arc::clone(heat_map)));
    }

    /// The maps at all of these layers; `None` if one of them has not been computed.
    pub(super) fn layer_maps<'a>(
        &self,
        view: View,
        score: Score,
        layers: impl Iterator<Item = &'a str>,
    ) -> Option<Arc<LayerMaps>> {
        let mut maps = Vec::new();
        for layer in layers {
            maps.extend(self.heat_map(view, score, layer)?);
        }
        Some(Arc::new(LayerMaps { score, maps }))
    }

    /// Drops everything computed with a model that has been closed.
    pub(super) fn forget_model(&self, model: u64) {
        self.answers.retain(|view, _| view.model != model);
        self.heat_maps.retain(|(view, ..), _| view.model != model);
        self.gradients.retain(|(view, ..), _| view.model != model);
        self.guided.retain(|(view, ..), _| view.model != model);
    }
}
