//! The stages of one batch, the most urgent first.
//!
//! Before each stage the worker checks whether the batch is still the newest; if not, it drops the
//! rest. A backward pass that has begun goes on if the newest batch needs the same score of the same
//! picture. Finished results are never thrown away: they go to the cache first.

use std::sync::Arc;
use std::time::Instant;

use super::inbox::Inbox;
use super::maps::{in_order, one_map};
use super::models::Models;
use super::threads::Threads;
use crate::engine::cache::View;
use crate::engine::cache::known::{all_paths, overview_paths};
use crate::engine::reply::{BatchReplies, Replies};
use crate::engine::session::target::resolve_layer;
use crate::engine::shared::Shared;
use crate::engine::{Error, HeatMap, ModelInfo, Prediction, Request, Stage};
use crate::explain::Score;
use crate::model::layers::split;

/// A request whose prediction is known.
pub(crate) struct Resolved {
    pub info: Arc<ModelInfo>,
    pub view: View,
    pub score: Score,
}

pub(crate) struct Stages<'a, 'i> {
    pub models: &'a mut Models,
    pub inbox: &'a mut Inbox<'i>,
    pub shared: &'a Shared,
    pub current: Current<'a>,
}

/// The batch under way: whether it is still wanted, and on how many threads it computes.
#[derive(Clone, Copy)]
pub(crate) struct Current<'a> {
    pub shared: &'a Shared,
    pub threads: &'a Threads,
    pub generation: u64,
    /// When it began.
    pub since: Instant,
}

impl Current<'_> {
    /// Begins a stage.
    ///
    /// # Errors
    /// [`Error::Overtaken`] if a newer batch has come.
    pub(crate) fn begin(&self, stage: Stage) -> Result<(), Error> {
        if !self.is_newest() {
            return Err(Error::Overtaken);
        }
        self.threads.for_the_view(self.shared);
        self.shared.begin(stage, self.since);
        Ok(())
    }

    /// Called on the way through a stage whose result is for this score.
    ///
    /// # Errors
    /// [`Error::Overtaken`] if a newer batch has come that does not need the result either.
    pub(crate) fn go_on(&self, view: View, score: Score) -> Result<(), Error> {
        self.shared.wanted(self.generation, view, score)?;
        self.threads.for_the_view(self.shared);
        Ok(())
    }

    fn is_newest(&self) -> bool {
        self.shared.is_newest(self.generation)
    }
}

impl Stages<'_, '_> {
    /// Fulfils the promises of `replies` one after the other. An error in one request ends only that
    /// request.
    ///
    /// # Errors
    /// [`Error::Overtaken`]; the remaining promises are still open then.
    pub(crate) fn run(
        &mut self,
        requests: &[Request],
        replies: &mut BatchReplies,
    ) -> Result<(), Error> {
        let Some(lead) = requests.first() else {
            return Ok(());
        };
        // If no other row waits for a heat map, the first row's comes from the same backward pass as
        // the overview.
        let alone = replies
            .jobs
            .iter()
            .skip(1)
            .all(|job| !job.heat_map.is_open());
        let mut resolved = Vec::with_capacity(requests.len());
        let mut heat_maps = Vec::with_capacity(requests.len());
        for (index, request) in requests.iter().enumerate() {
            // Keeps the recording of the first row, which is needed again below.
            self.models.touch(lead);
            let of = settled(self.answer(request, &mut replies.jobs[index]), |error| {
                replies.jobs[index].fail(error);
                if index == 0 {
                    replies.fail_layers(error);
                }
            })?;
            let heat_map = match &of {
                Some(of) if index == 0 && alone => self.lead(of, request, replies),
                Some(of) => self
                    .heat_map(of, request, &mut replies.jobs[index])
                    .map(Some),
                None => Ok(None),
            };
            let heat_map = settled(heat_map, |error| replies.jobs[index].fail(error))?;
            heat_maps.push(heat_map.flatten());
            resolved.push(of);
        }

        if let Some(Some(of)) = resolved.first()
            && replies.overview.is_open()
        {
            let paths: Vec<&str> = overview_paths(&of.info).collect();
            let maps = self.layers(Stage::Overview, of, lead, &paths);
            replies.overview.send(open_unless_overtaken(maps)?);
            self.shared.wake();
        }
        self.channels();
        for ((request, of), (heat_map, replies)) in requests
            .iter()
            .zip(&resolved)
            .zip(heat_maps.iter().zip(&mut replies.jobs))
        {
            if let (Some(of), Some(heat_map), true) = (of, heat_map, replies.guided.is_open()) {
                self.models.touch(lead);
                let guided = self.guided(of, request, heat_map);
                replies.guided.send(open_unless_overtaken(guided)?);
                self.shared.wake();
            }
        }
        self.channels();
        if let Some(Some(of)) = resolved.first()
            && replies.all_layers.is_open()
        {
            let paths: Vec<&str> = all_paths(&of.info).collect();
            let maps = self.layers(Stage::OtherLayers, of, lead, &paths);
            replies.all_layers.send(open_unless_overtaken(maps)?);
            self.shared.wake();
        }
        Ok(())
    }

    /// Serves calls for channels that came since the batch began, before its slower stages.
    fn channels(&mut self) {
        if self.current.is_newest() {
            for call in self.inbox.channels() {
                call.answer(self.models, self.shared);
            }
        }
    }

    fn answer(&mut self, request: &Request, replies: &mut Replies) -> Result<Resolved, Error> {
        let info = Arc::clone(self.models.get(request.model)?.info()?);
        let view = View::of(request);
        let answer = match self.shared.cache.answers.get(&view) {
            Some(known) => known,
            None => self.record(request)?,
        };
        let top = answer.top();
        replies.answer.send(Ok(answer));
        self.shared.wake();
        let score = match request.score {
            Some(score) => score,
            None => Score::For(top.ok_or(Error::NoModel)?),
        };
        Ok(Resolved { info, view, score })
    }

    /// Makes sure that the request is the newest recording of its session.
    pub(crate) fn record(&mut self, request: &Request) -> Result<Arc<Prediction>, Error> {
        let current = self.current;
        let (_, answer) = self
            .models
            .recorded(request, &mut |stage| current.begin(stage))?;
        let view = View::of(request);
        self.shared.cache.answers.insert(view, Arc::clone(&answer));
        Ok(answer)
    }

    fn heat_map(
        &mut self,
        of: &Resolved,
        request: &Request,
        replies: &mut Replies,
    ) -> Result<Arc<HeatMap>, Error> {
        let layer = resolve_layer(&of.info, request.layer.as_deref())?;
        let parts: Vec<&str> = split(&layer).collect();
        let maps = self.maps(Stage::HeatMap, of, request, &parts, &mut |_| ())?;
        let heat_map = one_map(&maps, of.score, &layer)
            .unwrap_or_else(|| Err(Error::UnknownLayer(layer.clone())))?;
        self.shared.cache.keep(of.view, &heat_map);
        replies.heat_map.send(Ok(Arc::clone(&heat_map)));
        self.shared.wake();
        Ok(heat_map)
    }

    /// The heat map of the first request and the overview, from one backward pass. The heat map is
    /// sent as soon as the pass has reached its layer.
    fn lead(
        &mut self,
        of: &Resolved,
        request: &Request,
        replies: &mut BatchReplies,
    ) -> Result<Option<Arc<HeatMap>>, Error> {
        let layer = resolve_layer(&of.info, request.layer.as_deref());
        let job = &mut replies.jobs[0];
        if let Err(error) = &layer {
            job.fail(error);
        }
        let layer = layer.ok();
        let mut paths: Vec<&str> = layer.iter().flat_map(|layer| split(layer)).collect();
        let strip = replies.overview.is_open();
        if strip {
            paths.extend(overview_paths(&of.info));
        }
        let (shared, since) = (self.shared, self.current.since);
        let mut heat_map = None;
        let maps = self.maps(Stage::HeatMap, of, request, &paths, &mut |maps| {
            let Some(layer) = layer.as_deref().filter(|_| heat_map.is_none()) else {
                return;
            };
            let Some(found) = one_map(maps, of.score, layer) else {
                return;
            };
            if let Ok(found) = &found {
                shared.cache.keep(of.view, found);
            }
            job.heat_map.send(found.clone());
            heat_map = Some(found);
            if strip {
                shared.begin(Stage::Overview, since);
            }
            shared.wake();
        });
        let maps = match maps {
            Ok(maps) => maps,
            Err(error) => {
                if !matches!(error, Error::Overtaken) {
                    replies.fail_layers(&error);
                }
                return Err(error);
            }
        };
        let paths: Vec<&str> = overview_paths(&of.info).collect();
        if replies.overview.is_open() {
            replies.overview.send(Ok(in_order(&maps, of.score, &paths)));
            self.shared.wake();
        }
        heat_map.transpose()
    }
}

/// The value, or `None` after reporting an error. [`Error::Overtaken`] is passed on, because it ends
/// the whole batch.
fn settled<T>(
    result: Result<T, Error>,
    mut report: impl FnMut(&Error),
) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Overtaken) => Err(Error::Overtaken),
        Err(error) => {
            report(&error);
            Ok(None)
        }
    }
}

/// The result for a promise. Only [`Error::Overtaken`] is passed on.
fn open_unless_overtaken<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(Error::Overtaken) => Err(Error::Overtaken),
        other => Ok(other),
    }
}
