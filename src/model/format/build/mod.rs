//! TODO

pub(crate) mod module_calls;
pub(crate) mod refusal;
pub(crate) mod storage;
