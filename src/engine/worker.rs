//! The thread that owns every tensor.
//!
//! Requests carry a generation. Before each stage the worker looks whether its own is still the
//! newest; if not, it drops the rest. Nothing finished is thrown away: it goes to the cache first.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use poll_promise::Sender;

use super::cache::{Gradient, View};
use super::handle::Shared;
use super::session::{Session, ms_since, resolve_layer};
use super::{Answer, Error, Guided, HeatMap, ModelCard, Request, Stage};
use crate::explain::Score;

/// What the worker is asked to do.
pub(super) enum Message {
    OpenModel {
        path: PathBuf,
        reply: Reply<Arc<ModelCard>>,
    },
    Explain {
        generation: u64,
        request: Request,
        replies: Box<Replies>,
    },
}

/// The promises of one request that are still open.
pub(super) struct Replies {
    pub answer: Reply<Arc<Answer>>,
    pub heat_map: Reply<Arc<HeatMap>>,
    pub guided: Reply<Arc<Guided>>,
}

/// A promise's other end, which answers even when it is dropped: poll-promise would panic in the
/// window if nothing ever came.
pub(super) struct Reply<T: Send + 'static>(Option<Sender<Result<T, Error>>>);

impl<T: Send + 'static> Reply<T> {
    pub(super) fn new(sender: Sender<Result<T, Error>>) -> Reply<T> {
        Reply(Some(sender))
    }

    /// For a promise that was answered from the cache.
    pub(super) fn answered() -> Reply<T> {
        Reply(None)
    }

    pub(super) fn send(&mut self, result: Result<T, Error>) {
        if let Some(sender) = self.0.take() {
            sender.send(result);
        }
    }
}

impl<T: Send + 'static> Drop for Reply<T> {
    fn drop(&mut self) {
        self.send(Err(Error::Overtaken));
    }
}

impl Replies {
    fn fail(&mut self, error: &Error) {
        self.answer.send(Err(error.clone()));
        self.heat_map.send(Err(error.clone()));
        self.guided.send(Err(error.clone()));
    }
}

/// Works until the engine is dropped.
pub(super) fn run(messages: &Receiver<Message>, shared: &Shared) {
    let mut session = Session::default();
    while let Ok(message) = messages.recv() {
        match message {
            Message::OpenModel { path, mut reply } => {
                shared.begin(Stage::OpeningModel, Instant::now());
                let opened = caught(|| session.open_model(&path));
                if let Ok(card) = &opened {
                    shared.set_card(Arc::clone(card));
                }
                reply.send(opened);
            }
            Message::Explain {
                generation,
                request,
                mut replies,
            } => {
                let mut job = Job {
                    session: &mut session,
                    shared,
                    generation,
                    since: Instant::now(),
                };
                let done = caught(|| job.run(&request, &mut replies));
                if let Err(error) = done {
                    if matches!(error, Error::Panicked(_)) {
                        session.forget_recording();
                    }
                    replies.fail(&error);
                }
            }
        }
        shared.idle();
        shared.wake();
    }
}

/// tch panics where its infallible calls fail; one net catches whatever slips through.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::Panicked(words(panic.as_ref()))))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given")
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

struct Job<'a> {
    session: &'a mut Session,
    shared: &'a Shared,
    generation: u64,
    since: Instant,
}

impl Job<'_> {
    /// The stages in the order a person waits for them.
    fn run(&mut self, request: &Request, replies: &mut Replies) -> Result<(), Error> {
        let card = Arc::clone(self.session.card()?);
        let view = View::new(&card, request);

        let answer = self.answer(view, request)?;
        replies.answer.send(Ok(Arc::clone(&answer)));
        self.shared.wake();
        let score = match request.score {
            Some(score) => score,
            None => Score::For(answer.top().ok_or(Error::NoModel)?),
        };

        let layer = resolve_layer(&card, request.layer.as_deref())?;
        let heat_map = self.heat_map(view, score, &layer)?;
        replies.heat_map.send(Ok(Arc::clone(&heat_map)));
        self.shared.wake();

        let guided = self.guided(view, request, &heat_map, card.rectifiers)?;
        replies.guided.send(Ok(guided));
        self.shared.wake();

        let missing: Vec<&str> = card
            .layers
            .targets()
            .map(|layer| layer.path.as_str())
            .filter(|path| {
                !self
                    .shared
                    .cache
                    .heat_maps
                    .contains_key(&(view, score, (*path).to_owned()))
            })
            .collect();
        if !missing.is_empty() {
            self.checkpoint(Stage::OtherLayers)?;
            let maps = self.session.heat_maps(score, &missing)?;
            for heat_map in maps.into_iter().filter(HeatMap::is_finite) {
                self.keep(view, Arc::new(heat_map));
            }
        }
        Ok(())
    }

    fn checkpoint(&self, stage: Stage) -> Result<(), Error> {
        checkpoint(self.shared, self.generation, self.since, stage)
    }

    fn answer(&mut self, view: View, request: &Request) -> Result<Arc<Answer>, Error> {
        let (shared, generation, since) = (self.shared, self.generation, self.since);
        let mut at = |stage| checkpoint(shared, generation, since, stage);
        let answer = self.session.answer(&request.photo, request.fit, &mut at)?;
        shared.cache.answers.insert(view, Arc::clone(&answer));
        Ok(answer)
    }

    fn keep(&self, view: View, heat_map: Arc<HeatMap>) {
        let key = (view, heat_map.score, heat_map.layer.clone());
        self.shared.cache.heat_maps.insert(key, heat_map);
    }

    fn heat_map(&mut self, view: View, score: Score, layer: &str) -> Result<Arc<HeatMap>, Error> {
        if let Some(known) = self
            .shared
            .cache
            .heat_maps
            .get(&(view, score, layer.to_owned()))
        {
            return Ok(known);
        }
        self.checkpoint(Stage::HeatMap)?;
        let heat_map = Arc::new(self.session.heat_map(score, layer)?);
        self.keep(view, Arc::clone(&heat_map));
        Ok(heat_map)
    }

    fn guided(
        &mut self,
        view: View,
        request: &Request,
        heat_map: &HeatMap,
        rectifiers: usize,
    ) -> Result<Arc<Guided>, Error> {
        let (score, rule) = (heat_map.score, request.rule);
        let key = (view, score, rule, heat_map.layer.clone());
        if let Some(known) = self.shared.cache.guided.get(&key) {
            return Ok(known);
        }
        let gradient = match self.shared.cache.gradients.get(&(view, score, rule)) {
            Some(known) => known,
            None => {
                self.checkpoint(Stage::Guided)?;
                let start = Instant::now();
                let found = self.session.input_gradient(score, rule)?;
                let gradient = Arc::new(Gradient {
                    image: Arc::new(found.image),
                    rectifiers: found.rectifiers,
                    ms: ms_since(start),
                });
                self.shared
                    .cache
                    .gradients
                    .insert((view, score, rule), Arc::clone(&gradient));
                gradient
            }
        };
        let guided = Arc::new(Guided {
            score,
            layer: heat_map.layer.clone(),
            rule,
            grad_cam: Arc::new(
                self.session
                    .guided_grad_cam(&gradient.image, &heat_map.map)?,
            ),
            backprop: Arc::clone(&gradient.image),
            rectifiers: (gradient.rectifiers, rectifiers),
            ms: gradient.ms,
        });
        self.shared.cache.guided.insert(key, Arc::clone(&guided));
        Ok(guided)
    }
}

fn checkpoint(shared: &Shared, generation: u64, since: Instant, stage: Stage) -> Result<(), Error> {
    if shared.newest.load(Ordering::SeqCst) != generation {
        return Err(Error::Overtaken);
    }
    shared.begin(stage, since);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_in_its_first_line() {
        let done: Result<(), Error> = caught(|| panic!("called on a bad tensor\nwith a stack"));
        assert!(matches!(done, Err(Error::Panicked(why)) if why == "called on a bad tensor"));
        let done: Result<(), Error> = caught(|| {
            let _ = tch::Tensor::from(1.0).get(7);
            Ok(())
        });
        assert!(matches!(done, Err(Error::Panicked(why)) if !why.is_empty()));
    }

    #[test]
    fn a_reply_that_is_dropped_still_answers() {
        let (sender, promise) = poll_promise::Promise::new();
        drop(Reply::<()>::new(sender));
        assert!(matches!(promise.block_and_take(), Err(Error::Overtaken)));
    }
}
