//! Why a job gave no result, sorted by cause.

use crate::model;
use crate::model::usage::input::Unprepared;
use crate::picture;

/// Why a job gave no result. Cloned for every promise that waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum Error {
    #[error(transparent)]
    Picture(#[from] picture::Error),
    #[error(transparent)]
    Model(#[from] model::Error),
    /// A newer request came, or the work was cancelled. Not shown to the user.
    #[error("overtaken by a newer request")]
    Overtaken,
    #[error("open a model first")]
    NoModel,
    #[error("this model has been closed; open it again")]
    ModelClosed,
    /// Why the first layer has none is added where there are layers.
    #[error("no layer of this model has a spatial map, so Grad-CAM cannot be computed{0}")]
    NoSpatialLayer(String),
    #[error("this model has no layer “{0}”")]
    UnknownLayer(String),
    #[error("layer “{layer}” has no map: {why}")]
    LayerWithoutMap { layer: String, why: String },
    #[error("the channels of several layers cannot be shown together; choose one of “{0}”")]
    ChannelsOfSeveral(String),
    #[error("there is no class {class}: this model has {classes} classes")]
    UnknownClass { class: usize, classes: usize },
    #[error(
        "there is nothing to explain: for the model, this picture is the same as {0}, which it is compared \
         with; choose another picture"
    )]
    Alike(String),
    #[error(
        "with a second picture, the answer does not show which preprocessing fits; leave that picture out, or choose \
         the preprocessing by the documentation of the model"
    )]
    NothingToTry,
    #[error("this model predicts no regions, so its score cannot be restricted to one")]
    NoRegions,
    #[error("the drawn region is outside of what the model sees of the image")]
    RegionNotSeen,
    #[error("the model's output for this image is not finite (NaN or infinity)")]
    NotFinite,
    #[error("the explanation at “{0}” is not finite (NaN or infinity)")]
    MapNotFinite(String),
    #[error("libtorch could not compute this: {0}")]
    Torch(String),
    #[error("the computation failed unexpectedly: {0}")]
    Panicked(String),
    #[error("the worker thread could not be started: {0}")]
    NoThread(String),
}

impl From<Unprepared> for Error {
    fn from(error: Unprepared) -> Error {
        match error {
            Unprepared::Picture(error) => error.into(),
            Unprepared::Torch(error) => error.into(),
        }
    }
}

impl From<tch::TchError> for Error {
    fn from(error: tch::TchError) -> Error {
        Error::Torch(model::error::first_line(&error))
    }
}
