//! The protobuf messages of `onnx.proto`: reading them without the numbers of large tensors, and
//! replacing calls of functions by their nodes.
//!
//! Nothing here knows an operation or the graph that is built.

pub(crate) mod inline;
pub(crate) mod proto;
pub(crate) mod wire;
