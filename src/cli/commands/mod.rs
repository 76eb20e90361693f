//! TODO

pub(crate) mod classes;
pub(crate) mod compare;
pub(crate) mod export;
pub(crate) mod layers;
