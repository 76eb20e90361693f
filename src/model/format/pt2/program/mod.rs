//! The JSON of an exported program: its schema, its inputs and outputs, and the arguments of its nodes.
//!
//! Nothing here knows the archive's weights or the graph that is built.

pub(crate) mod args;
pub(crate) mod expression;
pub(crate) mod inline;
pub(crate) mod inputs;
pub(crate) mod out_spec;
pub(crate) mod schema;
pub(crate) mod signature;
pub(crate) mod sizes;
