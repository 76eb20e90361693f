//! TODO

pub(crate) mod archive;
pub(crate) mod foreign;
pub(crate) mod start;
