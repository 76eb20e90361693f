//! Products of tensors, and the normalisations that stand beside them.

pub(super) mod algebra;
pub(super) mod attention;
pub(super) mod einsum;
pub(super) mod matrix;
pub(super) mod normalisation;
