//! Sums, means, maxima and the like along axes.

use std::slice;

use tch::{Kind, TchError, Tensor};

use super::adjoint::Adjoint;
use super::geometry::{AxesBack, AxesRule, FieldRule};
use super::operation::{Cost, FeatureRole, GradientRole, Operation, input};
use super::shape::{self, OutputShapes, Shape, reduced};

/// What x, the first input, comes to along axes; along all of them where `dims` is empty. They stay
/// with size 1 if `keepdim`.
#[derive(Debug, Clone, PartialEq)]
pub enum Reduction {
    /// The arithmetic mean.
    Mean {
        /// The axes to average over; negative ones count from the end.
        dims: Vec<i64>,
        /// Whether these axes stay, with size 1.
        keepdim: bool,
    },
    /// The sum of all elements.
    Sum {
        /// The axes to sum over; negative ones count from the end.
        dims: Vec<i64>,
        /// Whether these axes stay, with size 1.
        keepdim: bool,
    },
    /// The largest.
    Max {
        /// The one axis to search; negative axes count from the end.
        dim: i64,
        /// Whether this axis stays, with size 1.
        keepdim: bool,
    },
    /// Whether any is not zero.
    Any {
        /// The one axis to search; negative axes count from the end.
        dim: i64,
        /// Whether this axis stays, with size 1.
        keepdim: bool,
    },
    /// (Σ |x|ᵒʳᵈ)^(1/ord)
    VectorNorm {
        /// The order of the norm: 1 for the sum of absolute values, 2 for the Euclidean length.
        ord: f64,
        /// The axes to measure along; negative ones count from the end.
        dims: Vec<i64>,
        /// Whether these axes stay, with size 1.
        keepdim: bool,
    },
    /// The sum up to each entry, which keeps the shape.
    CumulativeSum {
        /// The axis to add up along; negative axes count from the end.
        dim: i64,
    },
}

impl Operation for Reduction {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Reduction::Mean { dims, keepdim } if dims.is_empty() && !keepdim => {
                x.f_mean(x.f_kind()?)?
            }
            Reduction::Mean { dims, keepdim } => {
                x.f_mean_dim(dims.as_slice(), *keepdim, x.f_kind()?)?
            }
            Reduction::Sum { dims, keepdim } if dims.is_empty() && !keepdim => {
                x.f_sum(x.f_kind()?)?
            }
            Reduction::Sum { dims, keepdim } => {
                x.f_sum_dim_intlist(dims.as_slice(), *keepdim, x.f_kind()?)?
            }
            Reduction::Max { dim, keepdim } => x.f_max_dim(*dim, *keepdim)?.0,
            Reduction::Any { dim, keepdim } => x.f_any_dim(*dim, *keepdim)?,
            Reduction::VectorNorm { ord, dims, keepdim } => norm(x, *ord, dims, *keepdim)?,
            Reduction::CumulativeSum { dim } => x.f_cumsum(*dim, Kind::Float)?,
        };
        Ok(vec![y])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let shape = match self {
            Reduction::Mean { dims, keepdim }
            | Reduction::Sum { dims, keepdim }
            | Reduction::VectorNorm { dims, keepdim, .. } => reduced(x, dims, *keepdim),
            Reduction::Max { dim, keepdim } | Reduction::Any { dim, keepdim } => {
                reduced(x, &[*dim], *keepdim)
            }
            Reduction::CumulativeSum { .. } => Ok(x.to_vec()),
        };
        shape.map(OutputShapes::one)
    }

    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        match self {
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::Max { .. }
            | Reduction::Any { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::CumulativeSum { .. } => Cost::of_each(inputs),
        }
    }

    fn adjoint(&self, _: &[Option<&Tensor>]) -> Adjoint {
        match self {
            Reduction::Mean { dims, .. } if !dims.is_empty() => {
                Adjoint::Spread { dims: dims.clone() }
            }
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::Max { .. }
            | Reduction::Any { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::CumulativeSum { .. } => Adjoint::Recorded,
        }
    }

    fn field(&self, _: &[&[i64]]) -> FieldRule<'_> {
        match self {
            Reduction::Mean { dims, .. }
            | Reduction::Sum { dims, .. }
            | Reduction::VectorNorm { dims, .. } => FieldRule::Reduced(dims),
            Reduction::Max { dim, .. } => FieldRule::Reduced(slice::from_ref(dim)),
            // No gradient passes, so nothing beyond it is looked at.
            Reduction::Any { .. } => FieldRule::Same,
            Reduction::CumulativeSum { .. } => FieldRule::Unknown,
        }
    }

    fn axes(&self) -> AxesRule<'_> {
        match self {
            Reduction::Mean { dims, keepdim }
            | Reduction::Sum { dims, keepdim }
            | Reduction::VectorNorm { dims, keepdim, .. } => AxesRule::Reduced {
                dims,
                keepdim: *keepdim,
            },
            Reduction::Max { dim, keepdim } => AxesRule::Reduced {
                dims: slice::from_ref(dim),
                keepdim: *keepdim,
            },
            Reduction::Any { .. } | Reduction::CumulativeSum { .. } => AxesRule::Elementwise,
        }
    }

    fn axes_back(&self) -> AxesBack<'_> {
        match self {
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::Max { .. }
            | Reduction::Any { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::CumulativeSum { .. } => AxesBack::Lost,
        }
    }

    fn gradient(&self) -> GradientRole {
        match self {
            Reduction::Any { .. } => GradientRole::Stops,
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::Max { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::CumulativeSum { .. } => GradientRole::Plain,
        }
    }

    fn feature(&self) -> FeatureRole {
        match self {
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::Max { .. }
            | Reduction::Any { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::CumulativeSum { .. } => FeatureRole::Makes,
        }
    }
}

/// The norm over `dims`, over all axes where there are none.
fn norm(x: &Tensor, ord: f64, dims: &[i64], keepdim: bool) -> Result<Tensor, TchError> {
    let rank = x.dim() as i64;
    let mut axes: Vec<i64> = match dims {
        [] => (0..rank).collect(),
        dims => dims.iter().map(|dim| dim.rem_euclid(rank.max(1))).collect(),
    };
    let within = dims.iter().all(|dim| (-rank..rank).contains(dim));
    axes.sort_unstable();
    axes.dedup();
    let fits = within && (dims.is_empty() || axes.len() == dims.len());
    if !fits || !x.f_is_floating_point()? || x.numel() == 0 {
        let shape = x.size();
        return Err(TchError::Shape(format!(
            "there is no norm of {shape:?} over the axes {dims:?}"
        )));
    }
    x.f_norm_scalaropt_dim(ord, axes.as_slice(), keepdim)
}
