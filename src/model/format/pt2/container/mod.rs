//! The zip archive of an exported program: where its graph and its weights are, in the layouts of
//! PyTorch 2.5 and of 2.8.
//!
//! It uses the JSON of [`program`](super::program) and `format::torch_save`, and fills in a
//! [`Skeleton`](crate::model::format::build::skeleton::Skeleton).

pub(crate) mod layout;
pub mod older;
pub mod sample;
pub(crate) mod weights;
