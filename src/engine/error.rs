//! Why a job gave no answer, by cause.

use crate::model;
use crate::picture;

/// Cloned into every panel that waited for it; shown once.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Picture(#[from] picture::Error),
    #[error(transparent)]
    Model(#[from] model::Error),
    /// A newer request came, or the work was cancelled: nothing to tell anyone.
    #[error("overtaken by a newer request")]
    Overtaken,
    #[error("open a model first")]
    NoModel,
    #[error("this model has been closed; open it again")]
    ModelClosed,
    #[error("this model has no layer with a spatial map, so Grad-CAM has nowhere to look")]
    NoSpatialLayer,
    #[error("there is no layer “{0}” in this model; `gradcam layers` lists them")]
    UnknownLayer(String),
    #[error("layer “{layer}” cannot be looked at: {why}")]
    LayerWithoutMap { layer: String, why: String },
    #[error("the channels of several layers together cannot be shown; choose one of “{0}”")]
    ChannelsOfSeveral(String),
    #[error("there is no class {class}: this model knows {classes}")]
    UnknownClass { class: usize, classes: usize },
    #[error("the model answers this picture with values that are not finite (NaN or infinity)")]
    NotFinite,
    #[error(
        "the explanation at “{0}” is not finite (NaN or infinity): the gradient has no value there"
    )]
    MapNotFinite(String),
    #[error("libtorch could not compute this: {0}")]
    Torch(String),
    #[error("the computation broke off unexpectedly: {0}")]
    Panicked(String),
    #[error("the worker thread could not be started: {0}")]
    NoThread(String),
}

impl From<tch::TchError> for Error {
    fn from(error: tch::TchError) -> Error {
        Error::Torch(model::error::first_line(&error))
    }
}
