//! The thread that owns every tensor.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::batch::Stages;
use super::handle::Shared;
use super::models::Models;
use super::reply::{BatchReplies, Reply, caught};
use super::{Error, ModelCard, Request, Stage};

/// What the worker is asked to do.
pub(super) enum Message {
    OpenModel {
        path: PathBuf,
        reply: Reply<Arc<ModelCard>>,
    },
    CloseModels(Vec<u64>),
    Explain {
        generation: u64,
        requests: Vec<Request>,
        replies: Box<BatchReplies>,
    },
}

/// Works until the engine is dropped.
pub(super) fn run(messages: &Receiver<Message>, shared: &Shared) {
    let mut models = Models::default();
    while let Ok(message) = messages.recv() {
        match message {
            Message::OpenModel { path, mut reply } => {
                shared.begin(Stage::OpeningModel, Instant::now());
                let opened = caught(|| models.open(&path));
                if let Ok(card) = &opened {
                    shared.add_card(Arc::clone(card));
                }
                reply.send(opened);
            }
            Message::CloseModels(ids) => {
                models.close(&ids);
                ids.iter().for_each(|id| shared.cache.forget_model(*id));
            }
            Message::Explain {
                generation,
                requests,
                mut replies,
            } => {
                let mut stages = Stages {
                    models: &mut models,
                    shared,
                    generation,
                    since: Instant::now(),
                };
                let done = caught(|| stages.run(&requests, &mut replies));
                if let Err(error) = done {
                    if matches!(error, Error::Panicked(_)) {
                        models.forget_recordings();
                    }
                    replies.fail(&error);
                }
            }
        }
        shared.idle();
        shared.wake();
    }
}
