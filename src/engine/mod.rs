//! Tensor work off the window's thread: one worker owns every tensor, requests go in as plain
//! data, answers come out as promises.
//!
//! The window draws sixty times a second and must never wait. So it sends a [`Request`], keeps the
//! [`Job`], and looks at its promises each frame. A newer request overtakes an older one.
//! Without a window the same [`Session`] is called directly.

mod answer;
mod cache;
mod card;
mod error;
mod handle;
mod request;
mod session;
mod worker;

pub use answer::{Answer, Guided, HeatMap};
pub use card::ModelCard;
pub use error::Error;
pub use handle::Engine;
pub use request::{Job, Progress, Request, Stage};
pub use session::{Checkpoint, Session, resolve_layer};
