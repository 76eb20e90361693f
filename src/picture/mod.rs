//! Plain pixels: reading a photo, laying it into a model's input, laying explanations back onto it,
//! and writing the result.
//!
//! Everything here works on `image` buffers and plain arrays, so that the window, the worker and
//! the command line show and export the same pixels without knowing of each other.

pub mod caption;
pub mod cells;
pub mod colormap;
pub mod compose;
pub mod decode;
mod error;
pub mod geometry;
pub(crate) mod legend;
mod look;
pub mod map;
pub mod page;
pub mod resample;
pub(crate) mod sheet;
pub(crate) mod text;
mod upsample;
pub mod write;

pub use error::{Error, UnknownName};
