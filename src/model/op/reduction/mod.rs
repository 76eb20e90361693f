//! What values come to along axes: one value for each of the axes that stay, or one for each entry.

pub(super) mod aggregation;
pub(super) mod statistics;
