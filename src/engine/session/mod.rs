//! An open model and the recorded forward passes of a few photos: the engine without its thread.
//!
//! The worker owns one session per open model, the command line its own; all run the same code.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tch::Tensor;

use super::{Error, HeatMap, ModelInfo, Prediction, Stage, Trial};
use crate::engine::data::prediction::Scores;
use crate::explain::{self, Channels, InputGradient, Objective, Score, SelfCheck};
use crate::model::error::Fault;
use crate::model::layers::split;
use crate::model::opening::Tell;
use crate::model::usage::input::Input;
use crate::model::{
    self, AnswerKind, InputChannels, Model, OpenOptions, Reading, ReluRule, Tape, Usage, ValueId,
    forward_watched,
};
use crate::picture::map::{Map, SignedImage, fuse};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;
use recordings::Recordings;
use target::{check_score, find_target, objective};

mod fitting;
pub(crate) mod recordings;
pub(crate) mod target;
#[cfg(test)]
mod two_pictures;

/// Called before each stage; an error from it ends the work there.
pub type Checkpoint<'a> = &'a mut dyn FnMut(Stage) -> Result<(), Error>;

/// Called many times during a stage; an error from it ends the stage.
pub type Watch<'a> = &'a mut dyn FnMut() -> Result<(), Error>;

/// An open model and its last recorded forward passes.
#[derive(Default)]
pub struct Session {
    open: Option<(Model, Arc<ModelInfo>)>,
    recordings: Recordings,
}

impl Session {
    /// A session that keeps this many recordings besides the newest one. The default keeps none,
    /// because each takes the memory of all activations.
    pub fn keeping(beside: usize) -> Session {
        Session {
            open: None,
            recordings: Recordings::keeping(beside),
        }
    }

    /// Opens and checks a model file. If that fails, the previous model stays open.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn open_model(&mut self, path: &Path) -> Result<Arc<ModelInfo>, Error> {
        self.open_model_as(path, &OpenOptions::default(), &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// Like [`Session::open_model`], with the caller's choices. `tell` is called many times with the
    /// fraction that is done.
    ///
    /// # Errors
    /// As [`Session::open_model`]; [`Error::Overtaken`] if `tell` breaks.
    pub fn open_model_as(
        &mut self,
        path: &Path,
        options: &OpenOptions,
        tell: Tell,
    ) -> Result<Arc<ModelInfo>, Error> {
        let model = Model::open_as(path, options, tell).map_err(opening_error)?;
        let id = next_id();
        let info = Arc::new(ModelInfo::new(&model, id, id));
        self.recordings.clear();
        self.open = Some((model, Arc::clone(&info)));
        Ok(info)
    }

    /// A session on the same weights with another usage and its own id. `tell` is called many times
    /// with the fraction that is done.
    ///
    /// # Errors
    /// [`Error::NoModel`]; [`Error::Model`] if the network does not accept the input size or has
    /// another number of classes; [`Error::Overtaken`] if `tell` breaks.
    pub fn used(&self, usage: Usage, tell: Tell) -> Result<Session, Error> {
        let (model, info) = self.model()?;
        let model = model.used(usage, tell).map_err(opening_error)?;
        let info = Arc::new(ModelInfo::new(&model, next_id(), info.weights));
        Ok(Session {
            open: Some((model, info)),
            recordings: self.recordings.as_many(),
        })
    }

    /// Drops the recorded passes, for example after a panic in the middle of one.
    pub fn forget_recordings(&mut self) {
        self.recordings.clear();
    }

    pub(super) fn recordings(&mut self) -> &mut Recordings {
        &mut self.recordings
    }

    fn model(&self) -> Result<&(Model, Arc<ModelInfo>), Error> {
        self.open.as_ref().ok_or(Error::NoModel)
    }

    /// The open model as plain data.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn info(&self) -> Result<&Arc<ModelInfo>, Error> {
        Ok(&self.model()?.1)
    }

    /// Runs `photo` through the model and records the pass, unless it is recorded already. The
    /// methods below then refer to this photo.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Picture`], [`Error::Torch`], [`Error::NotFinite`], and what
    /// `checkpoint` returns.
    pub fn predict(
        &mut self,
        photo: &Photo,
        fit: Fit,
        checkpoint: Checkpoint,
    ) -> Result<Arc<Prediction>, Error> {
        self.fit_second_pictures(fit, &mut || checkpoint(Stage::Resampling))?;
        if let Some(answer) = self.recordings.recall(photo.id, fit) {
            return Ok(answer);
        }
        self.recordings.make_room();
        let (model, _) = self.model()?;

        checkpoint(Stage::Resampling)?;
        let input = self.input(photo, fit)?;

        checkpoint(Stage::Forward)?;
        let start = Instant::now();
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &input.tensor)?;
        let scores = read_scores(tape.logits(), model.reading)?;
        let forward_ms = ms_since(start);

        let answer = Arc::new(Prediction::new(
            scores,
            (model.kind, model.reading),
            input.placement,
            input.resample_ms,
            forward_ms,
        ));
        self.recordings
            .add(photo.id, fit, tape, Arc::clone(&answer));
        Ok(answer)
    }

    /// A photo as the input of the open model.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Picture`], [`Error::Torch`].
    pub(super) fn input(&self, photo: &Photo, fit: Fit) -> Result<Input, Error> {
        Ok(Input::new(photo, fit, &self.model()?.0.preprocess)?)
    }

    /// The model's scores for a photo, without a recording. `watch` is called before each node.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Torch`], [`Error::NotFinite`], and what `watch` returns.
    pub(super) fn scores(&self, input: &Input, watch: Watch) -> Result<Scores, Error> {
        let model = &self.model()?.0;
        let logits = forward_watched(&model.graph, &input.tensor, &mut |_, _| watch())?;
        read_scores(&logits, model.reading)
    }

    /// What the model predicts for a photo under the usual preprocessings, the present one first. `watch`
    /// is called before each node.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::NothingToTry`], [`Error::Picture`], [`Error::Torch`], and what `watch`
    /// returns.
    pub fn try_preprocessings(
        &self,
        photo: &Photo,
        fit: Fit,
        watch: Watch,
    ) -> Result<Vec<Trial>, Error> {
        let model = &self.model()?.0;
        // The picture that an input is held at stays as it was prepared.
        if model.kind == AnswerKind::Similarity || model.options.holds_pictures() {
            return Err(Error::NothingToTry);
        }
        let now = ("As it is now", model.preprocess.clone());
        let mut trials = Vec::new();
        for (name, preprocess) in std::iter::once(now).chain(model.preprocess.usual()) {
            let input = Input::new(photo, fit, &preprocess)?;
            let scores = match self.scores(&input, watch) {
                // Levels that are far off may overflow; the others still tell something.
                Err(Error::NotFinite) => continue,
                scores => scores?,
            };
            let as_read = (model.kind, model.reading);
            let found = Prediction::new(scores, as_read, input.placement, 0.0, 0.0);
            let Some(class) = found.top() else {
                continue;
            };
            trials.push(Trial {
                name: name.to_owned(),
                preprocess,
                class,
                probability: found.probabilities[class],
                logit: found.logits[class],
            });
        }
        Ok(trials)
    }

    fn recorded(&self) -> Result<(&Model, &Tape), Error> {
        let (tape, _) = self.recordings.newest().ok_or(Error::NoModel)?;
        Ok((&self.model()?.0, tape))
    }

    /// `score` of the newest recording, ready to be differentiated.
    fn objective(&self, score: Score) -> Result<Objective, Error> {
        let (tape, answer) = self.recordings.newest().ok_or(Error::NoModel)?;
        objective(tape, score, answer)
    }

    /// Grad-CAM of `score` at several layers from one backward pass, for the photo last predicted.
    /// Several layers joined by [`JOIN`](crate::model::layers::JOIN) give one map, see [`fuse`].
    ///
    /// # Errors
    /// [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::UnknownClass`],
    /// [`Error::Torch`].
    pub fn heat_maps(&self, score: Score, layers: &[&str]) -> Result<Vec<HeatMap>, Error> {
        let start = Instant::now();
        let parts: Vec<&str> = layers.iter().flat_map(|layer| split(layer)).collect();
        let mut found: HashMap<String, Map> = HashMap::new();
        self.each_heat_map(score, &parts, &mut || Ok(()), &mut |heat_map| {
            found.insert(heat_map.layer, heat_map.map);
            Ok(())
        })?;
        let ms = ms_since(start) / layers.len().max(1) as f64;
        layers
            .iter()
            .map(|&layer| {
                let unknown = || Error::UnknownLayer(layer.to_owned());
                let parts: Vec<&Map> = split(layer)
                    .map(|path| found.get(path).ok_or_else(unknown))
                    .collect::<Result<_, _>>()?;
                Ok(HeatMap {
                    score,
                    layer: layer.to_owned(),
                    map: match parts.as_slice() {
                        [only] => (*only).clone(),
                        several => fuse(several),
                    },
                    ms,
                })
            })
            .collect()
    }

    /// The maps of single layers, each as soon as the backward pass has reached its layer: the last
    /// layer of the network first. `watch` is called many times; an error from it or from `found`
    /// ends the pass.
    ///
    /// # Errors
    /// As [`Session::heat_maps`], and what `watch` and `found` return.
    pub fn each_heat_map(
        &self,
        score: Score,
        layers: &[&str],
        watch: Watch,
        found: &mut dyn FnMut(HeatMap) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (model, tape) = self.recorded()?;
        check_score(model, tape, score)?;
        let start = Instant::now();
        // A block and the last layer inside it are often the same value.
        let mut at: HashMap<ValueId, Vec<&str>> = HashMap::new();
        let mut values = Vec::new();
        for &path in layers {
            let value = find_target(&model.layers, path)?.activation;
            let paths = at.entry(value).or_default();
            if paths.is_empty() {
                values.push(value);
            }
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let mut count = 0;
        let objective = self.objective(score)?;
        explain::grad_cam_each(tape, &objective, &values, watch, &mut |value, map| {
            let paths = at.get(&value).map(Vec::as_slice).unwrap_or_default();
            count += paths.len();
            for &path in paths {
                found(HeatMap {
                    score,
                    layer: path.to_owned(),
                    map: map.clone(),
                    ms: ms_since(start) / count as f64,
                })?;
            }
            Ok(())
        })
    }

    /// The map at one layer, or the fused map of several joined layers.
    ///
    /// # Errors
    /// As [`Session::heat_maps`], and [`Error::MapNotFinite`].
    pub fn heat_map(&self, score: Score, layer: &str) -> Result<HeatMap, Error> {
        let map = self.heat_maps(score, &[layer])?.pop();
        let map = map.ok_or_else(|| Error::UnknownLayer(layer.to_owned()))?;
        if map.is_finite() {
            Ok(map)
        } else {
            Err(Error::MapNotFinite(layer.to_owned()))
        }
    }

    /// The channels behind the map of `score` at one layer, for the photo last predicted.
    ///
    /// # Errors
    /// As [`Session::heat_map`], and [`Error::ChannelsOfSeveral`] for joined layers.
    pub fn channels(&self, score: Score, layer: &str) -> Result<Channels, Error> {
        let (model, tape) = self.recorded()?;
        check_score(model, tape, score)?;
        if split(layer).nth(1).is_some() {
            return Err(Error::ChannelsOfSeveral(layer.to_owned()));
        }
        let value = find_target(&model.layers, layer)?.activation;
        let channels = explain::channels(tape, &self.objective(score)?, value, layer)?;
        if channels.is_finite() {
            Ok(channels)
        } else {
            Err(Error::MapNotFinite(layer.to_owned()))
        }
    }

    /// Measures the gradient of `score` with forward passes, and whether Grad-CAM is CAM at `layer`, for
    /// the photo last predicted.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::Torch`].
    pub fn self_check(&self, score: Score, layer: Option<&str>) -> Result<SelfCheck, Error> {
        let (model, tape) = self.recorded()?;
        check_score(model, tape, score)?;
        let layer = layer.map(|path| find_target(&model.layers, path));
        let layer = layer.transpose()?.map(|layer| layer.activation);
        Ok(explain::self_check(
            &model.graph,
            tape,
            &self.objective(score)?,
            layer,
        )?)
    }

    /// The gradient of `score` at the normalised input under `rule`, for the photo last predicted.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::MapNotFinite`], [`Error::Torch`].
    pub fn input_gradient(&self, score: Score, rule: ReluRule) -> Result<InputGradient, Error> {
        self.input_gradient_watched(score, rule, &mut || Ok(()))
    }

    /// Like [`Session::input_gradient`]; `watch` is called many times, and an error from it ends the
    /// pass.
    ///
    /// # Errors
    /// As [`Session::input_gradient`], and what `watch` returns.
    pub fn input_gradient_watched(
        &self,
        score: Score,
        rule: ReluRule,
        watch: Watch,
    ) -> Result<InputGradient, Error> {
        let (model, tape) = self.recorded()?;
        check_score(model, tape, score)?;
        let objective = self.objective(score)?;
        let mut found =
            explain::guided_backprop_watched(tape, &model.graph, &objective, rule, watch)?;
        found.image.blue_first = model.preprocess.channels == InputChannels::Bgr;
        if found.image.values.iter().all(|value| value.is_finite()) {
            Ok(found)
        } else {
            Err(Error::MapNotFinite("the input".into()))
        }
    }

    /// `gradient` times the upsampled `map`: Guided Grad-CAM if the gradient is guided.
    pub fn guided_grad_cam(&self, gradient: &SignedImage, map: &Map) -> SignedImage {
        explain::guided_grad_cam(gradient, map)
    }
}

fn next_id() -> u64 {
    static NEXT_ID: AtomicU64 = AtomicU64::new(1);
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

fn opening_error(error: model::Error) -> Error {
    match error {
        model::Error::Picture(error) => Error::Picture(error),
        model::Error::File {
            fault: Fault::Cancelled,
            ..
        } => Error::Overtaken,
        other => Error::Model(other),
    }
}

fn read_scores(logits: &Tensor, reading: Reading) -> Result<Scores, Error> {
    let finite = logits.f_isfinite()?.f_all()?;
    if finite.f_int64_value(&[])? == 0 {
        return Err(Error::NotFinite);
    }
    Ok(if explain::is_map(logits) {
        Scores::Map(explain::segmentation(logits, reading)?)
    } else {
        Scores::Row(explain::plain(logits)?)
    })
}

pub(super) fn ms_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
