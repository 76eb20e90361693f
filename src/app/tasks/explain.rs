//! The requests of all rows to the engine: sending them, taking in results, and cancelling them.

use std::collections::HashMap;
use std::sync::Arc;

use poll_promise::Promise;

use crate::engine::{Error, Guided, HeatMap, LayerMaps, Prediction};

use super::{EnginePromise, Tasks};
use crate::app::App;
use crate::app::notices::Notices;
use crate::app::state::results::{ChannelView, LayerMapsOf};
use crate::app::state::rows::RowId;
use crate::app::state::rows::subject::{GuidedKey, HeatKey, PredictionKey, Subject};
use crate::app::state::{List, State};

/// The newest requests of all rows, with the results that are still pending.
pub struct Requests {
    parts: Vec<Part>,
    lead: PredictionKey,
    overview: Option<EnginePromise<LayerMaps>>,
    all_layers: Option<EnginePromise<LayerMaps>>,
}

/// The pending results of one row.
pub struct Part {
    row: RowId,
    subject: Subject,
    prediction: Option<EnginePromise<Prediction>>,
    heat: Option<EnginePromise<HeatMap>>,
    guided: Option<EnginePromise<Guided>>,
}

impl Part {
    fn is_pending(&self) -> bool {
        self.prediction.is_some() || self.heat.is_some() || self.guided.is_some()
    }
}

impl Tasks {
    /// Whether the heat map of the live row is pending.
    fn awaits_heat(&self) -> bool {
        let lead = self
            .requests
            .as_ref()
            .and_then(|requests| requests.parts.first());
        lead.is_some_and(|part| part.heat.is_some())
    }

    /// Whether the prediction of a side is pending.
    pub fn awaits_prediction_of(&self, side: usize) -> bool {
        let mut parts = self.requests.iter().flat_map(|requests| &requests.parts);
        parts.any(|part| part.row == RowId::Side(side) && part.prediction.is_some())
    }

    /// Whether maps of the layer strip are pending.
    pub fn awaits_layer_maps(&self) -> bool {
        self.requests
            .as_ref()
            .is_some_and(|requests| requests.overview.is_some() || requests.all_layers.is_some())
    }

    /// Whether any result of the newest requests is pending.
    pub fn awaits_results(&self) -> bool {
        let pending = |requests: &Requests| requests.parts.iter().any(Part::is_pending);
        self.requests.as_ref().is_some_and(pending) || self.channels.is_some()
    }
}

impl App {
    /// Sends the requests of all rows to the engine. Results that it has cached are shown in the same
    /// frame.
    pub fn ask(&mut self) {
        self.follow_gallery();
        let state = &mut self.state;
        for side in state.sides.iter_mut() {
            if side.layer.is_none() {
                let recommended = side
                    .model
                    .as_ref()
                    .and_then(|model| model.layers.recommended());
                side.layer = recommended.map(|layer| layer.path.clone());
            }
        }
        let mut rows = state.rows();
        state.results.keep_only(rows.iter().map(|row| &row.subject));
        // Until a class is known, the other rows of a comparison cannot be computed.
        rows.retain(|row| row.subject.score.is_some() || matches!(row.id, RowId::Side(_)));
        // The layer strip follows the first row.
        let lead = state.live_row();
        rows.sort_by_key(|row| row.id != lead);
        let Some(first) = rows.first() else { return };
        let lead = first.subject.prediction_key();
        state.done.clear();
        let batch = self
            .engine
            .explain(rows.iter().map(|row| row.subject.request()).collect());
        let parts = rows.into_iter().zip(batch.jobs).map(|(row, job)| Part {
            row: row.id,
            subject: row.subject,
            prediction: Some(job.answer),
            heat: Some(job.heat_map),
            guided: Some(job.guided),
        });
        self.tasks.requests = Some(Requests {
            parts: parts.collect(),
            lead,
            overview: Some(batch.overview),
            all_layers: Some(batch.all_layers),
        });
        self.drain_results();
        self.ask_channels();
    }

    /// Requests the channels of the map that is shown, if the channel list is open.
    pub fn ask_channels(&mut self) {
        let state = &mut self.state;
        if state.list != List::Channels || state.fresh_channels().is_some() {
            return;
        }
        state.channels = ChannelView {
            sort: state.channels.sort,
            reversed: state.channels.reversed,
            ..ChannelView::default()
        };
        // Channels belong to one layer.
        if state.side().layers().len() > 1 {
            return;
        }
        let Some(subject) = state.subject() else {
            return;
        };
        let Some(key) = subject.heat_key() else {
            return;
        };
        let requested = self.tasks.channels.as_ref().map(|(key, _)| key);
        if requested != Some(&key) {
            let promise = self.engine.channels(subject.request());
            self.tasks.channels = Some((key, promise));
        }
        self.drain_channels();
    }

    /// Cancels the newest requests and restores the choices for what is shown, so that the lists and
    /// the panels agree again. If there is nothing to cancel, dismisses a notice.
    pub fn cancel(&mut self) {
        let side = self.state.side_mut();
        let was_choosing = side.choice.is_choosing_rival();
        side.choice = side.choice.choosing_rival(false);
        let was_drawing = std::mem::take(&mut self.state.drawing_region);
        let arrays = self.tasks.arrays.take_if(|arrays| arrays.are_pending());
        if arrays.is_some() && !self.scene().can_cancel() {
            self.engine.cancel();
            return;
        }
        if !self.scene().can_cancel() {
            let was_large = !was_choosing && !was_drawing && self.state.large.take().is_some();
            if !was_choosing && !was_drawing && !was_large {
                self.notices.dismiss_newest();
            }
            return;
        }
        self.tasks.photo = None;
        for side in self.state.sides.iter_mut() {
            side.drop_kept_rows();
        }
        self.persistence.session.cancel();
        self.gallery.view.stop_opening();
        self.engine.cancel();
        self.engine.cancel_openings();
        let awaited_heat = self.tasks.awaits_heat();
        self.tasks.requests = None;
        self.tasks.channels = None;
        let state = &mut self.state;
        let Some(key) = state.subject().map(|subject| subject.prediction_key()) else {
            return;
        };
        let shown = state.side().newest_heat.clone();
        if awaited_heat
            && let Some(heat) = shown
            && (heat.prediction.photo, heat.prediction.model) == (key.photo, key.model)
        {
            state.options.fit = heat.prediction.fit;
            let side = state.side_mut();
            side.show_score(heat.score);
            side.layer = Some(heat.layer);
        }
        if let Some((heat, rule)) = state.side().newest_guided.clone()
            && Some(heat) == state.subject().and_then(|subject| subject.heat_key())
        {
            state.options.rule = rule;
        }
    }

    pub(crate) fn drain_results(&mut self) {
        let Some(mut requests) = self.tasks.requests.take() else {
            return;
        };
        for part in &mut requests.parts {
            drain_part(part, &mut self.state, &mut self.notices);
            // Without a prediction there is nothing to compare with.
            if let RowId::Side(side) = part.row
                && part.prediction.is_none()
                && self.state.results.prediction(&part.subject).is_none()
                && let Some(side) = self.state.sides.get_mut(side)
            {
                side.drop_kept_rows();
            }
        }
        for (slot, last) in [
            (&mut requests.overview, false),
            (&mut requests.all_layers, true),
        ] {
            // An error here also occurs in a row, where it is reported.
            if let Some(Ok(maps)) = slot.take_if_ready() {
                add_layer_maps(&mut self.state, requests.lead, &maps, last);
            }
        }
        self.tasks.requests = Some(requests);
        self.drain_channels();
        self.choose_predicted_classes();
    }

    fn drain_channels(&mut self) {
        let Some((key, promise)) = self.tasks.channels.take() else {
            return;
        };
        let mut slot = Some(promise);
        if let Some(channels) = take_result(&mut slot, &mut self.notices) {
            self.state.channels.known = Some((key.clone(), channels));
        }
        self.tasks.channels = slot.map(|promise| (key, promise));
    }
}

fn drain_part(part: &mut Part, state: &mut State, notices: &mut Notices) {
    let key = part.subject.prediction_key();
    let mut side = match part.row {
        RowId::Side(side) => state.sides.get_mut(side),
        RowId::Rival(_) | RowId::Versus(_) | RowId::Pin(_) => None,
    };
    if let Some(prediction) = take_result(&mut part.prediction, notices) {
        if let Some(side) = &mut side {
            side.newest_prediction = Some((key, Arc::clone(&prediction)));
        }
        state.results.add_prediction(key, prediction);
    }
    if let Some(heat) = take_result(&mut part.heat, notices) {
        let key = HeatKey {
            prediction: key,
            score: heat.score,
            layer: heat.layer.clone(),
        };
        if let Some(side) = &mut side {
            side.newest_heat = Some(key.clone());
        }
        state.results.add_heat(key, heat);
    }
    if let Some(guided) = take_result(&mut part.guided, notices) {
        let heat = HeatKey {
            prediction: key,
            score: guided.score,
            layer: guided.layer.clone(),
        };
        let rule = part.subject.rule;
        if let Some(side) = &mut side {
            side.newest_guided = Some((heat.clone(), rule));
        }
        state.results.add_guided(GuidedKey { heat, rule }, guided);
    }
}

/// Adds maps to those of the same prediction and score, or replaces the old ones.
fn add_layer_maps(state: &mut State, prediction: PredictionKey, maps: &LayerMaps, last: bool) {
    let version = state.layer_maps.as_ref().map_or(0, |old| old.version) + 1;
    let same = |old: &LayerMapsOf| (old.prediction, old.score) == (prediction, maps.score);
    let mut known = state.layer_maps.take().filter(same).unwrap_or(LayerMapsOf {
        prediction,
        score: maps.score,
        maps: HashMap::new(),
        version,
        complete: false,
    });
    known.version = version;
    known.complete |= last;
    let new = maps.maps.iter();
    known
        .maps
        .extend(new.map(|map| (map.layer.clone(), Arc::clone(map))));
    state.layer_maps = Some(known);
}

/// A promise that is polled until it is ready.
trait TakeIfReady<T> {
    fn take_if_ready(&mut self) -> Option<T>;
}

impl<T: Send + 'static> TakeIfReady<T> for Option<Promise<T>> {
    fn take_if_ready(&mut self) -> Option<T> {
        match self.take()?.try_take() {
            Ok(value) => Some(value),
            Err(promise) => {
                *self = Some(promise);
                None
            }
        }
    }
}

/// Takes the result if it is ready. A request replaced by a newer one ends silently.
fn take_result<T: Send + Sync + 'static>(
    slot: &mut Option<EnginePromise<T>>,
    notices: &mut Notices,
) -> Option<Arc<T>> {
    match slot.take_if_ready()? {
        Ok(value) => Some(value),
        // The panels themselves show that there is no spatial layer.
        Err(Error::Overtaken | Error::NoSpatialLayer(_)) => None,
        Err(error) => {
            notices.error("This could not be computed", error);
            None
        }
    }
}
