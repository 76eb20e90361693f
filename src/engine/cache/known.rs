//! What the caches hold for a request, looked up without the worker.

use std::sync::Arc;

use super::{Cache, View};
use crate::engine::session::target::resolve_layer;
use crate::engine::{Guided, HeatMap, LayerMaps, ModelInfo, Prediction, Request};
use crate::explain::Score;
use crate::model::ReluRule;

#[derive(Default)]
pub(crate) struct Known {
    pub answer: Option<Arc<Prediction>>,
    pub heat_map: Option<Arc<HeatMap>>,
    pub guided: Option<Arc<Guided>>,
    /// The requested score; if none was requested, that of the predicted class.
    pub score: Option<Score>,
}

impl Known {
    pub(crate) fn new(cache: &Cache, info: &ModelInfo, request: &Request) -> Known {
        let view = View::of(request);
        let answer = cache.answers.get(&view);
        let of_answer = || answer.as_ref()?.top().map(Score::For);
        let score = request.score.or_else(of_answer);
        let layer = resolve_layer(info, request.layer.as_deref()).ok();
        let (heat_map, guided) = match (score, layer) {
            (Some(score), Some(layer)) => {
                let heat_map = cache.heat_map(view, score, &layer).flatten();
                let guided = heat_map
                    .as_ref()
                    .and_then(|heat_map| product(cache, info, view, request.rule, heat_map));
                (heat_map, guided)
            }
            _ => (None, None),
        };
        Known {
            answer,
            heat_map,
            guided,
            score,
        }
    }
}

/// Guided Grad-CAM of a cached map if the gradient is cached too; no tensor is needed for it.
fn product(
    cache: &Cache,
    info: &ModelInfo,
    view: View,
    rule: ReluRule,
    heat_map: &HeatMap,
) -> Option<Arc<Guided>> {
    let key = (view, heat_map.score, rule, heat_map.layer.clone());
    if let Some(known) = cache.guided.get(&key) {
        return Some(known);
    }
    let gradient = cache.gradients.get(&(view, heat_map.score, rule))?;
    let guided = Arc::new(gradient.times(heat_map, rule, info));
    cache.guided.insert(key, Arc::clone(&guided));
    Some(guided)
}

/// The maps of `score` at the layers of the overview, if all are cached.
pub(crate) fn overview(
    cache: &Cache,
    info: &ModelInfo,
    view: View,
    score: Score,
) -> Option<Arc<LayerMaps>> {
    cache.layer_maps(view, score, overview_paths(info))
}

/// The same at every layer with a map.
pub(crate) fn all_layers(
    cache: &Cache,
    info: &ModelInfo,
    view: View,
    score: Score,
) -> Option<Arc<LayerMaps>> {
    cache.layer_maps(view, score, all_paths(info))
}

pub(crate) fn overview_paths(info: &ModelInfo) -> impl Iterator<Item = &str> {
    let rows = info.layers.overview().into_iter();
    rows.map(|row| info.layers.layers[row].path.as_str())
}

pub(crate) fn all_paths(info: &ModelInfo) -> impl Iterator<Item = &str> {
    info.layers.targets().map(|layer| layer.path.as_str())
}
