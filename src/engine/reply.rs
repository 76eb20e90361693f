//! The worker's ends of the promises it was handed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use poll_promise::{Promise, Sender};

use super::{Error, Guided, HeatMap, LayerMaps, Prediction};

/// A promise's other end, which answers even when it is dropped: poll-promise would panic in the
/// window if nothing ever came.
pub(super) struct Reply<T: Send + 'static>(Option<Sender<Result<T, Error>>>);

impl<T: Send + 'static> Reply<T> {
    pub(super) fn new(sender: Sender<Result<T, Error>>) -> Reply<T> {
        Reply(Some(sender))
    }

    /// A promise with its other end; of what is known already, a kept promise with none.
    pub(super) fn pending(known: Option<T>) -> (Promise<Result<T, Error>>, Reply<T>) {
        match known {
            Some(value) => (Promise::from_ready(Ok(value)), Reply(None)),
            None => {
                let (sender, promise) = Promise::new();
                (promise, Reply::new(sender))
            }
        }
    }

    /// Whether the promise is still to be kept.
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
