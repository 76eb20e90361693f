//! Operators that make tensors, or give the values of some another shape, order or place.

mod creation;
mod indexing;
mod joining;
mod rearranging;
mod reshaping;
mod scattering;
mod sorting;
mod splitting;

use super::table::Table;

/// The tables of its files.
pub const TABLES: [Table; 8] = [
    creation::TABLE,
    indexing::TABLE,
    joining::TABLE,
    rearranging::TABLE,
    reshaping::TABLE,
    scattering::TABLE,
    sorting::TABLE,
    splitting::TABLE,
];
