//! Operators that multiply and add up across a tensor: matrix products, normalisations, Fourier
//! transforms and recurrent layers.

mod algebra;
mod fourier;
pub mod matrix;
mod norm;
mod recurrent;

use super::table::Table;

/// The tables of its files.
pub const TABLES: [Table; 5] = [
    algebra::TABLE,
    fourier::TABLE,
    matrix::TABLE,
    norm::TABLE,
    recurrent::TABLE,
];
