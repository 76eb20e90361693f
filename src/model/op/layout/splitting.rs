//! A tensor split into several.

use std::slice;

use tch::{TchError, Tensor};

use crate::model::op::geometry::AxesRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, replaced, without};

/// x, the first input, in several parts: the outputs, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Splitting {
    /// So many parts along `dim`, the last perhaps smaller.
    Chunk {
        /// The number of parts, at least 1; fewer come out where x does not divide into as many.
        chunks: i64,
        /// The axis that is split; negative axes count from the end.
        dim: i64,
    },
    /// Parts of these sizes along `dim`.
    Split {
        /// The size of each part; they add up to the size of the axis.
        sizes: Vec<i64>,
        /// The axis that is split; negative axes count from the end.
        dim: i64,
    },
    /// Parts of one size along `dim`, the last perhaps smaller.
    SplitEvery {
        /// The size of every part but perhaps the last.
        size: i64,
        /// The axis that is split; negative axes count from the end.
        dim: i64,
    },
    /// All entries along `dim`, without that axis.
    Unbind {
        /// The axis that goes away; negative axes count from the end.
        dim: i64,
    },
}

impl Operation for Splitting {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        match self {
            Splitting::Chunk { chunks, dim } => x.f_chunk(*chunks, *dim),
            Splitting::Split { sizes, dim } => x.f_split_with_sizes(sizes.as_slice(), *dim),
            Splitting::SplitEvery { size, dim } => x.f_split(*size, *dim),
            Splitting::Unbind { dim } => x.f_unbind(*dim),
        }
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let parts = |axis: usize, sizes: Vec<i64>| {
            let part = |size: i64| replaced(x, axis, size);
            OutputShapes::Exact(sizes.into_iter().map(part).collect())
        };
        Ok(match self {
            Splitting::Chunk { chunks, dim } => {
                let axis = axis(*dim, x.len())?;
                let sizes = match (x[axis], *chunks) {
                    (_, ..1) => return Err(format!("it makes {chunks} parts")),
                    (0, chunks) => vec![0; few(chunks)?],
                    (size, chunks) => every(size, size.saturating_add(chunks - 1) / chunks)?,
                };
                parts(axis, sizes)
            }
            Splitting::Split { sizes, dim } => {
                let axis = axis(*dim, x.len())?;
                let total: i128 = sizes.iter().map(|size| i128::from(*size)).sum();
                if sizes.iter().any(|size| *size < 0) || total != i128::from(x[axis]) {
                    return Err(format!("it splits {} into {sizes:?}", x[axis]));
                }
                parts(axis, sizes.clone())
            }
            Splitting::SplitEvery { size, dim } => {
                let axis = axis(*dim, x.len())?;
                if *size < 0 || (*size == 0 && x[axis] != 0) {
                    return Err(format!("it splits {} into parts of {size}", x[axis]));
                }
                parts(axis, every(x[axis], *size)?)
            }
            Splitting::Unbind { dim } => {
                let part = without(x, *dim)?;
                let count = few(x[axis(*dim, x.len())?])?;
                OutputShapes::Exact(vec![part; count])
            }
        })
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Splitting::Chunk { .. }
            | Splitting::Split { .. }
            | Splitting::SplitEvery { .. }
            | Splitting::Unbind { .. } => Cost::of_each(outputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let axes = match self {
            Splitting::Chunk { dim, .. }
            | Splitting::Split { dim, .. }
            | Splitting::SplitEvery { dim, .. } => AxesRule::Parts { dim: *dim },
            Splitting::Unbind { dim } => AxesRule::Reduced {
                dims: slice::from_ref(dim),
                keepdim: false,
            },
        };
        Traits {
            axes,
            ..Traits::MOVES
        }
    }
}

/// A number of outputs.
///
/// # Errors
/// In words, where there are more than any network has: each would be a tensor of its own.
fn few(parts: i64) -> Result<usize, String> {
    const MAX_PARTS: i64 = 1 << 16;
    match usize::try_from(parts) {
        Ok(few) if parts <= MAX_PARTS => Ok(few),
        _ => Err(format!("it makes {parts} parts")),
    }
}

/// The sizes of the parts where `size` entries are split into parts of `part`: one at least.
fn every(size: i64, part: i64) -> Result<Vec<i64>, String> {
    if size == 0 || part == 0 {
        return Ok(vec![0]);
    }
    let count = few((size - 1) / part + 1)?;
    let mut sizes = vec![part; count];
    if let Some(last) = sizes.last_mut() {
        *last = size - (size - 1) / part * part;
    }
    Ok(sizes)
}
