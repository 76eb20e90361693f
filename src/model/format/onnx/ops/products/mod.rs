//! Matrix products, normalisations, recurrent layers and Fourier transforms.

pub mod fourier;
pub mod layers;
pub mod norm;
pub mod recurrent;

use super::{index, reshaped};
