//! Tensor work off the window's thread: one worker owns every tensor, requests go in as plain
//! data, results come back as promises.
//!
//! The window draws sixty times a second and must never wait. So it sends a [`Request`] for each
//! row it shows, keeps the [`Batch`], and polls its promises each frame. Newer requests overtake
//! older ones. Without a window, use a [`Session`] directly.
//!
//! The engine may use `explain`, `model` and `picture`; it knows neither the window nor `folder`.

mod cache;
pub(crate) mod data;
mod error;
mod handle;
mod reply;
mod session;
mod shared;
mod worker;

pub use data::class_query::{ClassQuery, ClassQueryError};
pub use data::model_info::{ModelInfo, WHICH_FITS};
pub use data::prediction::{Guided, HeatMap, LayerMaps, Prediction, ValueKind};
pub use data::request::{Batch, Job, Progress, Request, Stage};
pub use data::trial::Trial;
pub use error::Error;
pub use handle::Engine;
pub use session::target::resolve_layer;
pub use session::{Checkpoint, Session, Watch};
