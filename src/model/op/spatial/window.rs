//! The position of a window as it moves over the last two axes of a tensor.

use crate::model::op::geometry::FieldRule;
use crate::model::op::shape::Shape;

/// A window over the last two axes. Each list has a number for rows and one for columns, or one for
/// both.
pub(super) struct Window<'a> {
    pub kernel: &'a [i64],
    pub stride: &'a [i64],
    pub padding: &'a [i64],
    pub dilation: &'a [i64],
    /// The last window may begin inside the image and end outside.
    pub ceil_mode: bool,
}

/// What a list says about one axis.
fn along(sizes: &[i64], axis: usize) -> Option<i64> {
    sizes.get(axis).or(sizes.first()).copied()
}

impl Window<'_> {
    /// `[rows, columns]` of positions, as libtorch counts them.
    ///
    /// # Errors
    /// In words, where it does not fit.
    pub fn positions(&self, x: &[i64]) -> Result<[i64; 2], String> {
        let count = |axis: usize| -> Option<i64> {
            let size = i128::from(*x.get((x.len() + axis).checked_sub(2)?)?);
            let of = |sizes: &[i64]| along(sizes, axis).map(i128::from);
            let (padding, stride) = (of(self.padding)?, of(self.stride)?);
            let extent = of(self.dilation)? * (of(self.kernel)? - 1) + 1;
            let mut room = size + 2 * padding - extent;
            if stride < 1 {
                return None;
            }
            if self.ceil_mode {
                room += stride - 1;
            }
            let mut last = room.div_euclid(stride);
            // A window may reach over the end, but not begin there.
            if self.ceil_mode && last * stride >= size + padding {
                last -= 1;
            }
            i64::try_from(last + 1).ok().filter(|count| *count > 0)
        };
        match (count(0), count(1)) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => Err(format!("a window of {:?} does not fit {x:?}", self.kernel)),
        }
    }

    /// The shape of a tensor with one element for each position.
    ///
    /// # Errors
    /// As [`Window::positions`], and where `x` is no image.
    pub fn over(&self, x: &[i64]) -> Result<Shape, String> {
        resized(x, &self.positions(x)?)
    }

    /// How many values it covers.
    pub fn area(&self) -> f64 {
        (0..2)
            .map(|axis| along(self.kernel, axis).unwrap_or(1) as f64)
            .product()
    }

    /// What it does to a receptive field.
    pub fn field(&self) -> FieldRule<'static> {
        let of = |sizes: &[i64], axis: usize| along(sizes, axis).unwrap_or(1) as f64;
        FieldRule::Window {
            extent: [0, 1]
                .map(|axis| of(self.dilation, axis) * (of(self.kernel, axis) - 1.0) + 1.0),
            stride: [0, 1].map(|axis| of(self.stride, axis)),
        }
    }
}

/// `x` with other sizes for its last two axes, rows and columns.
///
/// # Errors
/// In words, where `x` has fewer axes or a size is negative.
pub(super) fn resized(x: &[i64], size: &[i64]) -> Result<Shape, String> {
    match (x, size) {
        ([before @ .., _, _], &[height, width]) if height >= 0 && width >= 0 => {
            Ok([before, size].concat())
        }
        _ => Err(format!(
            "{x:?} is no image that could have the size {size:?}"
        )),
    }
}
