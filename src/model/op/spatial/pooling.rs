//! Poolings.

use std::slice;

use tch::{TchError, Tensor};

use super::window::{Window, resized, wrong_rank};
use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesBack, AxesRule, FieldRule};
use crate::model::op::operation::{Cost, FeatureRole, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, elements};

/// A pooling of x over its last axes: one, two or three of them, as many as the lists have numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Pooling {
    /// The largest value under a window.
    Max {
        /// Size of the window, by axis.
        kernel: Vec<i64>,
        /// Distance between neighbouring windows, by axis; the size of `kernel` where empty.
        stride: Vec<i64>,
        /// Positions added on each side, by axis; they are never the largest.
        padding: Vec<i64>,
        /// Distance between neighbouring positions of a window, by axis.
        dilation: Vec<i64>,
        /// Whether a last window may reach beyond the padded input, so that the output size is
        /// rounded up.
        ceil_mode: bool,
    },
    /// The mean under a window.
    Average {
        /// Size of the window, by axis.
        kernel: Vec<i64>,
        /// Distance between neighbouring windows, by axis; the size of `kernel` where empty.
        stride: Vec<i64>,
        /// Zeros added on each side, by axis.
        padding: Vec<i64>,
        /// Whether a last window may reach beyond the padded input, so that the output size is
        /// rounded up.
        ceil_mode: bool,
        /// Whether the zeros of the padding count in the mean.
        count_include_pad: bool,
        /// What each sum is divided by; where `None`, the number of values that count.
        divisor_override: Option<i64>,
    },
    /// The means of so many parts each way.
    AdaptiveAverage {
        /// Sizes of the output, by axis.
        size: Vec<i64>,
    },
    /// The largest values of so many parts each way.
    AdaptiveMax {
        /// Sizes of the output, by axis.
        size: Vec<i64>,
    },
}

/// How a pooling moves over its input.
enum Extent<'a> {
    Window(Window<'a>),
    /// To this size.
    Adaptive(&'a [i64]),
}

impl Pooling {
    fn extent(&self) -> Extent<'_> {
        // Without a stride a pooling moves by its own size.
        fn stride_or<'a>(stride: &'a [i64], kernel: &'a [i64]) -> &'a [i64] {
            if stride.is_empty() { kernel } else { stride }
        }
        match self {
            Pooling::Max {
                kernel,
                stride,
                padding,
                dilation,
                ceil_mode,
            } => Extent::Window(Window {
                kernel,
                stride: stride_or(stride, kernel),
                padding,
                dilation,
                ceil_mode: *ceil_mode,
            }),
            Pooling::Average {
                kernel,
                stride,
                padding,
                ceil_mode,
                ..
            } => Extent::Window(Window {
                kernel,
                stride: stride_or(stride, kernel),
                padding,
                dilation: slice::from_ref(&1),
                ceil_mode: *ceil_mode,
            }),
            Pooling::AdaptiveAverage { size } | Pooling::AdaptiveMax { size } => {
                Extent::Adaptive(size)
            }
        }
    }
}

impl Operation for Pooling {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        match self {
            Pooling::Max {
                kernel,
                stride,
                padding,
                dilation,
                ceil_mode,
            } => {
                let (kernel, stride) = (kernel.as_slice(), stride.as_slice());
                let (padding, dilation) = (padding.as_slice(), dilation.as_slice());
                match kernel.len() {
                    1 => x.f_max_pool1d(kernel, stride, padding, dilation, *ceil_mode),
                    2 => x.f_max_pool2d(kernel, stride, padding, dilation, *ceil_mode),
                    3 => x.f_max_pool3d(kernel, stride, padding, dilation, *ceil_mode),
                    rank => return Err(wrong_rank(rank)),
                }
            }
            Pooling::Average {
                kernel,
                stride,
                padding,
                ceil_mode,
                count_include_pad: counts,
                divisor_override,
            } => {
                let (kernel, stride) = (kernel.as_slice(), stride.as_slice());
                let (padding, ceil, divisor) = (padding.as_slice(), *ceil_mode, *divisor_override);
                match (kernel.len(), divisor) {
                    (1, None) => x.f_avg_pool1d(kernel, stride, padding, ceil, *counts),
                    // libtorch takes a divisor over two axes and more.
                    (1, Some(_)) => {
                        let with_rows = |sizes: &[i64], rows: i64| match sizes {
                            [] => Vec::new(),
                            [size, ..] => vec![rows, *size],
                        };
                        let (kernel, stride) = (with_rows(kernel, 1), with_rows(stride, 1));
                        let padding = with_rows(padding, 0);
                        x.f_unsqueeze(-2)?
                            .f_avg_pool2d(kernel, stride, padding, ceil, *counts, divisor)?
                            .f_squeeze_dim(-2)
                    }
                    (2, _) => x.f_avg_pool2d(kernel, stride, padding, ceil, *counts, divisor),
                    (3, _) => x.f_avg_pool3d(kernel, stride, padding, ceil, *counts, divisor),
                    (rank, _) => return Err(wrong_rank(rank)),
                }
            }
            Pooling::AdaptiveAverage { size } => match size.len() {
                1 => x.f_adaptive_avg_pool1d(size.as_slice()),
                2 => x.f_adaptive_avg_pool2d(size.as_slice()),
                3 => x.f_adaptive_avg_pool3d(size.as_slice()),
                rank => return Err(wrong_rank(rank)),
            },
            Pooling::AdaptiveMax { size } => match size.len() {
                1 => x.f_adaptive_max_pool1d(size.as_slice()),
                2 => x.f_adaptive_max_pool2d(size.as_slice()),
                3 => x.f_adaptive_max_pool3d(size.as_slice()),
                rank => return Err(wrong_rank(rank)),
            }
            .map(|(y, _)| y),
        }
        .map(|y| vec![y])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let shape = match self.extent() {
            Extent::Window(window) => window.over(x),
            Extent::Adaptive(size) => resized(x, size),
        };
        shape.map(OutputShapes::one)
    }

    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let output: f64 = outputs.iter().map(|output| elements(output)).sum();
        Cost::of_steps(match self.extent() {
            Extent::Window(window) => output * window.area(),
            Extent::Adaptive(_) => output + inputs.first().map_or(0.0, |x| elements(x)),
        })
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let pools = Traits {
            field: match self.extent() {
                Extent::Window(window) => window.field(),
                Extent::Adaptive([_, _]) => FieldRule::AdaptiveWindow,
                Extent::Adaptive([1]) => FieldRule::Reduced(&[-1]),
                Extent::Adaptive([1, 1, 1]) => FieldRule::Reduced(&[-3, -2, -1]),
                Extent::Adaptive(_) => FieldRule::Unknown,
            },
            axes: match self.extent() {
                Extent::Adaptive([1]) => AxesRule::Reduced {
                    dims: &[-1],
                    keepdim: true,
                },
                Extent::Adaptive(_) | Extent::Window(_) => AxesRule::Image,
            },
            feature: FeatureRole::Passes,
            ..Traits::MIXES
        };
        match self {
            Pooling::Max { .. } | Pooling::Average { .. } | Pooling::AdaptiveMax { .. } => pools,
            Pooling::AdaptiveAverage { size } => {
                let rank = size.len() as i64;
                let spreads = size.iter().all(|size| *size == 1).then(|| Adjoint::Spread {
                    dims: (-rank..0).collect(),
                });
                Traits {
                    adjoint: spreads.unwrap_or(Adjoint::Recorded),
                    axes_back: AxesBack::Image,
                    ..pools
                }
            }
        }
    }
}
