//! Numbers read from files: a little out of range is corrected, far out of range is damage.

use std::ops::RangeInclusive;

/// A number that no version can have written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} is {value}")]
pub struct OutOfRange {
    pub what: &'static str,
    pub value: f64,
}

/// Clamps `value` to `range`.
///
/// # Errors
/// [`OutOfRange`] where `value` is NaN or outside of `plausible`.
pub fn within(
    what: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    plausible: RangeInclusive<f64>,
) -> Result<f64, OutOfRange> {
    if !plausible.contains(&value) {
        return Err(OutOfRange { what, value });
    }
    Ok(value.clamp(*range.start(), *range.end()))
}
