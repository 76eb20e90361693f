//! The model's predictions for a whole folder, a few images at a time.
//!
//! A few images are pending so that the model never waits for one; not more, because each is held in
//! memory at full size. Images that are overtaken by more urgent work are submitted again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::picture::photo::decode::Photo;

use super::decoder::MAX_PENDING;
use super::truth::verdict::Outcome;
use rate::Rate;

pub(crate) mod rate;

/// How often an image is submitted again before it counts as failed.
const MAX_RETRIES: u32 = 20;

/// Which of two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The one that predicts the folder.
    First,
    /// The one that it is compared with.
    Second,
}

/// Classifies images: the engine, or a stand-in for tests.
pub trait Predictor {
    /// Has a model classify an image when there is nothing else to do.
    fn predict(&self, whose: Whose, photo: Arc<Photo>) -> Pending;
    /// Drops all pending images.
    fn forget(&self);
}

/// A pending prediction: `None` until it is ready.
pub type Pending = Box<dyn FnMut() -> Option<Reply>>;

/// The result for one image.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The probabilities and the ranking of all classes.
    Prediction(Outcome),
    /// More urgent work came first; the image may be submitted again.
    Overtaken,
    /// There is no prediction; says why.
    Failed(String),
}

/// An image that is no longer pending.
pub struct Finished {
    pub index: usize,
    pub whose: Whose,
    /// To be released in the decoder.
    pub photo: Arc<Photo>,
    /// `None` if the image is to be submitted again.
    pub outcome: Option<Result<Outcome, String>>,
}

/// All pending images.
#[derive(Default)]
pub struct Predictions {
    asked: Vec<Asked>,
    overtaken: HashMap<usize, u32>,
    pub rate: Rate,
}

struct Asked {
    index: usize,
    whose: Whose,
    photo: Arc<Photo>,
    pending: Pending,
}

impl Predictions {
    /// Submits an image.
    pub fn ask(
        &mut self,
        index: usize,
        whose: Whose,
        photo: Arc<Photo>,
        predictor: &dyn Predictor,
    ) {
        let pending = predictor.predict(whose, Arc::clone(&photo));
        self.asked.push(Asked {
            index,
            whose,
            photo,
            pending,
        });
    }

    /// Whether this image is pending.
    pub fn is_asked(&self, index: usize) -> bool {
        self.asked.iter().any(|asked| asked.index == index)
    }

    /// How many more images may be submitted.
    pub fn room(&self) -> usize {
        MAX_PENDING.saturating_sub(self.asked.len())
    }

    /// Takes the images that are no longer pending.
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
                    let given_up = "other work kept interrupting the prediction".to_owned();
                    (*times > MAX_RETRIES).then_some(Err(given_up))
                }
            };
            if outcome.is_some() {
                self.overtaken.remove(&asked.index);
                self.rate.count(now);
            }
            finished.push(Finished {
                index: asked.index,
                whose: asked.whose,
                photo: asked.photo,
                outcome,
            });
        }
        self.asked = still;
        finished
    }

    /// Drops all pending images, and returns them to be released.
    pub fn forget(&mut self, predictor: &dyn Predictor) -> Vec<Arc<Photo>> {
        if !self.asked.is_empty() {
            predictor.forget();
        }
        self.overtaken.clear();
        self.rate.clear();
        self.asked.drain(..).map(|asked| asked.photo).collect()
    }
}
