//! The commands, one file each. They share `options`, `explained` and `terminal`, and know nothing of
//! each other.

pub(crate) mod classes;
pub(crate) mod compare;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod layers;
