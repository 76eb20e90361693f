//! Operations that arrange elements and compute none: new shapes, parts taken out, tensors put
//! together or made from nothing.

pub(super) mod creation;
pub(super) mod indexing;
pub(super) mod joining;
pub(super) mod rearranging;
pub(super) mod reshaping;
pub(super) mod scattering;
pub(super) mod sorting;
pub(super) mod splitting;
