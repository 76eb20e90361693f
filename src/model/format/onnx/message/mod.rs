//! TODO

pub(crate) mod inline;
pub(crate) mod proto;
pub(crate) mod wire;
