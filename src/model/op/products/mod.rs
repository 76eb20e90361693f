//! Products of tensors, and the normalisations, recurrent layers and Fourier transforms that stand
//! beside them.

pub(super) mod attention;
pub(super) mod einsum;
pub(super) mod fourier;
pub(super) mod matrix;
pub(super) mod normalisation;
pub(super) mod recurrent;
