//! What the readers of all formats share: the graph under construction, the weights that are filled
//! in, the bytes of tensors, refusals and progress.
//!
//! Nothing here knows any one format: it uses the graph, `model::error` and `model::opening`.

pub(crate) mod finite;
pub(crate) mod graph_builder;
pub(crate) mod held;
pub(crate) mod inputs;
pub(crate) mod kinds;
pub(crate) mod module_calls;
pub(crate) mod opened;
pub(crate) mod progress;
pub(crate) mod refusal;
pub(crate) mod skeleton;
pub(crate) mod storage;
