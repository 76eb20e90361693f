//! Tensor work off the window's thread: one worker owns every tensor, requests go in as plain
//! data, answers come out as promises.
//!
//! The window draws sixty times a second and must never wait. So it sends a [`Request`] for each
//! row it shows, keeps the [`Batch`], and looks at its promises each frame. Newer requests overtake
//! older ones. Without a window the same [`Session`] is called directly.

mod answer;
mod batch;
mod cache;
mod card;
mod channels;
mod choice;
mod error;
mod guided;
mod handle;
mod input;
mod known;
mod later;
mod maps;
mod models;
mod recordings;
mod reply;
mod request;
mod session;
mod shared;
mod target;
mod threads;
mod worker;

pub use answer::{Answer, Guided, HeatMap, LayerMaps};
pub use card::ModelCard;
pub use choice::{Choice, NoClass};
pub use error::Error;
pub use handle::Engine;
pub use request::{Batch, Job, Progress, Request, Stage};
pub use session::{Checkpoint, Session, Watch};
pub use target::resolve_layer;
