//! Maps made larger or smaller.

use tch::{TchError, Tensor};

use super::window::resized;
use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesBack, AxesRule, FieldRule};
use crate::model::op::operation::{Cost, FeatureRole, GradientRole, Operation, input};
use crate::model::op::shape::{self, OutputShapes, Shape};

/// x, `[N, C, H, W]`, with other sizes for rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Resizing {
    /// Each position takes the value of the nearest one. To a size, or by a factor each way.
    Nearest {
        /// `[height, width]` of the output; `None` where `factors` give it.
        size: Option<Vec<i64>>,
        /// Output size over input size, for rows and columns; only used where `size` is `None`. The
        /// output size is rounded down.
        factors: Vec<f64>,
    },
    /// `"bilinear"` or `"bicubic"`. `factors` are the ratios that positions are computed with, where
    /// they are not those of the sizes.
    Interpolated {
        /// `"bicubic"` covers 4 × 4 positions, `"bilinear"` 2 × 2.
        mode: String,
        /// Whether the centres of the corner positions of input and output coincide, as in PyTorch.
        align_corners: bool,
        /// `[height, width]` of the output.
        size: [i64; 2],
        /// Output size over input size, for rows and columns; `None` takes it from the sizes.
        factors: Option<[f64; 2]>,
    },
}

impl Operation for Resizing {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Resizing::Nearest { size, factors } => {
                let (size, [down, right]) =
                    nearest(&x.size(), size.as_deref(), factors).map_err(TchError::Shape)?;
                x.f_upsample_nearest2d(size, down, right)
            }
            Resizing::Interpolated {
                mode,
                align_corners,
                size,
                factors,
            } => {
                let [down, right] = factors.map_or([None; 2], |factors| factors.map(Some));
                if mode == "bicubic" {
                    x.f_upsample_bicubic2d(size, *align_corners, down, right)
                } else {
                    x.f_upsample_bilinear2d(size, *align_corners, down, right)
                }
            }
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let size = match self {
            Resizing::Nearest { size, factors } => nearest(x, size.as_deref(), factors)?.0,
            Resizing::Interpolated { size, .. } => *size,
        };
        resized(x, &size).map(OutputShapes::one)
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => Cost::of_each(outputs),
        }
    }

    fn adjoint(&self, _: &[Option<&Tensor>]) -> Adjoint {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => Adjoint::Recorded,
        }
    }

    fn field(&self, _: &[&[i64]]) -> FieldRule<'_> {
        let taps = match self {
            Resizing::Nearest { .. } => 1.0,
            Resizing::Interpolated { mode, .. } if mode == "bicubic" => 4.0,
            Resizing::Interpolated { .. } => 2.0,
        };
        FieldRule::Resized { taps }
    }

    fn axes(&self) -> AxesRule<'_> {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => AxesRule::Image,
        }
    }

    fn axes_back(&self) -> AxesBack<'_> {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => AxesBack::Lost,
        }
    }

    fn gradient(&self) -> GradientRole {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => GradientRole::Plain,
        }
    }

    fn feature(&self) -> FeatureRole {
        match self {
            Resizing::Nearest { .. } | Resizing::Interpolated { .. } => FeatureRole::Makes,
        }
    }
}

/// Height and width that `x` becomes, and the factors if it was they that were given.
fn nearest(
    x: &[i64],
    size: Option<&[i64]>,
    factors: &[f64],
) -> Result<([i64; 2], [Option<f64>; 2]), String> {
    match (size, factors, x) {
        (Some(&[height, width]), _, _) => Ok(([height, width], [None, None])),
        (None, &[down, right], &[_, _, height, width]) => {
            let scaled = |size: i64, factor: f64| (size as f64 * factor).floor() as i64;
            let size = [scaled(height, down), scaled(width, right)];
            Ok((size, [Some(down), Some(right)]))
        }
        _ => Err("it has neither a size nor factors for rows and columns".into()),
    }
}
