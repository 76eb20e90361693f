//! Sums, means and the like along axes.

use tch::{Kind, TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, reduced};

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
    /// (Σ |x|ᵒʳᵈ)^(1/ord)
    VectorNorm {
        /// The order of the norm: 1 for the sum of absolute values, 2 for the Euclidean length.
        ord: f64,
        /// The axes to measure along; negative ones count from the end.
        dims: Vec<i64>,
        /// Whether these axes stay, with size 1.
        keepdim: bool,
    },
    /// The mean square distance from the mean, or its root.
    Variance {
        /// Subtracted from the number of elements: 1 is PyTorch's default.
        correction: f64,
        /// Whether the root is taken: the standard deviation.
        root: bool,
        /// The axes to measure along; negative ones count from the end.
        dims: Vec<i64>,
        /// Whether these axes stay, with size 1.
        keepdim: bool,
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
                x.f_sum(sum_kind(x)?)?
            }
            Reduction::Sum { dims, keepdim } => {
                x.f_sum_dim_intlist(dims.as_slice(), *keepdim, sum_kind(x)?)?
            }
            Reduction::VectorNorm { ord, dims, keepdim } => norm(x, *ord, dims, *keepdim)?,
            Reduction::Variance {
                correction,
                root,
                dims,
                keepdim,
            } => {
                // tch would panic at what libtorch refuses.
                let axes = axes(x, dims)?;
                if *root {
                    x.f_std_correction(axes.as_slice(), *correction, *keepdim)?
                } else {
                    x.f_var_correction(axes.as_slice(), *correction, *keepdim)?
                }
            }
        };
        Ok(vec![y])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let shape = match self {
            Reduction::Mean { dims, keepdim }
            | Reduction::Sum { dims, keepdim }
            | Reduction::Variance { dims, keepdim, .. }
            | Reduction::VectorNorm { dims, keepdim, .. } => reduced(x, dims, *keepdim),
        };
        shape.map(OutputShapes::one)
    }

    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        match self {
            Reduction::Mean { .. }
            | Reduction::Sum { .. }
            | Reduction::VectorNorm { .. }
            | Reduction::Variance { .. } => Cost::of_each(inputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let along = |dims, keepdim: &bool| Traits {
            field: FieldRule::Reduced(dims),
            axes: AxesRule::Reduced {
                dims,
                keepdim: *keepdim,
            },
            ..Traits::MIXES
        };
        match self {
            Reduction::Mean { dims, keepdim } if !dims.is_empty() => Traits {
                adjoint: Adjoint::Spread { dims: dims.clone() },
                ..along(dims, keepdim)
            },
            Reduction::Mean { dims, keepdim }
            | Reduction::Sum { dims, keepdim }
            | Reduction::Variance { dims, keepdim, .. }
            | Reduction::VectorNorm { dims, keepdim, .. } => along(dims, keepdim),
        }
    }
}

/// The norm over `dims`, over all axes where there are none.
fn norm(x: &Tensor, ord: f64, dims: &[i64], keepdim: bool) -> Result<Tensor, TchError> {
    x.f_norm_scalaropt_dim(ord, axes(x, dims)?.as_slice(), keepdim)
}

/// The axes of a tensor of floats, from the first on.
fn axes(x: &Tensor, dims: &[i64]) -> Result<Vec<i64>, TchError> {
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
    Ok(axes)
}

/// Integers and truth values add up to integers.
fn sum_kind(x: &Tensor) -> Result<Kind, TchError> {
    if x.f_is_floating_point()? {
        x.f_kind()
    } else {
        Ok(Kind::Int64)
    }
}
