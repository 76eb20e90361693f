//! What the window asks, and what it holds while the worker is busy.

use std::sync::Arc;
use std::time::Instant;

use poll_promise::Promise;

use super::{Answer, Error, Guided, HeatMap};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::decode::Photo;
use crate::picture::geometry::Fit;

/// One view: everything needed to compute what the panels show, for the model that is open.
#[derive(Debug, Clone)]
pub struct Request {
    pub photo: Arc<Photo>,
    pub fit: Fit,
    /// `None` asks for the class that the model itself answers.
    pub score: Option<Score>,
    /// `None` asks for the recommended layer.
    pub layer: Option<ModulePath>,
    /// The rule behind the third panel: guided, deconvnet or the plain gradient.
    pub rule: ReluRule,
}

/// The answers to one request, each ready as soon as its stage is: first the classes, then the
/// heat map, then the guided pictures. A stage that a newer request overtook, or that was
/// cancelled, ends in [`Error::Overtaken`].
pub struct Job {
    pub answer: Promise<Result<Arc<Answer>, Error>>,
    pub heat_map: Promise<Result<Arc<HeatMap>, Error>>,
    pub guided: Promise<Result<Arc<Guided>, Error>>,
}

/// What the worker does now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    /// When the whole job began, for the elapsed time.
    pub since: Instant,
}

/// The steps of the worker's jobs, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    OpeningModel,
    Resampling,
    Forward,
    HeatMap,
    Guided,
    /// The other layers' maps for the same class, so that walking the layers is instant.
    OtherLayers,
}

impl Stage {
    /// What the status line calls it.
    pub fn label(self) -> &'static str {
        match self {
            Stage::OpeningModel => "opening the model",
            Stage::Resampling => "resampling the picture",
            Stage::Forward => "forward pass",
            Stage::HeatMap => "heat map",
            Stage::Guided => "guided pass",
            Stage::OtherLayers => "other layers' maps",
        }
    }
}
