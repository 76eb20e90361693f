//! The thread that owns every tensor.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Instant;

use super::reply::{BatchReplies, Reply, caught};
use super::shared::Shared;
use super::{Error, ModelInfo, Request, Stage};
use crate::model::Usage;
use crate::priority;
use channels::Asking;
use later::{Later, Picture};
use models::Models;
use stages::{Current, Stages};
use threads::Threads;

pub(crate) mod channels;
pub(crate) mod guided;
pub(crate) mod later;
pub(crate) mod maps;
pub(crate) mod models;
pub(crate) mod stages;
pub(crate) mod threads;

/// A model to open.
pub(super) enum Which {
    File {
        path: PathBuf,
        /// What weights alone are taken for.
        architecture: Option<String>,
        /// Where it is used otherwise than the file says.
        usage: Option<Usage>,
    },
    /// One that is open, used otherwise.
    Open(u64, Usage),
}

/// What the worker is asked to do.
pub(super) enum Message {
    OpenModel {
        model: Which,
        /// Of [`Shared::openings`] when it was asked for.
        turn: u64,
        reply: Reply<Arc<ModelInfo>>,
    },
    CloseModels(Vec<u64>),
    Explain {
        generation: u64,
        requests: Vec<Request>,
        replies: Box<BatchReplies>,
    },
    Channels(Box<Asking>),
    Later(Picture),
    ForgetLater,
}

impl Message {
    /// Whether a picture for later gives way to it.
    pub(super) fn is_urgent(&self) -> bool {
        !matches!(self, Message::Later(_))
    }
}

/// Messages in the order they came, some taken out of their turn.
pub(super) struct Inbox<'a> {
    messages: &'a Receiver<Message>,
    shared: &'a Shared,
    waiting: VecDeque<Message>,
}

impl Inbox<'_> {
    /// The next message; with `or_nothing`, `None` where none has come yet.
    fn next(&mut self, or_nothing: bool) -> Result<Option<Message>, Gone> {
        let message = match self.waiting.pop_front() {
            Some(message) => message,
            None if or_nothing => match self.messages.try_recv() {
                Ok(message) => message,
                Err(TryRecvError::Empty) => return Ok(None),
                Err(TryRecvError::Disconnected) => return Err(Gone),
            },
            None => self.messages.recv().map_err(|_| Gone)?,
        };
        if message.is_urgent() {
            self.shared.urgent_taken();
        }
        Ok(Some(message))
    }

    /// Calls for channels that have come in the meantime.
    pub(super) fn channels(&mut self) -> Vec<Asking> {
        self.waiting.extend(self.messages.try_iter());
        let mut calls = Vec::new();
        for message in std::mem::take(&mut self.waiting) {
            match message {
                Message::Channels(call) => {
                    self.shared.urgent_taken();
                    calls.push(*call);
                }
                other => self.waiting.push_back(other),
            }
        }
        calls
    }
}

/// The engine was dropped.
struct Gone;

/// Works until the engine is dropped.
pub(super) fn run(messages: &Receiver<Message>, shared: &Shared) {
    priority::yield_to_others();
    let mut worker = Worker {
        shared,
        inbox: Inbox {
            messages,
            shared,
            waiting: VecDeque::new(),
        },
        models: Models::default(),
        later: Later::new(),
        threads: Threads::all(),
    };
    loop {
        match worker.inbox.next(!worker.later.is_empty()) {
            Ok(Some(message)) => {
                if !matches!(message, Message::Later(_) | Message::ForgetLater) {
                    worker.threads.for_the_view(shared);
                }
                worker.handle(message);
                worker.later.step_if_overdue(&mut worker.models, shared);
            }
            Ok(None) => {
                worker.threads.for_the_folder();
                worker.later.step(&mut worker.models, shared);
            }
            Err(Gone) => break,
        }
    }
}

struct Worker<'a> {
    shared: &'a Shared,
    inbox: Inbox<'a>,
    models: Models,
    later: Later,
    threads: Threads,
}

impl Worker<'_> {
    fn handle(&mut self, message: Message) {
        let shared = self.shared;
        match message {
            Message::Later(picture) => {
                self.later.push(picture);
                return;
            }
            Message::ForgetLater => {
                self.later.forget();
                return;
            }
            Message::OpenModel {
                model,
                turn,
                mut reply,
            } => {
                shared.begin(Stage::OpeningModel, Instant::now());
                let mut tell = |part| {
                    shared.tell(part);
                    if shared.openings() == turn {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                };
                let wanted = || {
                    if shared.openings() == turn {
                        Ok(())
                    } else {
                        Err(Error::Overtaken)
                    }
                };
                let opened = caught(|| {
                    wanted()?;
                    let info = match model {
                        Which::File {
                            path,
                            architecture,
                            usage,
                        } => {
                            let architecture = architecture.as_deref();
                            self.models.open(&path, architecture, usage, &mut tell)
                        }
                        Which::Open(id, usage) => self.models.reopen(id, usage, &mut tell),
                    }?;
                    wanted().inspect_err(|_| self.models.close(&[info.id]))?;
                    Ok(info)
                });
                if let Ok(info) = &opened {
                    shared.add_card(Arc::clone(info));
                }
                reply.send(opened);
            }
            Message::CloseModels(ids) => {
                self.models.close(&ids);
                ids.iter().for_each(|id| shared.cache.forget_model(*id));
                return;
            }
            Message::Channels(call) => call.answer(&mut self.models, shared),
            Message::Explain {
                generation,
                requests,
                mut replies,
            } => {
                let mut stages = Stages {
                    models: &mut self.models,
                    inbox: &mut self.inbox,
                    shared,
                    current: Current {
                        shared,
                        threads: &self.threads,
                        generation,
                        since: Instant::now(),
                    },
                };
                let done = caught(|| stages.run(&requests, &mut replies));
                if let Err(error) = done {
                    if matches!(error, Error::Panicked(_)) {
                        self.models.forget_recordings();
                    }
                    replies.fail(&error);
                }
            }
        }
        shared.idle();
        shared.wake();
    }
}
