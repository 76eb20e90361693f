//! TODO

pub mod decode;
pub mod geometry;
pub mod resample;
