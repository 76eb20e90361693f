//! Plain pixels: reading a photo, laying it into a model's input, laying explanations back onto it,
//! and writing the result.
//!
//! Everything here works on `image` buffers and plain arrays, so that the window, the worker and
//! the command line show and export the same pixels without knowing of each other.

mod error;
pub mod map;
pub mod page;
pub mod photo;
pub mod write;

pub use error::{Error, UnknownName};
