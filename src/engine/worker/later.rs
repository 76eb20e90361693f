//! Predictions that nobody waits for: the pictures of a folder, one after the other while the
//! worker has nothing else to do.
//!
//! Any other request interrupts the current picture between two nodes of the graph, and the picture
//! starts again afterwards. So a click waits for one operation at most. Someone who clicks without
//! pause would interrupt every picture, so now and then one is computed to its end: the folder then
//! has a quarter of the worker's time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::models::Models;
use crate::engine::cache::View;
use crate::engine::reply::{Reply, caught};
use crate::engine::session::{Watch, ms_since};
use crate::engine::shared::Shared;
use crate::engine::{Error, Prediction};
use crate::model::usage::input::Input;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// The least time between two pictures that are not interrupted.
const MIN_PAUSE: Duration = Duration::from_millis(300);

/// The same as a multiple of the time that a picture takes.
const PAUSE: u32 = 3;

/// A picture to predict when the worker is idle.
pub(crate) struct Picture {
    pub model: u64,
    pub fit: Fit,
    pub photo: Arc<Photo>,
    pub reply: Reply<Arc<Prediction>>,
    /// Kept when the picture is interrupted.
    input: Option<Input>,
}

impl Picture {
    pub(crate) fn new(
        model: u64,
        fit: Fit,
        photo: Arc<Photo>,
        reply: Reply<Arc<Prediction>>,
    ) -> Picture {
        Picture {
            model,
            fit,
            photo,
            reply,
            input: None,
        }
    }

    /// `watch` is called before each node of the graph; an error from it interrupts the picture.
    fn answer(
        &mut self,
        models: &mut Models,
        shared: &Shared,
        watch: Watch,
    ) -> Result<Arc<Prediction>, Error> {
        let view = View::new(self.model, self.photo.id, self.fit);
        if let Some(known) = shared.cache.answers.get(&view) {
            return Ok(known);
        }
        let session = models.get(self.model)?;
        session.fit_second_pictures(self.fit, watch)?;
        let input = match &mut self.input {
            Some(input) => input,
            none => none.insert(session.input(&self.photo, self.fit)?),
        };
        let start = Instant::now();
        let scores = session.scores(input, self.fit, watch)?;
        let placement = input.placement;
        let info = session.info()?;
        let reading = (info.kind, info.reading);
        let answer = Prediction::new(
            scores,
            reading,
            placement,
            input.resample_ms,
            ms_since(start),
        );
        let answer = Arc::new(answer);
        shared.cache.answers.insert(view, Arc::clone(&answer));
        Ok(answer)
    }
}

/// The waiting pictures, in the order of the calls.
pub(crate) struct Later {
    pictures: VecDeque<Picture>,
    /// Since when none has been finished, and how long the last one took.
    waiting_since: Instant,
    took: Duration,
}

impl Later {
    pub(crate) fn new() -> Later {
        Later {
            pictures: VecDeque::new(),
            waiting_since: Instant::now(),
            took: Duration::ZERO,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    pub(crate) fn push(&mut self, picture: Picture) {
        if self.pictures.is_empty() {
            self.waiting_since = Instant::now();
        }
        self.pictures.push_back(picture);
    }

    /// Drops all pictures; their promises end in [`Error::Overtaken`].
    pub(crate) fn forget(&mut self) {
        self.pictures.clear();
    }

    /// Computes the first of them. If another request comes, the picture stays the first.
    pub(crate) fn step(&mut self, models: &mut Models, shared: &Shared) {
        self.compute(models, shared, &mut || shared.nobody_waits());
    }

    /// Computes the first of them to its end if none has been finished for long.
    pub(crate) fn step_if_overdue(&mut self, models: &mut Models, shared: &Shared) {
        let pause = MIN_PAUSE.max(self.took * PAUSE);
        if self.waiting_since.elapsed() >= pause {
            self.compute(models, shared, &mut || Ok(()));
        }
    }

    fn compute(&mut self, models: &mut Models, shared: &Shared, watch: Watch) {
        let Some(mut picture) = self.pictures.pop_front() else {
            return;
        };
        let start = Instant::now();
        match caught(|| picture.answer(models, shared, watch)) {
            Err(Error::Overtaken) => self.pictures.push_front(picture),
            done => {
                self.waiting_since = Instant::now();
                self.took = start.elapsed();
                // Nobody waits, so nobody is woken: the folder looks for it when it needs to.
                picture.reply.send(done);
            }
        }
    }
}
