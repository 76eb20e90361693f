//! The position of a window as it moves over the last axes of a tensor: one, two or three of them.

use tch::TchError;

use crate::model::op::geometry::FieldRule;
use crate::model::op::shape::Shape;

/// A window over as many of the last axes as `kernel` has numbers. The other lists have as many, or
/// one for all of them.
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
    /// How many positions it takes along each of its axes, as libtorch counts them.
    ///
    /// # Errors
    /// In words, where it does not fit.
    pub fn positions(&self, x: &[i64]) -> Result<Shape, String> {
        let unfit = || format!("a window of {:?} does not fit {x:?}", self.kernel);
        let rank = self.kernel.len();
        let before = x.len().checked_sub(rank).ok_or_else(unfit)?;
        let count = |axis: usize| -> Option<i64> {
            let size = i128::from(*x.get(before + axis)?);
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
        (0..rank)
            .map(|axis| count(axis).ok_or_else(unfit))
            .collect()
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
        (0..self.kernel.len())
            .map(|axis| along(self.kernel, axis).unwrap_or(1) as f64)
            .product()
    }

    /// What it does to a receptive field: known for a window over rows and columns.
    pub fn field(&self) -> FieldRule<'static> {
        if self.kernel.len() != 2 {
            return FieldRule::Unknown;
        }
        let of = |sizes: &[i64], axis: usize| along(sizes, axis).unwrap_or(1) as f64;
        FieldRule::Window {
            extent: [0, 1]
                .map(|axis| of(self.dilation, axis) * (of(self.kernel, axis) - 1.0) + 1.0),
            stride: [0, 1].map(|axis| of(self.stride, axis)),
        }
    }
}

/// `x` with other sizes for as many of its last axes as `size` has numbers.
///
/// # Errors
/// In words, where `x` has fewer axes or a size is negative.
pub(super) fn resized(x: &[i64], size: &[i64]) -> Result<Shape, String> {
    match x.len().checked_sub(size.len()) {
        Some(before) if size.iter().all(|size| *size >= 0) => Ok([&x[..before], size].concat()),
        _ => Err(format!(
            "{x:?} is no image that could have the size {size:?}"
        )),
    }
}

/// That an operation over `rank` axes does not exist.
pub(super) fn wrong_rank(rank: usize) -> TchError {
    TchError::Shape(format!("it cannot go over {rank} axes"))
}
