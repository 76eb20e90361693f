//! TODO

pub(crate) mod layout;
pub mod older;
pub(crate) mod weights;
