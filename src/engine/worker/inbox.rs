//! What the worker is asked to do, in the order it came.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::channels::ChannelsCall;
use super::later::Picture;
use super::trials::TrialsCall;
use crate::engine::reply::{BatchReplies, Reply};
use crate::engine::shared::Shared;
use crate::engine::{ModelInfo, Request};
use crate::model::{OpenOptions, Usage};

/// A model to open.
pub(crate) enum ModelSource {
    File {
        path: PathBuf,
        options: Box<OpenOptions>,
        /// Replaces the usage that the file states.
        usage: Option<Usage>,
    },
    /// The weights of an open model, with another usage.
    Open(u64, Usage),
}

/// A task for the worker.
pub(crate) enum Message {
    OpenModel {
        model: ModelSource,
        /// [`Shared::openings`] at the time of the request.
        turn: u64,
        reply: Reply<Arc<ModelInfo>>,
    },
    CloseModels(Vec<u64>),
    Explain {
        generation: u64,
        requests: Vec<Request>,
        replies: Box<BatchReplies>,
    },
    Channels(Box<ChannelsCall>),
    Trials(Box<TrialsCall>),
    Later(Picture),
    ForgetLater,
}

impl Message {
    /// Whether it interrupts the pictures of a folder.
    pub(crate) fn is_urgent(&self) -> bool {
        !matches!(self, Message::Later(_))
    }
}

/// The messages, oldest first. Calls for channels can be taken out of turn.
pub(crate) struct Inbox<'a> {
    messages: &'a Receiver<Message>,
    shared: &'a Shared,
    waiting: VecDeque<Message>,
}

impl<'a> Inbox<'a> {
    pub(crate) fn new(messages: &'a Receiver<Message>, shared: &'a Shared) -> Inbox<'a> {
        Inbox {
            messages,
            shared,
            waiting: VecDeque::new(),
        }
    }

    /// The next message. With `or_nothing`, `None` if there is none; otherwise waits for one.
    pub(crate) fn next(&mut self, or_nothing: bool) -> Result<Option<Message>, Gone> {
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

    /// Takes out the calls for channels.
    pub(crate) fn channels(&mut self) -> Vec<ChannelsCall> {
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
pub(crate) struct Gone;
