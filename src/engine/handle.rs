//! The window's side of the engine: it sends requests, cancels them, and never waits.

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
use super::worker;
use super::worker::channels::ChannelsCall;
use super::worker::inbox::{Message, ModelSource};
use super::worker::later::Picture;
use super::worker::trials::TrialsCall;
use super::{
    Batch, Error, HeatMap, Job, LayerMaps, ModelInfo, Prediction, Progress, Request, Trial,
};
use crate::explain::{Channels, Score};
use crate::model::opening::allocator;
use crate::model::{OpenOptions, Usage};
use crate::picture::photo::decode::{Decoding, Photo};
use crate::picture::photo::geometry::Fit;

/// The worker thread and the results it has computed.
pub struct Engine {
    shared: Arc<Shared>,
    /// Dropped first, which ends the worker.
    messages: Option<Sender<Message>>,
    worker: Option<JoinHandle<()>>,
    sent: AtomicU64,
}

impl Engine {
    /// Starts the worker. `wake` is called from other threads whenever a result is ready.
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

    /// Decodes an image on its own thread, so that neither the window nor the worker waits.
    pub fn open_image(
        &self,
        path: PathBuf,
        decoding: Decoding,
    ) -> Promise<Result<Arc<Photo>, Error>> {
        let (sender, promise) = Promise::new();
        let mut reply = Reply::new(sender);
        let shared = Arc::clone(&self.shared);
        let started = thread::Builder::new()
            .name("gradcam-decode".into())
            .spawn(move || {
                reply.send(caught(|| {
                    Ok(Arc::new(Photo::open_leniently(&path, decoding)?))
                }));
                shared.wake();
            });
        match started {
            Ok(_) => promise,
            Err(error) => Promise::from_ready(Err(Error::NoThread(error.to_string()))),
        }
    }

    /// Opens a model on the worker. Models opened earlier stay open, see [`Engine::keep_models`].
    pub fn open_model(&self, path: PathBuf) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open_model_as(path, OpenOptions::default(), None)
    }

    /// Like [`Engine::open_model`], with the caller's choices; `usage` replaces the one in the file.
    pub fn open_model_as(
        &self,
        path: PathBuf,
        options: OpenOptions,
        usage: Option<Usage>,
    ) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open(ModelSource::File {
            path,
            options: Box::new(options),
            usage,
        })
    }

    /// Opens a model again on the same weights, with another usage. If the input size differs, the
    /// network is checked with it first.
    pub fn reopen_model(&self, model: u64, usage: Usage) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.open(ModelSource::Open(model, usage))
    }

    fn open(&self, model: ModelSource) -> Promise<Result<Arc<ModelInfo>, Error>> {
        self.cancel();
        let (promise, reply) = Reply::pending(None);
        let turn = self.shared.openings();
        self.send(Message::OpenModel { model, turn, reply });
        promise
    }

    /// Cancels the opening of all models requested so far; their promises end in
    /// [`Error::Overtaken`].
    pub fn cancel_openings(&self) {
        self.shared.cancel_openings();
    }

    /// Closes all open models but these, with their cached results. A model is open as soon as its
    /// promise is ready, even if nobody has taken it yet.
    pub fn keep_models(&self, ids: &[u64]) {
        let closed = self.shared.drop_cards_but(ids);
        if !closed.is_empty() {
            self.send(Message::CloseModels(closed));
        }
    }

    /// Requests everything on screen: one request per row of panels, the active row first. Cached
    /// results are ready at once. The rest goes to the worker as one message, which overtakes earlier
    /// ones.
    ///
    /// Results come in this order: the predictions and heat maps of all rows, the overview, the
    /// guided images, the maps of all layers.
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

    /// Weights and activations of every channel behind one map. A newer call overtakes an older one.
    /// The panels come first, except for their slower stages.
    pub fn channels(&self, request: Request) -> Promise<Result<Arc<Channels>, Error>> {
        let turn = self.shared.next_turn();
        let (promise, reply) = Reply::pending(None);
        self.send(Message::Channels(Box::new(ChannelsCall {
            turn,
            request,
            reply,
        })));
        promise
    }

    /// What the model predicts for a photo under the usual preprocessings, the present one first.
    /// Dropping the promise ends the work.
    pub fn try_preprocessings(
        &self,
        model: u64,
        photo: Arc<Photo>,
        fit: Fit,
    ) -> Promise<Result<Arc<Vec<Trial>>, Error>> {
        let (promise, reply) = Reply::pending(None);
        self.send(Message::Trials(Box::new(TrialsCall {
            model,
            photo,
            fit,
            reply,
        })));
        promise
    }

    /// The prediction for a photo that nobody waits for, such as one of a folder. It is computed
    /// without a recording, when the worker has nothing else to do. Other work interrupts it between
    /// two nodes of the graph, and it starts again afterwards; under constant requests the worker
    /// completes one now and then.
    ///
    /// Photos are processed in the order of the calls, and each is held in memory until then. So
    /// request a few at a time.
    pub fn predict_later(
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

    /// Drops all photos of [`Engine::predict_later`]; their promises end in [`Error::Overtaken`].
    pub fn cancel_later(&self) {
        self.send(Message::ForgetLater);
    }

    /// The heat map of a view, if it is cached.
    pub fn cached_map(&self, request: &Request) -> Option<Arc<HeatMap>> {
        let info = self.shared.info(request.model)?;
        Known::new(&self.shared.cache, &info, request).heat_map
    }

    /// Stops the current work at its next stage; promises still open end in [`Error::Overtaken`].
    pub fn cancel(&self) {
        self.shared.overtake(None);
        self.shared.next_turn();
    }

    /// What the worker is doing; `None` while it is idle.
    pub fn progress(&self) -> Option<Progress> {
        self.shared.progress()
    }

    /// States whether the user is dragging something in the window. Meanwhile the worker leaves one
    /// core free for drawing.
    pub fn set_interacting(&self, interacting: bool) {
        self.shared.set_interacting(interacting);
    }

    /// The number of batches sent to the worker so far: those that were not entirely cached.
    pub fn requests_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn send(&self, message: Message) {
        // If the worker is gone, the message comes back, and dropping its replies fulfils the promises.
        if let Some(messages) = &self.messages {
            if message.is_urgent() {
                self.shared.urgent_sent();
            }
            drop(messages.send(message));
        }
    }
}

impl Drop for Engine {
    /// Waits for the worker's current stage, because libtorch must not be in use when the process
    /// ends.
    fn drop(&mut self) {
        self.cancel();
        self.cancel_openings();
        self.shared.urgent_sent();
        self.messages = None;
        if let Some(worker) = self.worker.take() {
            // A panic has already been reported as the job's error.
            drop(worker.join());
        }
    }
}
