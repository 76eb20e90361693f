//! Checks numbers read from files: slightly out of range is corrected, far out of range is an error.

use std::ops::RangeInclusive;

/// An implausible number, which no version of this program can have written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} is {value}")]
pub struct OutOfRange {
    pub what: &'static str,
    pub value: f64,
}

/// Clamps `value` to `range`.
///
/// # Errors
/// [`OutOfRange`] if `value` is NaN or outside `plausible`.
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
