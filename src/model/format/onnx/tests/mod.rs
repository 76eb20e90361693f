//! Opens files that are written here, one for each thing that can be wrong with one.

mod bounds;
mod branches;
mod constants;
mod damage;
mod labels;
pub(in crate::model::format) mod operators;
mod quantised;
mod second_pictures;
mod signature;
mod structure;
pub(super) mod support;
mod weights;
pub(super) mod writer;
