//! Answers that nobody waits for: the pictures of a folder, one after the other while the worker
//! has nothing else to do.
//!
//! Anything else that is asked breaks off the picture in hand between two nodes of the graph. It is
//! begun again afterwards, so a click waits for one operation at most.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::models::Models;
use crate::engine::cache::View;
use crate::engine::reply::{Reply, caught};
use crate::engine::session::input::Input;
use crate::engine::session::ms_since;
use crate::engine::shared::Shared;
use crate::engine::{Error, Prediction};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// A picture that waits for the worker to be idle.
pub(crate) struct Picture {
    pub model: u64,
    pub fit: Fit,
    pub photo: Arc<Photo>,
    pub reply: Reply<Arc<Prediction>>,
    /// Kept when it is broken off.
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

    fn answer(&mut self, models: &mut Models, shared: &Shared) -> Result<Arc<Prediction>, Error> {
        let view = View::new(self.model, self.photo.id, self.fit);
        if let Some(known) = shared.cache.answers.get(&view) {
            return Ok(known);
        }
        let session = models.get(self.model)?;
        let input = match &mut self.input {
            Some(input) => input,
            none => none.insert(session.input(&self.photo, self.fit)?),
        };
        let start = Instant::now();
        let logits = session.logits(input, &mut || shared.nobody_waits())?;
        let placement = input.placement;
        let reading = session.info()?.reading;
        let answer = Prediction::new(
            logits,
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

/// The pictures that wait.
#[derive(Default)]
pub(crate) struct Later(VecDeque<Picture>);

impl Later {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, picture: Picture) {
        self.0.push_back(picture);
    }

    /// Their promises end in [`Error::Overtaken`].
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Answers the first of them, unless something comes in between: then it stays the first.
    pub(crate) fn step(&mut self, models: &mut Models, shared: &Shared) {
        let Some(mut picture) = self.0.pop_front() else {
            return;
        };
        match caught(|| picture.answer(models, shared)) {
            Err(Error::Overtaken) => self.0.push_front(picture),
            // Nobody waits, so nobody is woken: whoever asked looks for it when it suits them.
            done => picture.reply.send(done),
        }
    }
}
