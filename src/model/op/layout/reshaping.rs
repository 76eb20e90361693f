//! The same elements in another shape or order of axes.

use tch::{TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{Cost, FeatureRole, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, count, with_inferred_size};

/// The elements of x, the first input.
#[derive(Debug, Clone, PartialEq)]
pub enum Reshaping {
    /// The axes from `start` to `end` become one.
    Flatten {
        /// The first axis of those that become one; negative axes count from the end.
        start: i64,
        /// The last of them, included; negative axes count from the end.
        end: i64,
    },
    /// Another shape, of which one size may be −1: `view` and `reshape`.
    Reshape {
        /// Sizes along each axis; a −1 is replaced by what the number of elements demands.
        shape: Vec<i64>,
    },
    /// The shape of another tensor. Inputs: x, that tensor.
    ReshapeAs,
    /// One axis becomes several, of which one size may be −1.
    Unflatten {
        /// The axis that is split; negative axes count from the end.
        dim: i64,
        /// Sizes of the new axes; their product is the size of the old one.
        sizes: Vec<i64>,
    },
    /// A new axis of size 1.
    Unsqueeze {
        /// The position of the new axis in the output; negative ones count from its end.
        dim: i64,
    },
    /// Without an axis of size 1; without all of them where `None`.
    Squeeze {
        /// The axis to drop, which stays where its size is not 1; negative axes count from the end.
        dim: Option<i64>,
    },
    /// Axes of size 1 repeat up to this size; −1 keeps a size.
    Expand {
        /// Sizes along each axis; it may have more axes than x, which are added in front.
        shape: Vec<i64>,
    },
    /// The same, to the shape of another tensor. Inputs: x, that tensor.
    ExpandAs,
    /// Two axes change places.
    Transpose {
        /// One axis; negative axes count from the end.
        a: i64,
        /// The other axis; negative axes count from the end.
        b: i64,
    },
    /// The axes in this order.
    Permute {
        /// For each axis of the output the axis of x; negative axes count from the end.
        dims: Vec<i64>,
    },
}

impl Operation for Reshaping {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Reshaping::Flatten { start, end } => {
                let flat = x.f_flatten(*start, *end)?;
                // What is flat already comes back as the very same tensor.
                if flat.size() == x.size() {
                    x.f_alias()
                } else {
                    Ok(flat)
                }
            }
            Reshaping::Reshape { shape } => x.f_reshape(shape.as_slice()),
            Reshaping::ReshapeAs => x.f_reshape(input(inputs, 1)?.size()),
            Reshaping::Unflatten { dim, sizes } => x.f_unflatten(*dim, sizes.as_slice()),
            Reshaping::Unsqueeze { dim } => x.f_unsqueeze(*dim),
            Reshaping::Squeeze { dim: Some(dim) } => x.f_squeeze_dim(*dim),
            Reshaping::Squeeze { dim: None } => x.f_squeeze(),
            Reshaping::Expand { shape } => x.f_expand(shape.as_slice(), false),
            Reshaping::ExpandAs => x.f_expand_as(input(inputs, 1)?),
            Reshaping::Transpose { a, b } => x.f_transpose(*a, *b),
            Reshaping::Permute { dims } => x.f_permute(dims.as_slice()),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let total = |shape: &[i64]| count(shape).ok_or_else(|| shape::implausible(shape));
        // A single number counts as a row of one.
        let axis_of_x = |dim: i64| axis(dim, x.len().max(1));
        let shape = match self {
            Reshaping::Flatten { .. } if x.is_empty() => vec![1],
            Reshaping::Flatten { start, end } => {
                let (start, end) = (axis(*start, x.len())?, axis(*end, x.len())?);
                if start > end {
                    return Err(format!("it flattens the axes from {start} to {end}"));
                }
                [&x[..start], &[total(&x[start..=end])?], &x[end + 1..]].concat()
            }
            Reshaping::Reshape { shape } => with_inferred_size(shape, total(x)?)?,
            Reshaping::ReshapeAs => with_inferred_size(shape::input(inputs, 1)?, total(x)?)?,
            Reshaping::Unflatten { dim, sizes } => {
                let axis = axis(*dim, x.len())?;
                let sizes = with_inferred_size(sizes, x[axis])?;
                [&x[..axis], &sizes, &x[axis + 1..]].concat()
            }
            Reshaping::Unsqueeze { dim } => {
                let (before, after) = x.split_at(axis(*dim, x.len() + 1)?);
                [before, &[1], after].concat()
            }
            Reshaping::Squeeze { dim: None } => {
                x.iter().copied().filter(|size| *size != 1).collect()
            }
            Reshaping::Squeeze { dim: Some(dim) } => {
                let mut shape = x.to_vec();
                let axis = axis_of_x(*dim)?;
                if shape.get(axis) == Some(&1) {
                    shape.remove(axis);
                }
                shape
            }
            Reshaping::Expand { shape } => expanded(x, shape)?,
            Reshaping::ExpandAs => expanded(x, shape::input(inputs, 1)?)?,
            Reshaping::Transpose { a, b } => {
                let (a, b) = (axis_of_x(*a)?, axis_of_x(*b)?);
                let mut shape = x.to_vec();
                if a != b {
                    shape.swap(a, b);
                }
                shape
            }
            Reshaping::Permute { dims } => {
                let order = dims.iter().map(|dim| axis(*dim, x.len()));
                let order = order.collect::<Result<Vec<_>, _>>()?;
                if order.len() != x.len() || (0..x.len()).any(|axis| !order.contains(&axis)) {
                    return Err(format!("it puts {} axes in the order {dims:?}", x.len()));
                }
                order.into_iter().map(|axis| x[axis]).collect()
            }
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Reshaping::Flatten { .. }
            | Reshaping::Reshape { .. }
            | Reshaping::ReshapeAs
            | Reshaping::Unflatten { .. }
            | Reshaping::Unsqueeze { .. }
            | Reshaping::Squeeze { .. }
            | Reshaping::Transpose { .. }
            | Reshaping::Permute { .. } => Cost::of_each(outputs),
            // A view, whose elements are counted because whatever reads it reads as many.
            Reshaping::Expand { .. } | Reshaping::ExpandAs => Cost::of_steps(0.0),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        match self {
            Reshaping::Flatten { .. }
            | Reshaping::Reshape { .. }
            | Reshaping::Unflatten { .. }
            | Reshaping::Unsqueeze { .. }
            | Reshaping::Squeeze { .. } => Traits {
                adjoint: Adjoint::Reshaped,
                axes: AxesRule::Regrouped,
                ..Traits::MOVES
            },
            Reshaping::ReshapeAs => Traits {
                axes: AxesRule::Regrouped,
                ..Traits::MOVES
            },
            Reshaping::Expand { .. } | Reshaping::ExpandAs => Traits {
                axes: AxesRule::Expanded,
                ..Traits::MOVES
            },
            Reshaping::Transpose { a, b } => Traits {
                axes: AxesRule::Swapped(*a, *b),
                axes_back: AxesBack::Swapped(*a, *b),
                feature: FeatureRole::Passes,
                ..Traits::MOVES
            },
            Reshaping::Permute { dims } => Traits {
                axes: AxesRule::Permuted(dims),
                axes_back: AxesBack::Permuted(dims),
                feature: FeatureRole::Passes,
                ..Traits::MOVES
            },
        }
    }
}

fn expanded(x: &[i64], shape: &[i64]) -> Result<Shape, String> {
    let unfit = || format!("{x:?} cannot be expanded to {shape:?}");
    let new = shape.len().checked_sub(x.len()).ok_or_else(unfit)?;
    let mut expanded = shape.to_vec();
    for (index, size) in expanded.iter_mut().enumerate() {
        let from = index.checked_sub(new).map(|axis| x[axis]);
        match (from, *size) {
            (Some(from), -1) => *size = from,
            (_, ..0) => return Err(unfit()),
            (None | Some(1), _) => {}
            (Some(from), size) if from == size => {}
            (Some(_), _) => return Err(unfit()),
        }
    }
    Ok(expanded)
}
