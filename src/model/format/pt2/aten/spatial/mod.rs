//! Operators on the positions of an image, or of other axes: convolution, pooling, new sizes, padding,
//! patches and other orders.

mod convolution;
mod patches;
mod pooling;
mod resizing;
mod sampling;

use super::table::Table;

/// The tables of its files.
pub const TABLES: [Table; 5] = [
    convolution::TABLE,
    patches::TABLE,
    pooling::TABLE,
    resizing::TABLE,
    sampling::TABLE,
];
