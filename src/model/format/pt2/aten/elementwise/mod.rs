//! Operators that work value by value: functions, arithmetic, masks and copies.

mod activation;
pub mod arithmetic;
mod copying;
mod masking;

use super::table::Table;

/// The tables of its files.
pub const TABLES: [Table; 4] = [
    activation::TABLE,
    arithmetic::TABLE,
    copying::TABLE,
    masking::TABLE,
];
