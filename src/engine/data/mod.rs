//! TODO

pub(crate) mod class_query;
pub(crate) mod model_info;
pub(crate) mod prediction;
pub(crate) mod request;
