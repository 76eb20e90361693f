//! The thread that owns every tensor, so that no other thread ever waits for one.
//!
//! It takes messages from the [`Inbox`], runs them on the open [`Models`] and fulfils their
//! promises. It may use `session`, `cache` and the modules below them; nothing above calls it except
//! through [`Engine`](super::Engine).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::reply::caught;
use super::shared::Shared;
use super::{Error, Stage};
use crate::priority;
use inbox::{Gone, Inbox, Message, ModelSource};
use later::Later;
use models::Models;
use stages::{Current, Stages};
use threads::Threads;

pub(crate) mod channels;
pub(crate) mod guided;
pub(crate) mod inbox;
pub(crate) mod later;
pub(crate) mod maps;
pub(crate) mod models;
pub(crate) mod stages;
pub(crate) mod threads;
pub(crate) mod trials;

/// Works until the engine is dropped.
pub(super) fn run(messages: &Receiver<Message>, shared: &Shared) {
    priority::yield_to_others();
    let mut worker = Worker {
        shared,
        inbox: Inbox::new(messages, shared),
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
                    shared.report(part);
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
                        ModelSource::File {
                            path,
                            options,
                            usage,
                        } => self.models.open(&path, &options, usage, &mut tell),
                        ModelSource::Open(id, usage) => self.models.reopen(id, usage, &mut tell),
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
                for id in ids {
                    shared.cache.forget_model(id);
                }
                return;
            }
            Message::Channels(call) => call.answer(&mut self.models, shared),
            Message::Trials(call) => call.answer(&mut self.models, shared),
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
