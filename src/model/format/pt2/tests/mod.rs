//! Opens archives that are written here, one for each thing that can be wrong with one, and the two
//! models that come with the program.

mod archive;
mod core_aten;
mod models;
mod support;
mod table;
mod weights;
mod wiring;
mod writer;

pub use self::support::{linear_program, masked_program};
