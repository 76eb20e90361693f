//! The JSON of an exported program: its schema, its inputs and outputs, and the arguments of its nodes.
//!
//! Nothing here knows the archive's weights or the graph that is built.

pub(crate) mod args;
pub(crate) mod open_batch;
pub(crate) mod schema;
pub(crate) mod signature;
