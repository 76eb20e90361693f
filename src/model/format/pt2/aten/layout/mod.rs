//! Operators that make tensors, or give the values of some another shape, order or place.

mod creation;
mod indexing;
mod joining;
mod rearranging;
mod reshaping;
mod scattering;
mod splitting;

use super::table::Table;

/// The tables of its files.
pub const TABLES: [Table; 7] = [
    creation::TABLE,
    indexing::TABLE,
    joining::TABLE,
    rearranging::TABLE,
    reshaping::TABLE,
    scattering::TABLE,
    splitting::TABLE,
];
