//! What goes into the engine and what comes back: plain data, without a tensor.
//!
//! The window, the figures and the command line know these types. They may use `explain`, `model` and
//! `picture` for the types of their fields.

pub(crate) mod class_query;
pub(crate) mod model_info;
pub(crate) mod prediction;
pub(crate) mod request;
pub(crate) mod trial;
