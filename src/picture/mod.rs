//! Plain pixels: reading a photo, fitting it to a model's input, overlaying explanations on it, and
//! writing the result.
//!
//! Everything here works on `image` buffers and plain arrays, so that the window, the worker and the
//! command line show and export the same pixels. Nothing here knows a tensor, a model or the window.

mod error;
pub mod map;
pub mod page;
pub mod photo;
pub mod write;

pub use error::{Error, UnknownName};
