//! What the caches know of a request, looked up without the worker.

use std::sync::Arc;

use super::cache::{Cache, View};
use super::target::resolve_layer;
use super::{Answer, Guided, HeatMap, LayerMaps, ModelCard, Request};
use crate::explain::Score;
use crate::model::ReluRule;

#[derive(Default)]
pub(super) struct Known {
    pub answer: Option<Arc<Answer>>,
    pub heat_map: Option<Arc<HeatMap>>,
    pub guided: Option<Arc<Guided>>,
    /// Asked or, where none was, the class that the model answers.
    pub score: Option<Score>,
}

impl Known {
    pub(super) fn new(cache: &Cache, card: &ModelCard, request: &Request) -> Known {
        let view = View::of(request);
        let answer = cache.answers.get(&view);
        let of_answer = || answer.as_ref()?.top().map(Score::For);
        let score = request.score.or_else(of_answer);
        let layer = resolve_layer(card, request.layer.as_deref()).ok();
        let (heat_map, guided) = match (score, layer) {
            (Some(score), Some(layer)) => {
                let heat_map = cache.heat_map(view, score, &layer).flatten();
                let guided = heat_map
                    .as_ref()
                    .and_then(|heat_map| product(cache, card, view, request.rule, heat_map));
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

/// Guided Grad-CAM of a known map, if the gradient is known too: the worker is not needed for it.
fn product(
    cache: &Cache,
    card: &ModelCard,
    view: View,
    rule: ReluRule,
    heat_map: &HeatMap,
) -> Option<Arc<Guided>> {
    let key = (view, heat_map.score, rule, heat_map.layer.clone());
    if let Some(known) = cache.guided.get(&key) {
        return Some(known);
    }
    let gradient = cache.gradients.get(&(view, heat_map.score, rule))?;
    let guided = Arc::new(gradient.times(heat_map, rule, card));
    cache.guided.insert(key, Arc::clone(&guided));
    Some(guided)
}

/// The maps of `score` at the layers of the overview, if all are known.
pub(super) fn overview(
    cache: &Cache,
    card: &ModelCard,
    view: View,
    score: Score,
) -> Option<Arc<LayerMaps>> {
    cache.layer_maps(view, score, overview_paths(card))
}

/// The same at every layer with a map.
pub(super) fn all_layers(
    cache: &Cache,
    card: &ModelCard,
    view: View,
    score: Score,
) -> Option<Arc<LayerMaps>> {
    cache.layer_maps(view, score, all_paths(card))
}

pub(super) fn overview_paths(card: &ModelCard) -> impl Iterator<Item = &str> {
    let rows = card.layers.overview().into_iter();
    rows.map(|row| card.layers.layers[row].path.as_str())
}

pub(super) fn all_paths(card: &ModelCard) -> impl Iterator<Item = &str> {
    card.layers.targets().map(|layer| layer.path.as_str())
}
