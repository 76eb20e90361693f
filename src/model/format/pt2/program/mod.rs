//! TODO

pub(crate) mod args;
pub(crate) mod open_batch;
pub(crate) mod schema;
pub(crate) mod signature;
