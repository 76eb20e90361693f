//! Tensor work off the window's thread: one worker owns every tensor, requests go in as plain
//! data, answers come out as promises.
//!
//! The window draws sixty times a second and must never wait. So it sends a [`Request`], keeps the
//! [`Job`], and looks at its promises each frame. A newer request overtakes an older one.

mod answer;
mod card;
mod request;

pub use answer::{Answer, Guided, HeatMap, Timings};
pub use card::{LabelSource, ModelCard};
pub use request::{Job, Progress, Request, Stage};
