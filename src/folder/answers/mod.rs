//! The model's answers to a whole folder, a few pictures at a time.
//!
//! A few are kept on the way so that the model never waits for a picture; no more, for each is
//! whole and holds memory. What is overtaken by something more urgent is asked again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::picture::photo::decode::Photo;

use super::decoder::ON_THE_WAY;
use super::truth::verdict::Outcome;
use rate::Rate;

pub(crate) mod rate;

/// How often one picture is asked again before its silence counts as an answer.
const PATIENCE: u32 = 20;

/// Someone who says what a picture shows: the engine, or a test's stand-in.
pub trait Answerer {
    /// Asks about one picture, in idle time.
    fn answer(&self, photo: Arc<Photo>) -> Pending;
    /// Drops everything asked and not answered.
    fn forget(&self);
}

/// An answer to come: `None` until it is there.
pub type Pending = Box<dyn FnMut() -> Option<Reply>>;

/// How asking ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Prediction(Outcome),
    /// Something else came first; it may be asked again.
    Overtaken,
    /// There is none, and why.
    Failed(String),
}

/// What one picture came to.
pub struct Finished {
    pub index: usize,
    /// To be released.
    pub photo: Arc<Photo>,
    /// `None` where it is to be asked again.
    pub outcome: Option<Result<Outcome, String>>,
}

/// Everything asked and not answered.
#[derive(Default)]
pub struct Answers {
    asked: Vec<Asked>,
    overtaken: HashMap<usize, u32>,
    pub rate: Rate,
}

struct Asked {
    index: usize,
    photo: Arc<Photo>,
    pending: Pending,
}

impl Answers {
    /// Asks about a picture.
    pub fn ask(&mut self, index: usize, photo: Arc<Photo>, answerer: &dyn Answerer) {
        let pending = answerer.answer(Arc::clone(&photo));
        self.asked.push(Asked {
            index,
            photo,
            pending,
        });
    }

    /// Whether this picture is on the way.
    pub fn is_asked(&self, index: usize) -> bool {
        self.asked.iter().any(|asked| asked.index == index)
    }

    /// How many more may be sent on the way.
    pub fn room(&self) -> usize {
        ON_THE_WAY.saturating_sub(self.asked.len())
    }

    /// Those that are answered, or will not be.
    pub fn take(&mut self, now: Instant) -> Vec<Finished> {
        let mut finished = Vec::new();
        let mut still = Vec::with_capacity(self.asked.len());
        for mut asked in self.asked.drain(..) {
            let Some(reply) = (asked.pending)() else {
                still.push(asked);
                continue;
            };
            let outcome = match reply {
                Reply::Prediction(outcome) => Some(Ok(outcome)),
                Reply::Failed(why) => Some(Err(why)),
                Reply::Overtaken => {
                    let times = self.overtaken.entry(asked.index).or_default();
                    *times += 1;
                    let given_up = "the model did not come to it".to_owned();
                    (*times > PATIENCE).then_some(Err(given_up))
                }
            };
            if outcome.is_some() {
                self.overtaken.remove(&asked.index);
                self.rate.count(now);
            }
            finished.push(Finished {
                index: asked.index,
                photo: asked.photo,
                outcome,
            });
        }
        self.asked = still;
        finished
    }

    /// Forgets everything asked; gives back the pictures to be released.
    pub fn forget(&mut self, answerer: &dyn Answerer) -> Vec<Arc<Photo>> {
        if !self.asked.is_empty() {
            answerer.forget();
        }
        self.overtaken.clear();
        self.rate.clear();
        self.asked.drain(..).map(|asked| asked.photo).collect()
    }
}
