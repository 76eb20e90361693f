//! Photos: from a file to pixels, and from pixels to a model's input and back.
//!
//! This may use `picture::Error` and the image libraries, but neither `map` nor `page`.

pub mod decode;
pub mod geometry;
pub mod resample;
