//! TODO

pub(crate) mod legacy;
pub(crate) mod pickle;
pub(crate) mod source;
pub(crate) mod zip;
