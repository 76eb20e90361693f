//! The window's side of the engine: asks, cancels, and never waits.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use poll_promise::Promise;

use super::cache::{Cache, View};
use super::session::resolve_layer;
use super::worker::{self, Message, Replies, Reply};
use super::{Error, HeatMap, Job, ModelCard, Progress, Request, Stage};
use crate::explain::Score;
use crate::model::allocator;
use crate::picture::decode::Photo;

/// What the window's thread and the worker both see.
pub(super) struct Shared {
    pub cache: Cache,
    /// The generation of the newest request: older work ends at its next stage.
    pub newest: AtomicU64,
    card: Mutex<Option<Arc<ModelCard>>>,
    progress: Mutex<Option<Progress>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    pub(super) fn wake(&self) {
        (self.wake)();
    }

    pub(super) fn begin(&self, stage: Stage, since: Instant) {
        *locked(&self.progress) = Some(Progress { stage, since });
        self.wake();
    }

    pub(super) fn idle(&self) {
        *locked(&self.progress) = None;
    }

    pub(super) fn set_card(&self, card: Arc<ModelCard>) {
        *locked(&self.card) = Some(card);
    }
}

/// Each lock guards one plain value that is replaced whole, so a panic cannot leave it half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The worker thread and what it has computed.
pub struct Engine {
    shared: Arc<Shared>,
    /// Taken on drop, which tells the worker that nothing more comes.
    messages: Option<Sender<Message>>,
    worker: Option<JoinHandle<()>>,
    sent: AtomicU64,
}

impl Engine {
    /// Starts the worker. `wake` is called from other threads whenever something became ready.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Result<Engine, Error> {
        allocator::keep_freed();
        let shared = Arc::new(Shared {
            cache: Cache::new(),
            newest: AtomicU64::new(0),
            card: Mutex::new(None),
            progress: Mutex::new(None),
            wake: Box::new(wake),
        });
        let (messages, inbox) = mpsc::channel();
        let theirs = Arc::clone(&shared);
        let worker = thread::Builder::new()
            .name("gradcam-worker".into())
            .spawn(move || worker::run(&inbox, &theirs))
            .map_err(|error| Error::NoThread(error.to_string()))?;
        Ok(Engine {
            shared,
            messages: Some(messages),
            worker: Some(worker),
            sent: AtomicU64::new(0),
        })
    }

    /// Decodes a picture on a thread of its own, so that neither the window nor the worker waits.
    pub fn open_image(&self, path: PathBuf) -> Promise<Result<Arc<Photo>, Error>> {
        let (sender, promise) = Promise::new();
        let mut reply = Reply::new(sender);
        let shared = Arc::clone(&self.shared);
        let started = thread::Builder::new()
            .name("gradcam-decode".into())
            .spawn(move || {
                reply.send(worker::caught(|| Ok(Arc::new(Photo::open(&path)?))));
                shared.wake();
            });
        match started {
            Ok(_) => promise,
            Err(error) => Promise::from_ready(Err(Error::NoThread(error.to_string()))),
        }
    }

    /// Opens a model on the worker; the last one stays where that fails.
    pub fn open_model(&self, path: PathBuf) -> Promise<Result<Arc<ModelCard>, Error>> {
        self.cancel();
        let (sender, promise) = Promise::new();
        self.send(Message::OpenModel {
            path,
            reply: Reply::new(sender),
        });
        promise
    }

    /// Asks for everything the panels show of one view. What is known comes back ready; only the
    /// rest goes to the worker, where it overtakes what was asked before.
    pub fn explain(&self, request: Request) -> Job {
        let generation = self.shared.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let known = self.known(&request);
        let (answer, answer_reply) = open_or_ready(known.answer);
        let (heat_map, heat_map_reply) = open_or_ready(known.heat_map);
        let (guided, guided_reply) = open_or_ready(known.guided);
        let job = Job {
            answer,
            heat_map,
            guided,
        };
        if let (None, None, None) = (&answer_reply, &heat_map_reply, &guided_reply) {
            return job;
        }
        let or_answered = Box::new(Replies {
            answer: answer_reply.unwrap_or_else(Reply::answered),
            heat_map: heat_map_reply.unwrap_or_else(Reply::answered),
            guided: guided_reply.unwrap_or_else(Reply::answered),
        });
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.send(Message::Explain {
            generation,
            request,
            replies: or_answered,
        });
        job
    }

    /// The heat map of a view, if it has been computed.
    pub fn cached_map(&self, request: &Request) -> Option<Arc<HeatMap>> {
        self.known(request).heat_map
    }

    /// Drops what is under way at its next stage; promises still open end in [`Error::Overtaken`].
    pub fn cancel(&self) {
        self.shared.newest.fetch_add(1, Ordering::SeqCst);
    }

    /// What the worker does now; `None` while it is idle.
    pub fn progress(&self) -> Option<Progress> {
        *locked(&self.shared.progress)
    }

    /// How many views had to be computed, at least in part, since the start.
    pub fn requests_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn send(&self, message: Message) {
        // Where the worker is gone, the message comes back and its replies answer on being dropped.
        if let Some(messages) = &self.messages {
            drop(messages.send(message));
        }
    }

    fn known(&self, request: &Request) -> Known {
        let Some(card) = locked(&self.shared.card).clone() else {
            return Known::default();
        };
        let view = View::new(&card, request);
        let cache = &self.shared.cache;
        let answer = cache.answers.get(&view);
        let score = request
            .score
            .or_else(|| answer.as_ref()?.top().map(Score::For));
        let layer = resolve_layer(&card, request.layer.as_deref()).ok();
        let (Some(score), Some(layer)) = (score, layer) else {
            return Known {
                answer,
                ..Known::default()
            };
        };
        let heat_map = cache.heat_maps.get(&(view, score, layer.clone()));
        let guided = cache.guided.get(&(view, score, request.rule, layer));
        Known {
            answer,
            heat_map,
            guided,
        }
    }
}

impl Drop for Engine {
    /// Waits for the worker's current stage: libtorch may not be in use while the process ends.
    fn drop(&mut self) {
        self.cancel();
        self.messages = None;
        if let Some(worker) = self.worker.take() {
            // A panic has been reported as the job's error already.
            drop(worker.join());
        }
    }
}

#[derive(Default)]
struct Known {
    answer: Option<Arc<super::Answer>>,
    heat_map: Option<Arc<HeatMap>>,
    guided: Option<Arc<super::Guided>>,
}

type Pending<T> = (Promise<Result<T, Error>>, Option<Reply<T>>);

fn open_or_ready<T: Send + 'static>(known: Option<T>) -> Pending<T> {
    match known {
        Some(value) => (Promise::from_ready(Ok(value)), None),
        None => {
            let (sender, promise) = Promise::new();
            (promise, Some(Reply::new(sender)))
        }
    }
}
