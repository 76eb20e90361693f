//! Opens files that are written here, one for each thing that can be wrong with one.

mod bounds;
mod constants;
mod damage;
mod external;
pub(in crate::model::format) mod listed;
mod operations;
mod signature;
mod structure;
pub(super) mod support;
mod table;
mod weights;
pub(super) mod writer;
