//! What can go wrong between a model file and an explanation, by what a caller can do about it.

use crate::engine::{self, ClassQueryError};
use crate::{model, picture};

/// Why there is no explanation.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model file cannot be opened or used like this.
    #[error(transparent)]
    Model(model::Error),
    /// The picture cannot be read.
    #[error(transparent)]
    Image(picture::Error),
    /// No class, or more than one, has this name.
    #[error(transparent)]
    Class(#[from] ClassQueryError),
    /// The computation was refused or failed: an unknown layer or class index, a layer without a
    /// map, a value that is not finite, or an error of libtorch.
    #[error(transparent)]
    Computation(engine::Error),
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Error {
        match error {
            engine::Error::Model(error) => Error::Model(error),
            engine::Error::Picture(error) => Error::Image(error),
            other => Error::Computation(other),
        }
    }
}

impl From<picture::Error> for Error {
    fn from(error: picture::Error) -> Error {
        Error::Image(error)
    }
}
