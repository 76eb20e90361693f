//! An open model and the recorded forward passes of a few photos: the engine without its thread.
//!
//! The worker owns one session per open model, the command line its own; all run the same code.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tch::Tensor;

use super::{Error, ModelInfo, Prediction, Stage};
use crate::engine::data::prediction::Scores;
use crate::explain;
use crate::model::error::Fault;
use crate::model::opening::Tell;
use crate::model::usage::input::Input;
use crate::model::{self, Model, OpenOptions, Reading, Tape, Usage, forward_watched};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;
use fitting::Open;
use recordings::Recordings;

mod explaining;
mod fitting;
pub(crate) mod recordings;
pub(crate) mod target;
#[cfg(test)]
mod tests;
mod trials;

/// Called before each stage; an error from it ends the work there.
pub type Checkpoint<'a> = &'a mut dyn FnMut(Stage) -> Result<(), Error>;

/// Called many times during a stage; an error from it ends the stage.
pub type Watch<'a> = &'a mut dyn FnMut() -> Result<(), Error>;

/// An open model and its last recorded forward passes.
#[derive(Default)]
pub struct Session {
    open: Option<Open>,
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
        self.open = Some(Open::new(model, Arc::clone(&info)));
        Ok(info)
    }

    /// A session on the same weights with another usage and its own id. `tell` is called many times
    /// with the fraction that is done.
    ///
    /// # Errors
    /// [`Error::NoModel`]; [`Error::Model`] if the network does not accept the input size or has
    /// another number of classes; [`Error::Overtaken`] if `tell` breaks.
    pub fn used(&self, usage: Usage, tell: Tell) -> Result<Session, Error> {
        let open = self.open.as_ref().ok_or(Error::NoModel)?;
        // That with its other pictures fitted as last used needs the least work.
        let newest = self.recordings.newest().map(|newest| newest.fit);
        let model = newest.and_then(|fit| open.fitted(fit));
        let model = model.unwrap_or_else(|| open.model());
        let model = model.used(usage, tell).map_err(opening_error)?;
        let info = Arc::new(ModelInfo::new(&model, next_id(), open.info.weights));
        Ok(Session {
            open: Some(Open::new(model, info)),
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

    /// The open model with the pictures besides the one that is explained fitted as that is, as
    /// [`Session::fit_second_pictures`] leaves it.
    fn model(&self, fit: Fit) -> Result<&Model, Error> {
        let open = self.open.as_ref().ok_or(Error::NoModel)?;
        open.fitted(fit).ok_or(Error::NoModel)
    }

    /// The open model as plain data.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn info(&self) -> Result<&Arc<ModelInfo>, Error> {
        let open = self.open.as_ref().ok_or(Error::NoModel)?;
        Ok(&open.info)
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
        if let Some(answer) = self.recordings.recall(photo.id, fit) {
            return Ok(answer);
        }
        self.fit_second_pictures(fit, &mut || checkpoint(Stage::Resampling))?;
        self.recordings.make_room();
        let model = self.model(fit)?;

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
        Ok(Input::new(photo, fit, &self.model(fit)?.preprocess)?)
    }

    /// The model's scores for a photo that is fitted in this way, without a recording. `watch` is called before
    /// each node.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Torch`], [`Error::NotFinite`], and what `watch` returns.
    pub(super) fn scores(&self, input: &Input, fit: Fit, watch: Watch) -> Result<Scores, Error> {
        let model = self.model(fit)?;
        let logits = forward_watched(&model.graph, &input.tensor, &mut |_, _| watch())?;
        read_scores(&logits, model.reading)
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
