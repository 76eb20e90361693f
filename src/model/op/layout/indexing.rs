//! Parts taken out of a tensor, put into it, or moved within it.

use tch::{Kind, TchError, Tensor};

use crate::model::op::geometry::{AxesBack, AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, count, replaced, without};

/// Parts of x, the first input.
#[derive(Debug, Clone, PartialEq)]
pub enum Indexing {
    /// One entry along `dim`, without that axis.
    Select {
        /// The axis that goes away; negative axes count from the end.
        dim: i64,
        /// The position along `dim`; negative ones count from the end.
        index: i64,
    },
    /// Every `step`th entry along `dim` from `start` up to, and without, `end`. Negative numbers
    /// count from the end.
    Slice {
        /// The axis that is cut; negative axes count from the end.
        dim: i64,
        /// The first entry that is kept; 0 where `None`.
        start: Option<i64>,
        /// The first entry that is not kept; the size of the axis where `None`.
        end: Option<i64>,
        /// The distance from one kept entry to the next, at least 1.
        step: i64,
    },
    /// x with one entry along `dim` replaced. Inputs: x, the entry.
    SelectScatter {
        /// The axis that the entry lacks; negative axes count from the end.
        dim: i64,
        /// The position along `dim`; negative ones count from the end.
        index: i64,
    },
    /// x with a slice replaced. Inputs: x, the slice.
    SliceScatter {
        /// The axis along which entries are replaced; negative axes count from the end.
        dim: i64,
        /// The first entry that is replaced; 0 where `None`.
        start: Option<i64>,
        /// The first entry that stays as it is; the size of the axis where `None`.
        end: Option<i64>,
        /// The distance from one replaced entry to the next, at least 1.
        step: i64,
    },
    /// The entries along `dim` that a list names. Inputs: x, the list.
    IndexSelect {
        /// The axis along which entries are picked; negative axes count from the end.
        dim: i64,
    },
    /// Entries named along several axes at once. Inputs: x, and for each axis that is `true` in
    /// `dims` a tensor of indices, or a mask of truth values.
    Index {
        /// Which axes are indexed, from the first one on; axes beyond the end of the list are not.
        dims: Vec<bool>,
    },
    /// Entries moved along axes; those that leave at one end come in at the other.
    Roll {
        /// By how many positions towards the end, one number for each axis in `dims`.
        shifts: Vec<i64>,
        /// The axes; negative ones count from the end. Empty for a roll over all elements in order.
        dims: Vec<i64>,
    },
}

impl Indexing {
    /// How what this takes out of a tensor is put back into it; `None` where nothing does that.
    pub fn put_back(&self) -> Option<Indexing> {
        match *self {
            Indexing::Select { dim, index } => Some(Indexing::SelectScatter { dim, index }),
            Indexing::Slice {
                dim,
                start,
                end,
                step,
            } => Some(Indexing::SliceScatter {
                dim,
                start,
                end,
                step,
            }),
            Indexing::SelectScatter { .. }
            | Indexing::SliceScatter { .. }
            | Indexing::IndexSelect { .. }
            | Indexing::Index { .. }
            | Indexing::Roll { .. } => None,
        }
    }
}

impl Operation for Indexing {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Indexing::Select { dim, index } => x.f_select(*dim, *index),
            Indexing::Slice {
                dim,
                start,
                end,
                step,
            } => x.f_slice(*dim, *start, *end, *step),
            Indexing::SelectScatter { dim, index } => {
                x.f_select_scatter(input(inputs, 1)?, *dim, *index)
            }
            Indexing::SliceScatter {
                dim,
                start,
                end,
                step,
            } => x.f_slice_scatter(input(inputs, 1)?, *dim, *start, *end, *step),
            Indexing::IndexSelect { dim } => x.f_index_select(*dim, input(inputs, 1)?),
            Indexing::Index { dims } => {
                let mut given = inputs.iter().skip(1).copied();
                let indices: Vec<Option<&Tensor>> = dims
                    .iter()
                    .map(|named| if *named { given.next() } else { None })
                    .collect();
                // A mask stands for as many axes as it has, which libtorch does not count. One
                // without axes gives more elements than were inferred.
                let axes = indices.iter().map(|index| match index {
                    Some(mask) if matches!(mask.f_kind(), Ok(Kind::Bool | Kind::Uint8)) => {
                        mask.dim()
                    }
                    Some(_) | None => 1,
                });
                if axes.clone().sum::<usize>() > x.dim() || axes.min() == Some(0) {
                    return Err(TchError::Shape(
                        "a mask has other axes than its tensor".into(),
                    ));
                }
                x.f_index(&indices)
            }
            Indexing::Roll { shifts, dims } => x.f_roll(shifts.as_slice(), dims.as_slice()),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        Ok(match self {
            Indexing::Select { dim, .. } => OutputShapes::one(without(x, *dim)?),
            Indexing::Slice {
                dim,
                start,
                end,
                step,
            } => {
                let axis = axis(*dim, x.len())?;
                let length = sliced(x[axis], *start, *end, *step)?;
                OutputShapes::one(replaced(x, axis, length))
            }
            Indexing::IndexSelect { .. } if x.is_empty() => OutputShapes::one(x),
            Indexing::IndexSelect { dim } => {
                let axis = axis(*dim, x.len())?;
                let list = shape::input(inputs, 1)?;
                let picked = count(list).ok_or_else(|| shape::implausible(list))?;
                OutputShapes::one(replaced(x, axis, picked))
            }
            Indexing::Index { dims } => indexed(x, dims, &inputs[1..])?,
            Indexing::SelectScatter { .. }
            | Indexing::SliceScatter { .. }
            | Indexing::Roll { .. } => OutputShapes::one(x),
        })
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Indexing::Select { .. }
            | Indexing::Slice { .. }
            | Indexing::SelectScatter { .. }
            | Indexing::SliceScatter { .. }
            | Indexing::IndexSelect { .. }
            | Indexing::Index { .. }
            | Indexing::Roll { .. } => Cost::of_each(outputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let takes = |axes| Traits {
            axes,
            ..Traits::MOVES
        };
        match self {
            Indexing::Select { dim, .. } => takes(AxesRule::Reduced {
                dims: std::slice::from_ref(dim),
                keepdim: false,
            }),
            Indexing::Slice {
                dim, start, step, ..
            } => Traits {
                field: if *step > 1 {
                    FieldRule::Strided {
                        dim: *dim,
                        step: *step,
                    }
                } else {
                    FieldRule::Same
                },
                ..takes(AxesRule::Sliced {
                    dim: *dim,
                    start: start.unwrap_or(0),
                    step: *step,
                })
            },
            Indexing::IndexSelect { dim } => takes(AxesRule::Picked { dim: *dim }),
            Indexing::Index { .. } => takes(AxesRule::Lost),
            Indexing::SelectScatter { .. } | Indexing::SliceScatter { .. } => {
                takes(AxesRule::Elementwise)
            }
            Indexing::Roll { .. } => Traits {
                axes_back: AxesBack::First,
                ..takes(AxesRule::Elementwise)
            },
        }
    }
}

/// How many entries of `size` a slice has.
fn sliced(size: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Result<i64, String> {
    if step < 1 {
        return Err(format!("it takes steps of {step}"));
    }
    let bound = |bound: i64| {
        let from_start = if bound < 0 {
            bound.saturating_add(size)
        } else {
            bound
        };
        from_start.clamp(0, size)
    };
    let (start, end) = (bound(start.unwrap_or(0)), bound(end.unwrap_or(size)));
    let length = i128::from((end - start).max(0));
    let steps = (length + i128::from(step) - 1) / i128::from(step);
    Ok(i64::try_from(steps).unwrap_or(i64::MAX))
}

/// The axes that are named become those of the indices, broadcast: in the place of the named axes
/// where these stand side by side, and in front of the others where not.
fn indexed(x: &[i64], dims: &[bool], indices: &[&[i64]]) -> Result<OutputShapes, String> {
    let is_named = |axis: usize| dims.get(axis).copied().unwrap_or(false);
    let named: Vec<usize> = (0..dims.len()).filter(|axis| is_named(*axis)).collect();
    if dims.len() > x.len() || named.len() != indices.len() {
        let (given, rank) = (indices.len(), x.len());
        return Err(format!(
            "it indexes the axes {named:?} of {rank} by {given} tensors"
        ));
    }
    let side_by_side = named.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    let first = match named.first() {
        Some(first) if side_by_side => *first,
        _ => 0,
    };
    let rest = |axis: &usize| !is_named(*axis);
    let mut shape: Shape = (0..first).map(|axis| x[axis]).collect();
    // A mask counts with all its elements: how many of them hold is not known here.
    let rank = indices.iter().map(|index| index.len()).max().unwrap_or(0);
    let longest = |from_end: usize| {
        let sizes = indices
            .iter()
            .filter_map(|index| index.iter().rev().nth(from_end));
        sizes.copied().max().unwrap_or(1)
    };
    shape.extend((0..rank).rev().map(longest));
    shape.extend((first..x.len()).filter(rest).map(|axis| x[axis]));
    Ok(OutputShapes::AtMost(vec![shape]))
}
