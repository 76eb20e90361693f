//! The stages of one batch, in the order a person waits for them.
//!
//! Before each stage the worker looks whether the batch is still the newest; if not, it drops the
//! rest. A walk that is under way goes on if the newest batch asks the same of the same picture,
//! since its maps are needed there too. Nothing finished is thrown away: it goes to the cache first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::cache::{Gradient, View};
use super::handle::Shared;
use super::known::{all_paths, overview_paths};
use super::models::Models;
use super::reply::{BatchReplies, Replies};
use super::session::ms_since;
use super::target::resolve_layer;
use super::worker::Inbox;
use super::{Answer, Error, Guided, HeatMap, LayerMaps, ModelCard, Request, Stage};
use crate::explain::Score;
use crate::model::layers::split;
use crate::picture::map::{Map, fuse};

/// Maps by the path of their layer; `None` where one is not finite.
type Maps = HashMap<String, Option<Arc<HeatMap>>>;

/// A request once its answer is there.
struct Asked {
    card: Arc<ModelCard>,
    view: View,
    score: Score,
}

pub(super) struct Stages<'a, 'i> {
    pub models: &'a mut Models,
    pub inbox: &'a mut Inbox<'i>,
    pub shared: &'a Shared,
    pub generation: u64,
    pub since: Instant,
}

impl Stages<'_, '_> {
    /// Keeps the promises of `replies` one after the other. An error of one request ends that
    /// request alone.
    ///
    /// # Errors
    /// [`Error::Overtaken`], with the promises left open.
    pub(super) fn run(
        &mut self,
        requests: &[Request],
        replies: &mut BatchReplies,
    ) -> Result<(), Error> {
        let Some(lead) = requests.first() else {
            return Ok(());
        };
        // The lead's heat map and the overview come from one walk where no other row waits for it.
        let alone = replies
            .jobs
            .iter()
            .skip(1)
            .all(|job| !job.heat_map.is_open());
        let mut asked = Vec::with_capacity(requests.len());
        let mut heat_maps = Vec::with_capacity(requests.len());
        for (index, request) in requests.iter().enumerate() {
            // Its recording is needed again below.
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
            asked.push(of);
        }

        if let Some(Some(of)) = asked.first()
            && replies.overview.is_open()
        {
            let paths: Vec<&str> = overview_paths(&of.card).collect();
            let maps = self.layers(Stage::Overview, of, lead, &paths);
            replies.overview.send(open_unless_overtaken(maps)?);
            self.shared.wake();
        }
        self.channels();
        for ((request, of), (heat_map, replies)) in requests
            .iter()
            .zip(&asked)
            .zip(heat_maps.iter().zip(&mut replies.jobs))
        {
            if let (Some(of), Some(heat_map), true) = (of, heat_map, replies.guided.is_open()) {
                self.models.touch(lead);
                let guided = self.guided(of, request, heat_map);
                replies.guided.send(open_unless_overtaken(guided)?);
                self.shared.wake();
            }
        }
        if let Some(Some(of)) = asked.first()
            && replies.all_layers.is_open()
        {
            let paths: Vec<&str> = all_paths(&of.card).collect();
            let maps = self.layers(Stage::OtherLayers, of, lead, &paths);
            replies.all_layers.send(open_unless_overtaken(maps)?);
            self.shared.wake();
        }
        Ok(())
    }

    /// Channels that were asked for since the batch began come before its slower stages.
    fn channels(&mut self) {
        if self.shared.is_newest(self.generation) {
            for call in self.inbox.channels() {
                call.answer(self.models, self.shared);
            }
        }
    }

    fn answer(&mut self, request: &Request, replies: &mut Replies) -> Result<Asked, Error> {
        let card = Arc::clone(self.models.get(request.model)?.card()?);
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
        Ok(Asked { card, view, score })
    }

    fn record(&mut self, request: &Request) -> Result<Arc<Answer>, Error> {
        let (shared, generation, since) = (self.shared, self.generation, self.since);
        let mut at = |stage| checkpoint(shared, generation, since, stage);
        let (_, answer) = self.models.recorded(request, &mut at)?;
        let view = View::of(request);
        shared.cache.answers.insert(view, Arc::clone(&answer));
        Ok(answer)
    }

    fn heat_map(
        &mut self,
        of: &Asked,
        request: &Request,
        replies: &mut Replies,
    ) -> Result<Arc<HeatMap>, Error> {
        let layer = resolve_layer(&of.card, request.layer.as_deref())?;
        let parts: Vec<&str> = split(&layer).collect();
        let maps = self.maps(Stage::HeatMap, of, request, &parts, &mut |_| ())?;
        let heat_map = one_map(&maps, of.score, &layer)
            .unwrap_or_else(|| Err(Error::UnknownLayer(layer.clone())))?;
        self.shared.cache.keep(of.view, &heat_map);
        replies.heat_map.send(Ok(Arc::clone(&heat_map)));
        self.shared.wake();
        Ok(heat_map)
    }

    /// The heat map of the first request and the overview, in one walk that hands out the heat map
    /// on its way.
    fn lead(
        &mut self,
        of: &Asked,
        request: &Request,
        replies: &mut BatchReplies,
    ) -> Result<Option<Arc<HeatMap>>, Error> {
        let layer = resolve_layer(&of.card, request.layer.as_deref());
        let job = &mut replies.jobs[0];
        if let Err(error) = &layer {
            job.fail(error);
        }
        let layer = layer.ok();
        let mut paths: Vec<&str> = layer.iter().flat_map(|layer| split(layer)).collect();
        if replies.overview.is_open() {
            paths.extend(overview_paths(&of.card));
        }
        let (shared, since) = (self.shared, self.since);
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
            shared.begin(Stage::Overview, since);
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
        let paths: Vec<&str> = overview_paths(&of.card).collect();
        if replies.overview.is_open() {
            replies.overview.send(Ok(in_order(&maps, of.score, &paths)));
            self.shared.wake();
        }
        heat_map.transpose()
    }

    fn layers(
        &mut self,
        stage: Stage,
        of: &Asked,
        request: &Request,
        paths: &[&str],
    ) -> Result<Arc<LayerMaps>, Error> {
        let maps = self.maps(stage, of, request, paths, &mut |_| ())?;
        Ok(in_order(&maps, of.score, paths))
    }

    /// The maps at these layers: known ones from the cache, the others from one walk. `each` sees
    /// what there is at the start and after each that comes.
    fn maps(
        &mut self,
        stage: Stage,
        of: &Asked,
        request: &Request,
        paths: &[&str],
        each: &mut dyn FnMut(&Maps),
    ) -> Result<Maps, Error> {
        let (shared, generation) = (self.shared, self.generation);
        let (view, score) = (of.view, of.score);
        let known = |path: &&str| {
            Some((
                (*path).to_owned(),
                shared.cache.heat_map(view, score, path)?,
            ))
        };
        let mut maps: Maps = paths.iter().filter_map(known).collect();
        each(&maps);
        let missing: Vec<&str> = paths
            .iter()
            .copied()
            .filter(|path| !maps.contains_key(*path))
            .collect();
        if missing.is_empty() {
            return Ok(maps);
        }
        self.record(request)?;
        self.checkpoint(stage)?;
        let session = self.models.get(request.model)?;
        let mut watch = || shared.wanted(generation, view, score);
        session.each_heat_map(score, &missing, &mut watch, &mut |heat_map| {
            let heat_map = Arc::new(heat_map);
            shared.cache.keep(view, &heat_map);
            let path = heat_map.layer.clone();
            maps.insert(path, heat_map.is_finite().then_some(heat_map));
            each(&maps);
            Ok(())
        })?;
        Ok(maps)
    }

    fn guided(
        &mut self,
        of: &Asked,
        request: &Request,
        heat_map: &HeatMap,
    ) -> Result<Arc<Guided>, Error> {
        let (score, rule) = (of.score, request.rule);
        let key = (of.view, score, rule, heat_map.layer.clone());
        if let Some(known) = self.shared.cache.guided.get(&key) {
            return Ok(known);
        }
        let gradient = match self.shared.cache.gradients.get(&(of.view, score, rule)) {
            Some(known) => known,
            None => self.gradient(of, request)?,
        };
        let guided = Arc::new(gradient.times(heat_map, rule, &of.card));
        self.shared.cache.guided.insert(key, Arc::clone(&guided));
        Ok(guided)
    }

    fn gradient(&mut self, of: &Asked, request: &Request) -> Result<Arc<Gradient>, Error> {
        self.record(request)?;
        self.checkpoint(Stage::Guided)?;
        let start = Instant::now();
        let (shared, generation) = (self.shared, self.generation);
        let session = self.models.get(request.model)?;
        let mut watch = || shared.wanted(generation, of.view, of.score);
        let found = session.input_gradient_watched(of.score, request.rule, &mut watch)?;
        let gradient = Arc::new(Gradient {
            image: Arc::new(found.image),
            rectifiers: found.rectifiers,
            ms: ms_since(start),
        });
        let key = (of.view, of.score, request.rule);
        self.shared
            .cache
            .gradients
            .insert(key, Arc::clone(&gradient));
        Ok(gradient)
    }

    fn checkpoint(&self, stage: Stage) -> Result<(), Error> {
        checkpoint(self.shared, self.generation, self.since, stage)
    }
}

/// The map of a layer, or of several joined, once all of them are there.
fn one_map(maps: &Maps, score: Score, layer: &str) -> Option<Result<Arc<HeatMap>, Error>> {
    let parts: Vec<&Option<Arc<HeatMap>>> = split(layer)
        .map(|path| maps.get(path))
        .collect::<Option<_>>()?;
    let Some(parts) = parts.into_iter().cloned().collect::<Option<Vec<_>>>() else {
        return Some(Err(Error::MapNotFinite(layer.to_owned())));
    };
    Some(Ok(match parts.as_slice() {
        [only] => Arc::clone(only),
        several => Arc::new(HeatMap {
            score,
            layer: layer.to_owned(),
            map: fuse(&several.iter().map(|part| &part.map).collect::<Vec<&Map>>()),
            ms: several.iter().map(|part| part.ms).sum(),
        }),
    }))
}

fn in_order(maps: &Maps, score: Score, paths: &[&str]) -> Arc<LayerMaps> {
    let finite = |path: &&str| maps.get(*path).cloned().flatten();
    let maps = paths.iter().filter_map(finite).collect();
    Arc::new(LayerMaps { score, maps })
}

/// What came of it, `None` after telling an error; only being overtaken ends the batch.
fn settled<T>(result: Result<T, Error>, mut tell: impl FnMut(&Error)) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Overtaken) => Err(Error::Overtaken),
        Err(error) => {
            tell(&error);
            Ok(None)
        }
    }
}

/// The result for its promise, unless the whole batch ends.
fn open_unless_overtaken<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(Error::Overtaken) => Err(Error::Overtaken),
        other => Ok(other),
    }
}

fn checkpoint(shared: &Shared, generation: u64, since: Instant, stage: Stage) -> Result<(), Error> {
    if !shared.is_newest(generation) {
        return Err(Error::Overtaken);
    }
    shared.begin(stage, since);
    Ok(())
}
