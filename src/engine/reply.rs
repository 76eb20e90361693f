//! The worker's ends of the promises.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use poll_promise::{Promise, Sender};

use super::{Error, Guided, HeatMap, LayerMaps, Prediction};

/// The sending end of a promise. Dropping it sends [`Error::Overtaken`], because poll-promise panics
/// in the window if the sender is dropped without a value.
pub(super) struct Reply<T: Send + 'static>(Option<Sender<Result<T, Error>>>);

impl<T: Send + 'static> Reply<T> {
    pub(super) fn new(sender: Sender<Result<T, Error>>) -> Reply<T> {
        Reply(Some(sender))
    }

    /// A promise with its sending end. If the value is known, the promise is ready and the reply is
    /// closed.
    pub(super) fn pending(known: Option<T>) -> (Promise<Result<T, Error>>, Reply<T>) {
        match known {
            Some(value) => (Promise::from_ready(Ok(value)), Reply(None)),
            None => {
                let (sender, promise) = Promise::new();
                (promise, Reply::new(sender))
            }
        }
    }

    /// Whether the promise still waits for its value.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
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

/// The promises of one request.
pub(super) struct Replies {
    pub answer: Reply<Arc<Prediction>>,
    pub heat_map: Reply<Arc<HeatMap>>,
    pub guided: Reply<Arc<Guided>>,
}

impl Replies {
    pub(super) fn is_open(&self) -> bool {
        self.answer.is_open() || self.heat_map.is_open() || self.guided.is_open()
    }

    pub(super) fn fail(&mut self, error: &Error) {
        self.answer.send(Err(error.clone()));
        self.heat_map.send(Err(error.clone()));
        self.guided.send(Err(error.clone()));
    }
}

/// The promises of a batch.
pub(super) struct BatchReplies {
    pub jobs: Vec<Replies>,
    pub overview: Reply<Arc<LayerMaps>>,
    pub all_layers: Reply<Arc<LayerMaps>>,
}

impl BatchReplies {
    pub(super) fn is_open(&self) -> bool {
        let layers = self.overview.is_open() || self.all_layers.is_open();
        layers || self.jobs.iter().any(Replies::is_open)
    }

    pub(super) fn fail(&mut self, error: &Error) {
        self.jobs.iter_mut().for_each(|job| job.fail(error));
        self.fail_layers(error);
    }

    pub(super) fn fail_layers(&mut self, error: &Error) {
        self.overview.send(Err(error.clone()));
        self.all_layers.send(Err(error.clone()));
    }
}

/// Turns panics into errors: tch panics if one of its infallible calls fails.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_a_panic_into_an_error_with_its_first_line() {
        let done: Result<(), Error> = caught(|| panic!("called on a bad tensor\nwith a stack"));
        assert!(matches!(done, Err(Error::Panicked(why)) if why == "called on a bad tensor"));
        let done: Result<(), Error> = caught(|| {
            let _ = tch::Tensor::from(1.0).get(7);
            Ok(())
        });
        assert!(matches!(done, Err(Error::Panicked(why)) if !why.is_empty()));
    }

    #[test]
    fn sends_overtaken_when_dropped() {
        let (promise, reply) = Reply::<()>::pending(None);
        assert!(reply.is_open());
        drop(reply);
        assert!(matches!(promise.block_and_take(), Err(Error::Overtaken)));
        let (promise, reply) = Reply::pending(Some(7));
        assert!(!reply.is_open());
        drop(reply);
        assert!(matches!(promise.block_and_take(), Ok(7)));
    }
}
