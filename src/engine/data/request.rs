//! What the window asks, and what it holds while the worker is busy.

use std::sync::Arc;
use std::time::Instant;

use poll_promise::Promise;

use crate::engine::{Error, Guided, HeatMap, LayerMaps, Prediction};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// One view: everything needed to compute what a row of panels shows.
#[derive(Debug, Clone)]
pub struct Request {
    /// The [`id`](crate::engine::ModelInfo::id) of an open model.
    pub model: u64,
    pub photo: Arc<Photo>,
    pub fit: Fit,
    /// `None` asks for the class that the model itself answers.
    pub score: Option<Score>,
    /// `None` asks for the recommended layer. Several paths joined by
    /// [`JOIN`](crate::model::layers::JOIN) ask for their maps as one.
    pub layer: Option<ModulePath>,
    /// The rule behind the third panel: guided, deconvnet or the plain gradient.
    pub rule: ReluRule,
}

/// The answers to one request, each ready as soon as its stage is: first the classes, then the
/// heat map, then the guided pictures. A stage that a newer request overtook, or that was
/// cancelled, ends in [`Error::Overtaken`].
pub struct Job {
    pub answer: Promise<Result<Arc<Prediction>, Error>>,
    pub heat_map: Promise<Result<Arc<HeatMap>, Error>>,
    pub guided: Promise<Result<Arc<Guided>, Error>>,
}

/// The answers to all that the window looks at, asked together.
pub struct Batch {
    /// One a request, in their order.
    pub jobs: Vec<Job>,
    /// Maps of the first request's score at the layers of [`LayerTree::overview`]: ready right
    /// after the heat maps.
    ///
    /// [`LayerTree::overview`]: crate::model::LayerTree::overview
    pub overview: Promise<Result<Arc<LayerMaps>, Error>>,
    /// The same at every layer with a map: ready last.
    pub all_layers: Promise<Result<Arc<LayerMaps>, Error>>,
}

/// What the worker does now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    /// How much of the stage is done, from 0 to 1, where that is known.
    pub part: Option<f32>,
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
    /// The maps of the strip, for the same class.
    Overview,
    Guided,
    /// The other layers' maps for the same class, so that walking the layers is instant.
    OtherLayers,
    Channels,
}

impl Stage {
    /// What the status line calls it.
    pub fn label(self) -> &'static str {
        match self {
            Stage::OpeningModel => "opening the model",
            Stage::Resampling => "resampling the picture",
            Stage::Forward => "forward pass",
            Stage::HeatMap => "heat map",
            Stage::Overview => "maps along the network",
            Stage::Guided => "guided pass",
            Stage::OtherLayers => "other layers' maps",
            Stage::Channels => "channels",
        }
    }
}
