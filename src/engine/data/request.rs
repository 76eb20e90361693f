//! What the window requests, and the promises it holds meanwhile.

use std::sync::Arc;
use std::time::Instant;

use poll_promise::Promise;

use crate::engine::{Error, Guided, HeatMap, LayerMaps, Prediction};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// One view: everything that determines the panels of one row.
#[derive(Debug, Clone)]
pub struct Request {
    /// The [`id`](crate::engine::ModelInfo::id) of an open model.
    pub model: u64,
    /// The photo to explain. Its [`id`](Photo::id) identifies it in the caches.
    pub photo: Arc<Photo>,
    /// How the photo is fitted to the model's input.
    pub fit: Fit,
    /// `None` stands for the predicted class.
    pub score: Option<Score>,
    /// `None` stands for the recommended layer. Several paths joined by
    /// [`JOIN`](crate::model::layers::JOIN) give one fused map.
    pub layer: Option<ModulePath>,
    /// The rule behind the third panel: guided, deconvnet or the plain gradient.
    pub rule: ReluRule,
}

/// The results of one request, each ready as soon as its stage is: first the prediction, then the
/// heat map, then the guided images. If a newer request comes first or the work is cancelled, they
/// end in [`Error::Overtaken`].
pub struct Job {
    /// Ready after the forward pass.
    pub answer: Promise<Result<Arc<Prediction>, Error>>,
    /// Ready after the backward pass to the layer.
    pub heat_map: Promise<Result<Arc<HeatMap>, Error>>,
    /// Ready after the backward pass to the input.
    pub guided: Promise<Result<Arc<Guided>, Error>>,
}

/// The results of everything on screen, requested together.
pub struct Batch {
    /// One per request, in the same order.
    pub jobs: Vec<Job>,
    /// Maps of the first request's score at the layers of [`LayerTree::overview`]: ready right
    /// after the heat maps.
    ///
    /// [`LayerTree::overview`]: crate::model::LayerTree::overview
    pub overview: Promise<Result<Arc<LayerMaps>, Error>>,
    /// The same at every layer that has a map: ready last.
    pub all_layers: Promise<Result<Arc<LayerMaps>, Error>>,
}

/// What the worker is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The stage that is running.
    pub stage: Stage,
    /// How much of the stage is done, from 0 to 1, if that is known.
    pub part: Option<f32>,
    /// When the job began.
    pub since: Instant,
}

/// The stages of the worker's jobs, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A model is read from its file and checked, or checked with another usage.
    OpeningModel,
    /// The photo is resampled and normalised.
    Resampling,
    /// The forward pass, which gives the prediction.
    Forward,
    /// The backward pass to the layers of the heat maps.
    HeatMap,
    /// The maps of the layer strip, for the same score.
    Overview,
    /// The backward pass to the input, under the rule of the request.
    Guided,
    /// The maps of all other layers for the same score, so that stepping through them is instant.
    OtherLayers,
    /// The channels behind one map, which are requested separately.
    Channels,
}

impl Stage {
    /// Its name in the status line.
    pub fn label(self) -> &'static str {
        match self {
            Stage::OpeningModel => "opening the model",
            Stage::Resampling => "resampling the image",
            Stage::Forward => "forward pass",
            Stage::HeatMap => "heat map",
            Stage::Overview => "maps along the network",
            Stage::Guided => "guided pass",
            Stage::OtherLayers => "other layers' maps",
            Stage::Channels => "channels",
        }
    }
}
