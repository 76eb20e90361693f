//! Maps made larger or smaller.

use tch::{TchError, Tensor};

use super::window::{resized, wrong_rank};
use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, elements};

/// x, `[N, C, …]`, with other sizes for its last axes: one, two or three of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Resizing {
    /// How values between the positions of x are found.
    pub filter: Filter,
    /// The new sizes, by axis; where `None`, `factors` give them, rounded down.
    pub size: Option<Vec<i64>>,
    /// Ratios of new size to old, by axis, that positions are computed with. Where empty or `None`,
    /// those of the sizes.
    pub factors: Vec<Option<f64>>,
}

/// How a new size gets its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Each position takes the value at the one left of it, as if pixels were points.
    Nearest,
    /// Each position takes the value of the pixel that it lies in.
    NearestExact,
    /// Linearly between neighbours, along each axis.
    Linear {
        /// Whether the centres of the outermost pixels stay where they are, and not the borders.
        align_corners: bool,
    },
    /// By cubic convolution (Keys, a = −3/4), over two axes.
    Cubic {
        /// As in [`Filter::Linear`].
        align_corners: bool,
    },
    /// Over two axes as Pillow does: a smaller image averages all pixels under a triangle.
    LinearAntialiased {
        /// As in [`Filter::Linear`].
        align_corners: bool,
    },
    /// The same by cubic convolution (a = −1/2).
    CubicAntialiased {
        /// As in [`Filter::Linear`].
        align_corners: bool,
    },
    /// The same by a windowed sinc of three lobes.
    LanczosAntialiased {
        /// As in [`Filter::Linear`].
        align_corners: bool,
    },
}

impl Filter {
    /// How far a filter with antialiasing reaches on each side, in pixels of an image that does not
    /// become smaller.
    fn support(self) -> Option<f64> {
        match self {
            Filter::Nearest
            | Filter::NearestExact
            | Filter::Linear { .. }
            | Filter::Cubic { .. } => None,
            Filter::LinearAntialiased { .. } => Some(1.0),
            Filter::CubicAntialiased { .. } => Some(2.0),
            Filter::LanczosAntialiased { .. } => Some(3.0),
        }
    }
}

impl Resizing {
    /// The new sizes of `x`.
    ///
    /// # Errors
    /// In words, where they are not given, or a factor does not lead to them: libtorch would read
    /// outside the image.
    fn sizes(&self, x: &[i64]) -> Result<Vec<i64>, String> {
        let missing = "it has neither a size nor factors for each axis that is resized";
        let rank = match (&self.size, self.factors.len()) {
            (Some(size), 0) => return Ok(size.clone()),
            (Some(size), rank) if size.len() != rank => return Err(missing.into()),
            (Some(_) | None, rank) => rank,
        };
        let from = x
            .len()
            .checked_sub(rank)
            .filter(|_| (1..=3).contains(&rank));
        let from = &x[from.ok_or(missing)?..];
        let axes = from.iter().zip(&self.factors).enumerate();
        axes.map(|(axis, (&length, factor))| {
            let scaled = factor.map(|factor| length as f64 * factor);
            let size = self.size.as_ref().map(|size| size[axis]);
            match (size, scaled) {
                (Some(size), None) => Ok(size),
                (Some(size), Some(scaled)) if (scaled - size as f64).abs() <= 1.0 => Ok(size),
                (Some(size), Some(_)) => Err(format!(
                    "a factor of {:?} does not make {size} of {length}",
                    factor.unwrap_or(1.0)
                )),
                (None, Some(scaled)) => Ok(scaled.floor() as i64),
                (None, None) => Err(missing.into()),
            }
        })
        .collect()
    }

    /// How many positions of x one of the output reads along an axis, by the old and the new size.
    fn taps(&self, axis: usize, from: f64, to: f64) -> f64 {
        match self.filter {
            Filter::Nearest | Filter::NearestExact => 1.0,
            Filter::Linear { .. } => 2.0,
            Filter::Cubic { .. } => 4.0,
            Filter::LinearAntialiased { .. }
            | Filter::CubicAntialiased { .. }
            | Filter::LanczosAntialiased { .. } => {
                let factor = self.factors.get(axis).copied().flatten();
                let step = factor.map_or(from / to, f64::recip).max(1.0);
                2.0 * self.filter.support().unwrap_or(1.0) * step
            }
        }
    }

    /// The positions that one of the output depends on.
    fn reach(&self, inputs: &[&[i64]]) -> FieldRule<'static> {
        let Some(&[_, _, height, width]) = inputs.first().copied() else {
            return FieldRule::Unknown;
        };
        if self.filter.support().is_none() {
            return FieldRule::Resized {
                taps: self.taps(0, 1.0, 1.0),
            };
        }
        let Ok(size) = self.sizes(&[height, width]) else {
            return FieldRule::Unknown;
        };
        let &[rows, columns] = size.as_slice() else {
            return FieldRule::Unknown;
        };
        let of = [(height, rows), (width, columns)];
        let of = of.map(|(from, to)| (from as f64, to.max(1) as f64));
        FieldRule::Window {
            extent: [0, 1].map(|axis| self.taps(axis, of[axis].0, of[axis].1)),
            stride: of.map(|(from, to)| from / to),
        }
    }
}

impl Operation for Resizing {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let size = self.sizes(&x.size()).map_err(TchError::Shape)?;
        let factor = |axis: usize| self.factors.get(axis).copied().flatten();
        let (first, second, third) = (factor(0), factor(1), factor(2));
        let rank = size.len();
        let y = match (self.filter, rank) {
            (Filter::Nearest, 1) => x.f_upsample_nearest1d(size, first),
            (Filter::Nearest, 2) => x.f_upsample_nearest2d(size, first, second),
            (Filter::Nearest, 3) => x.f_upsample_nearest3d(size, first, second, third),
            (Filter::NearestExact, 1) => x.f_internal_upsample_nearest_exact1d(size, first),
            (Filter::NearestExact, 2) => x.f_internal_upsample_nearest_exact2d(size, first, second),
            (Filter::NearestExact, 3) => {
                x.f_internal_upsample_nearest_exact3d(size, first, second, third)
            }
            (Filter::Linear { align_corners }, 1) => {
                x.f_upsample_linear1d(size, align_corners, first)
            }
            (Filter::Linear { align_corners }, 2) => {
                x.f_upsample_bilinear2d(size, align_corners, first, second)
            }
            (Filter::Linear { align_corners }, 3) => {
                x.f_upsample_trilinear3d(size, align_corners, first, second, third)
            }
            (Filter::Cubic { align_corners }, 2) => {
                x.f_upsample_bicubic2d(size, align_corners, first, second)
            }
            (Filter::LinearAntialiased { align_corners }, 2) => {
                x.f_internal_upsample_bilinear2d_aa(size, align_corners, first, second)
            }
            (Filter::CubicAntialiased { align_corners }, 2) => {
                x.f_internal_upsample_bicubic2d_aa(size, align_corners, first, second)
            }
            (Filter::LanczosAntialiased { align_corners }, 2) => {
                x.f_internal_upsample_lanczos2d_aa(size, align_corners, first, second)
            }
            (
                Filter::Nearest
                | Filter::NearestExact
                | Filter::Linear { .. }
                | Filter::Cubic { .. }
                | Filter::LinearAntialiased { .. }
                | Filter::CubicAntialiased { .. }
                | Filter::LanczosAntialiased { .. },
                _,
            ) => return Err(wrong_rank(rank)),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        resized(x, &self.sizes(x)?).map(OutputShapes::one)
    }

    /// A filter with antialiasing goes over one axis after the other, with a table of its weights for
    /// each.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let cost = Cost::of_each(outputs);
        let (Some(&[.., from_rows, from_columns]), Some(&[.., rows, columns])) =
            (inputs.first().copied(), outputs.first().map(Vec::as_slice))
        else {
            return cost;
        };
        if self.filter.support().is_none() {
            return cost;
        }
        let [from_rows, from_columns, rows, columns] =
            [from_rows, from_columns, rows, columns].map(|size| size.max(1) as f64);
        let down = self.taps(0, from_rows, rows) + 2.0;
        let across = self.taps(1, from_columns, columns) + 2.0;
        let output: f64 = outputs.iter().map(|output| elements(output)).sum();
        let between = output / rows * from_rows;
        Cost::of_steps(output * down + between * across)
            .with_scratch(between + rows * down + columns * across)
    }

    fn traits(&self, given: &Given<'_>) -> Traits<'_> {
        Traits {
            field: self.reach(given.shapes),
            axes: AxesRule::Image,
            ..Traits::MIXES
        }
    }
}
