//! Which operators of ONNX are read, and what each computes.

pub(in crate::model::format) mod listed;
mod operations;
mod table;
