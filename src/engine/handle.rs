//! The window's side of the engine: asks, cancels, and never waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use poll_promise::Promise;

use super::cache::known::{self, Known};
use super::cache::{Cache, View};
use super::reply::{BatchReplies, Replies, Reply, caught};
use super::shared::Shared;
use super::worker::channels::Asking;
use super::worker::later::Picture;
use super::worker::{self, Message, Which};
use super::{Batch, Error, HeatMap, Job, LayerMaps, ModelInfo, Prediction, Progress, Request};
use crate::explain::{Channels, Score};
use crate::model::Usage;
use crate::model::opening::allocator;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

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
        let shared = Arc::new(Shared::new(wake));
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
                reply.send(caught(|| Ok(Arc::new(Photo::open(&path)?))));
                shared.wake();
            });
        match started {
            Ok(_) => promise,
            Err(error) => Promise::from_ready(Err(Error::NoThread(error.to_string()))),
        }
    }

    /// Opens a model on the worker. Those opened before stay open, see [`Engine::keep_models`].
    pub fn open_model(&self, path: PathBuf) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open_model_as(path, None, None)
    }

    /// The same; a file of weights that fit several networks is taken for one of the `architecture`
    /// named, and the model is used as `usage` says and not as the file does.
    pub fn open_model_as(
        &self,
        path: PathBuf,
        architecture: Option<String>,
        usage: Option<Usage>,
    ) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open(Which::File {
            path,
            architecture,
            usage,
        })
    }

    /// Opens a model once more, on the same weights, used as `usage` says. Where that means pictures
    /// of another size, the network is tried out on them first.
    pub fn reopen_model(&self, model: u64, usage: Usage) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open(Which::Open(model, usage))
    }

    fn open(&self, model: Which) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.cancel();
        let (promise, reply) = Reply::pending(None);
        let turn = self.shared.openings();
        self.send(Message::OpenModel { model, turn, reply });
        promise
    }

    /// Models asked for by now are not opened; promises still open end in [`Error::Overtaken`].
    pub fn cancel_openings(&self) {
        self.shared.cancel_openings();
    }

    /// Closes every model that is open now but these, and frees what was kept for it. One whose
    /// promise has been kept but not looked at is open too.
    pub fn keep_models(&self, ids: &[u64]) {
        let closed = self.shared.drop_cards_but(ids);
        if !closed.is_empty() {
            self.send(Message::CloseModels(closed));
        }
    }

    /// Asks for everything that is on screen: a request for each row of panels, the one in hand
    /// first. What is known comes back ready; only the rest goes to the worker, as one message,
    /// where it overtakes what was asked before.
    ///
    /// Over the whole batch come first the answers and heat maps in order, then the overview, then
    /// the guided pictures, then the maps of all layers.
    pub fn explain(&self, requests: Vec<Request>) -> Batch {
        let cache = &self.shared.cache;
        let mut jobs = Vec::with_capacity(requests.len());
        let mut replies = Vec::with_capacity(requests.len());
        let mut lead = None;
        for (index, request) in requests.iter().enumerate() {
            let info = self.shared.info(request.model);
            let known = info.as_deref().map(|info| Known::new(cache, info, request));
            let known = known.unwrap_or_default();
            if index == 0 {
                lead = info.zip(known.score);
            }
            let (answer, answer_reply) = Reply::pending(known.answer);
            let (heat_map, heat_map_reply) = Reply::pending(known.heat_map);
            let (guided, guided_reply) = Reply::pending(known.guided);
            jobs.push(Job {
                answer,
                heat_map,
                guided,
            });
            replies.push(Replies {
                answer: answer_reply,
                heat_map: heat_map_reply,
                guided: guided_reply,
            });
        }
        let view = requests.first().map(View::of);
        let lead = view.zip(lead);
        let known_maps = |of: fn(&Cache, &ModelInfo, View, Score) -> Option<Arc<LayerMaps>>| {
            let (view, (info, score)) = lead.as_ref()?;
            of(cache, info, *view, *score)
        };
        let (overview, overview_reply) = Reply::pending(known_maps(known::overview));
        let (all_layers, all_layers_reply) = Reply::pending(known_maps(known::all_layers));
        let generation = self
            .shared
            .overtake(lead.map(|(view, (_, score))| (view, score)));
        let batch = Batch {
            jobs,
            overview,
            all_layers,
        };
        let replies = Box::new(BatchReplies {
            jobs: replies,
            overview: overview_reply,
            all_layers: all_layers_reply,
        });
        if replies.is_open() && !requests.is_empty() {
            self.sent.fetch_add(1, Ordering::Relaxed);
            self.send(Message::Explain {
                generation,
                requests,
                replies,
            });
        }
        batch
    }

    /// Weights and activations of every channel behind one map. A newer call overtakes an older
    /// one; the panels come between, but not behind their slower stages.
    pub fn channels(&self, request: Request) -> Promise<Result<Arc<Channels>, Error>> {
        let turn = self.shared.next_turn();
        let (promise, reply) = Reply::pending(None);
        self.send(Message::Channels(Box::new(Asking {
            turn,
            request,
            reply,
        })));
        promise
    }

    /// The answer to a picture that nobody waits for, as those of a folder: without a record, and
    /// only while there is nothing else to do. Anything else breaks it off between two nodes of the
    /// graph, and it is begun again afterwards.
    ///
    /// Pictures are answered in the order of the calls. Each is held in memory until then, so ask
    /// for a few at a time and for more as they come back.
    pub fn answer_later(
        &self,
        model: u64,
        fit: Fit,
        photo: Arc<Photo>,
    ) -> Promise<Result<Arc<Prediction>, Error>> {
        let view = View::new(model, photo.id, fit);
        let known = self.shared.cache.answers.get(&view);
        let (promise, reply) = Reply::pending(known);
        if reply.is_open() {
            self.send(Message::Later(Picture::new(model, fit, photo, reply)));
        }
        promise
    }

    /// Drops all pictures for later; their promises end in [`Error::Overtaken`].
    pub fn forget_later(&self) {
        self.send(Message::ForgetLater);
    }

    /// The heat map of a view, if it has been computed.
    pub fn cached_map(&self, request: &Request) -> Option<Arc<HeatMap>> {
        let info = self.shared.info(request.model)?;
        Known::new(&self.shared.cache, &info, request).heat_map
    }

    /// Drops what is under way at its next stage; promises still open end in [`Error::Overtaken`].
    pub fn cancel(&self) {
        self.shared.overtake(None);
        self.shared.next_turn();
    }

    /// What the worker does now; `None` while it is idle.
    pub fn progress(&self) -> Option<Progress> {
        self.shared.progress()
    }

    /// Says whether someone is dragging something in the window, so that every frame counts: then
    /// the worker computes on one core less.
    pub fn set_interacting(&self, interacting: bool) {
        self.shared.set_interacting(interacting);
    }

    /// How many batches had to be computed, at least in part, since the start.
    pub fn requests_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn send(&self, message: Message) {
        // Where the worker is gone, the message comes back and its replies answer on being dropped.
        if let Some(messages) = &self.messages {
            if message.is_urgent() {
                self.shared.urgent_sent();
            }
            drop(messages.send(message));
        }
    }
}

impl Drop for Engine {
    /// Waits for the worker's current stage: libtorch may not be in use while the process ends.
    fn drop(&mut self) {
        self.cancel();
        self.cancel_openings();
        self.shared.urgent_sent();
        self.messages = None;
        if let Some(worker) = self.worker.take() {
            // A panic has been reported as the job's error already.
            drop(worker.join());
        }
    }
}
