//! Values read at positions that another tensor names, as spatial transformers do.

use tch::{TchError, Tensor};

use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, elements};

/// Sampling of x at the positions of a grid (Jaderberg et al., arXiv 1506.02025).
#[derive(Debug, Clone, PartialEq)]
pub enum Sampling {
    /// Inputs: x `[N, C, H, W]` and the grid `[N, rows, columns, 2]`, which holds across and down
    /// from −1 to 1; or both with one axis more.
    Grid {
        /// 0: from the neighbours, linearly; 1: from the nearest; 2: cubic.
        interpolation: i64,
        /// Beyond the border there are 0: zeros; 1: the border's values; 2: mirrored ones.
        padding: i64,
        /// Whether −1 and 1 are the centres of the outermost pixels, and not their outer edges.
        align_corners: bool,
    },
    /// A grid from the matrices `[N, 2, 3]`: `[N, H, W, 2]`; or with one axis more from `[N, 3, 4]`.
    AffineGrid {
        /// `[N, C, H, W]` or `[N, C, D, H, W]`, the shape of what will be sampled with it.
        size: Vec<i64>,
        /// As in [`Sampling::Grid`].
        align_corners: bool,
    },
}

impl Operation for Sampling {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Sampling::Grid {
                interpolation,
                padding,
                align_corners,
            } => x.f_grid_sampler(input(inputs, 1)?, *interpolation, *padding, *align_corners),
            Sampling::AffineGrid {
                size,
                align_corners,
            } => Tensor::f_affine_grid_generator(x, size.as_slice(), *align_corners),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let shape = match self {
            Sampling::Grid { .. } => {
                let grid = shape::input(inputs, 1)?;
                match (x, grid) {
                    (&[batch, channels, _, _], &[same, ref size @ .., 2])
                    | (&[batch, channels, _, _, _], &[same, ref size @ .., 3])
                        if batch == same && size.len() + 2 == x.len() =>
                    {
                        [&[batch, channels], size].concat()
                    }
                    _ => return Err(format!("a grid {grid:?} does not fit {x:?}")),
                }
            }
            Sampling::AffineGrid { size, .. } => match (x, size.as_slice()) {
                (&[batch, 2, 3], &[same, _, rows, columns]) if batch == same => {
                    vec![batch, rows, columns, 2]
                }
                (&[batch, 3, 4], &[same, _, planes, rows, columns]) if batch == same => {
                    vec![batch, planes, rows, columns, 3]
                }
                _ => return Err(format!("a matrix {x:?} does not make a grid of {size:?}")),
            },
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let output: f64 = outputs.iter().map(|output| elements(output)).sum();
        match self {
            Sampling::Grid { interpolation, .. } => {
                let rank = inputs.first().map_or(2, |x| x.len().saturating_sub(2));
                let taps = if *interpolation == 2 { 4i32 } else { 2 };
                Cost::of_steps(output * f64::from(taps.pow(rank.min(3) as u32)))
            }
            // Also the positions before they are turned.
            Sampling::AffineGrid { .. } => Cost::of_steps(4.0 * output).with_scratch(2.0 * output),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        match self {
            Sampling::Grid { .. } => Traits {
                field: FieldRule::Unknown,
                axes: AxesRule::Image,
                ..Traits::MIXES
            },
            Sampling::AffineGrid { .. } => Traits::MIXES,
        }
    }
}
