//! Values moved, repeated, gathered and scattered, one row for each operation.

use tch::{Kind, TchError, Tensor};

use crate::model::op::elementwise::scalar::Number;
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, Traits, input};
use crate::model::op::shape::{self, Shape, axis, broadcast, count, replaced};
use crate::model::op::table::{Work, operations};

/// Nothing has a diagonal farther from the main one; larger numbers would overflow.
const MAX_OFFSET: i64 = 1 << 40;

/// The same values as before, where there are new axes or an order that is not known.
const MOVES: Traits<'static> = Traits::MOVES;
/// Each value where it was.
const STAYS: Traits<'static> = Traits {
    axes: AxesRule::Elementwise,
    axes_back: AxesBack::First,
    ..Traits::MOVES
};
/// Positions are chosen by other values.
const CHOOSES: Traits<'static> = Traits::MIXES;
/// Numbers of positions, which have no gradient.
const COUNTS: Traits<'static> = Traits {
    gradient: GradientRole::Stops,
    ..Traits::MIXES
};

operations! {
    /// The values of x, the first input, moved, repeated, gathered or scattered.
    Rearranging(inputs);

    /// The axes in opposite order.
    Flip {
        /// The axes; negative ones count from the end.
        dims: Vec<i64>,
    }
    run: input(inputs, 0)?.f_flip(dims.as_slice())?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        different(dims, x.len())?;
        x.to_vec()
    },
    traits: STAYS;

    /// Turned by quarters.
    Rot90 {
        /// How many quarters, from the first of the two axes toward the second.
        k: i64,
        /// Two different axes; negative ones count from the end.
        dims: Vec<i64>,
    }
    run: input(inputs, 0)?.f_rot90(*k, dims.as_slice())?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        let [a, b] = different(dims, x.len())?[..] else {
            return Err(format!("it turns the axes {dims:?}"));
        };
        let mut shape = x.to_vec();
        if k.rem_euclid(2) == 1 {
            shape.swap(a, b);
        }
        shape
    },
    traits: MOVES;

    /// x several times side by side, with new axes in front where there are more numbers than axes.
    Repeat {
        /// How many times along each axis.
        repeats: Vec<i64>,
    }
    run: input(inputs, 0)?.f_repeat(repeats.as_slice())?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        let new = repeats.len().checked_sub(x.len());
        let new = new.ok_or_else(|| format!("it repeats {} axes {repeats:?} times", x.len()))?;
        if repeats.iter().any(|times| *times < 0) {
            return Err(format!("it repeats {repeats:?} times"));
        }
        let sizes = std::iter::repeat_n(&1, new).chain(x);
        sizes.zip(repeats).map(|(size, times)| size.saturating_mul(*times)).collect()
    },
    traits: MOVES;

    /// Each entry several times in a row.
    RepeatInterleave {
        /// How many times.
        repeats: i64,
        /// Along which axis; along a row of all elements where `None`.
        dim: Option<i64>,
    }
    run: input(inputs, 0)?.f_repeat_interleave_self_int(*repeats, *dim, None::<i64>)?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        if *repeats < 0 {
            return Err(format!("it repeats {repeats} times"));
        }
        match dim {
            None => vec![total(x)?.saturating_mul(*repeats)],
            Some(dim) => {
                let axis = axis(*dim, x.len())?;
                replaced(x, axis, x[axis].saturating_mul(*repeats))
            }
        }
    },
    traits: MOVES;

    /// One of the inputs, all of which are rows, along its own axis of a grid with one axis for each row.
    Grid {
        /// Which input.
        index: usize,
        /// Whether the first two axes change places.
        swapped: bool,
    }
    run: {
        let sizes: Vec<i64> = inputs.iter().map(|row| row.numel() as i64).collect();
        let mut along = vec![1; sizes.len()];
        let axis = grid_axis(*index, *swapped, sizes.len());
        if let Some(along) = along.get_mut(axis) {
            *along = -1;
        }
        let row = input(inputs, *index)?.f_reshape(along)?;
        row.f_expand(grid(&sizes, *swapped), false)?
    },
    shapes: {
        let sizes = inputs.iter().map(|row| match row {
            [] => Ok(1),
            [length] => Ok(*length),
            other => Err(format!("{other:?} is no row")),
        });
        grid(&sizes.collect::<Result<Vec<_>, _>>()?, *swapped)
    },
    traits: MOVES;

    /// A diagonal of two axes, as the last axis.
    Diagonal {
        /// Which one: above the main diagonal where positive.
        offset: i64,
        /// The axis of the rows.
        rows: i64,
        /// The axis of the columns.
        columns: i64,
    }
    run: input(inputs, 0)?.f_diagonal(bounded(*offset)?, *rows, *columns)?,
    shapes: diagonal(shape::input(inputs, 0)?, *offset, *rows, *columns)?,
    traits: MOVES;

    /// x with a diagonal of two axes replaced. Inputs: x, the diagonal.
    DiagonalScatter {
        /// Which one: above the main diagonal where positive.
        offset: i64,
        /// The axis of the rows.
        rows: i64,
        /// The axis of the columns.
        columns: i64,
    }
    run: input(inputs, 0)?.f_diagonal_scatter(input(inputs, 1)?, bounded(*offset)?, *rows, *columns)?,
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: STAYS;

    /// Matrices with the last axis on a diagonal and zeros beside it.
    DiagonalEmbed {
        /// Which one: above the main diagonal where positive.
        offset: i64,
        /// Where the axis of the rows goes.
        rows: i64,
        /// Where the axis of the columns goes.
        columns: i64,
    }
    run: input(inputs, 0)?.f_diag_embed(bounded(*offset)?, *rows, *columns)?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        let (last, rest) = x.split_last().ok_or("it has no axis")?;
        let (rows, columns) = (axis(*rows, x.len() + 1)?, axis(*columns, x.len() + 1)?);
        let side = last.saturating_add(offset.saturating_abs());
        let mut others = rest.iter();
        let size = |axis| {
            if axis == rows || axis == columns { side } else { others.next().copied().unwrap_or(1) }
        };
        (0..=x.len()).map(size).collect()
    },
    traits: MOVES;

    /// Zeros in the place of what lies on one side of a diagonal of the last two axes.
    Triangle {
        /// Which diagonal: above the main one where positive.
        diagonal: i64,
        /// Whether what lies above it is kept, or else below.
        upper: bool,
    }
    run: {
        let (x, diagonal) = (input(inputs, 0)?, bounded(*diagonal)?);
        if *upper { x.f_triu(diagonal)? } else { x.f_tril(diagonal)? }
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: STAYS;

    /// For each index the value along `dim` that it names. Inputs: x, the indices.
    Gather {
        /// The axis; negative ones count from the end.
        dim: i64,
    }
    run: input(inputs, 0)?.f_gather(*dim, input(inputs, 1)?, false)?,
    shapes: shape::input(inputs, 1)?.to_vec(),
    traits: CHOOSES;

    /// The same with x and indices broadcast along the other axes. Inputs: x, the indices.
    TakeAlong {
        /// The axis; a row of all elements where `None`.
        dim: Option<i64>,
    }
    run: input(inputs, 0)?.f_take_along_dim(input(inputs, 1)?, *dim)?,
    shapes: {
        let (x, picked) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        match dim {
            None => vec![total(picked)?],
            Some(dim) if x.len() == picked.len() => {
                let axis = axis(*dim, x.len())?;
                broadcast(&replaced(x, axis, picked[axis]), picked)?
            }
            Some(_) => return Err(format!("it indexes {x:?} by {picked:?}")),
        }
    },
    traits: CHOOSES;

    /// x with values put where indices say. Inputs: x, the indices, the values.
    Scatter {
        /// The axis along which indices count; negative ones count from the end.
        dim: i64,
        /// How values are combined that meet at one position.
        combine: Combine,
    }
    run: {
        let (x, indices, values) = (input(inputs, 0)?, input(inputs, 1)?, input(inputs, 2)?);
        match combine {
            Combine::Replace => x.f_scatter(*dim, indices, values)?,
            Combine::Add => x.f_scatter_add(*dim, indices, values)?,
            Combine::Reduce { how, include } => {
                x.f_internal_scatter_reduce(*dim, indices, values, how, *include)?
            }
        }
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: CHOOSES;

    /// x with a number put where indices say. Inputs: x, the indices.
    ScatterNumber {
        /// The axis along which indices count; negative ones count from the end.
        dim: i64,
        /// The number.
        value: f64,
    }
    run: {
        let (x, indices) = (input(inputs, 0)?, input(inputs, 1)?);
        let value = of_kind(*value, x)?.f_expand(indices.size(), false)?;
        x.f_scatter(*dim, indices, &value)?
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: CHOOSES;

    /// x with entries named along several axes at once replaced. Inputs: x, the new entries, and for each
    /// axis that is `true` in `dims` a tensor of indices, or a mask of truth values.
    IndexPut {
        /// Which axes are indexed, from the first one on.
        dims: Vec<bool>,
        /// Whether they are added to the old ones instead.
        accumulate: bool,
    }
    run: {
        let x = input(inputs, 0)?;
        let mut given = inputs.iter().skip(2).copied();
        let indices: Vec<Option<&Tensor>> =
            dims.iter().map(|named| if *named { given.next() } else { None }).collect();
        let axes = indices.iter().map(|index| match index {
            Some(mask) if matches!(mask.f_kind(), Ok(Kind::Bool | Kind::Uint8)) => mask.dim(),
            Some(_) | None => 1,
        });
        if axes.clone().sum::<usize>() > x.dim() || axes.min() == Some(0) {
            return Err(TchError::Shape("a mask has other axes than its tensor".into()));
        }
        let values = input(inputs, 1)?.f_to_kind(x.f_kind()?)?;
        x.f_index_put(&indices, &values, *accumulate)?
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    // Indices broadcast against each other make copies of what they pick.
    work: {
        let rest = inputs.first().map_or(0.0, |x| shape::elements(x));
        let indices = inputs.iter().skip(2);
        let together = indices.clone().try_fold(Vec::new(), |all, index| broadcast(&all, index));
        let positions = match together {
            Ok(shape) => shape::elements(&shape),
            // Masks, each of which picks at most what it covers.
            Err(_) => indices.map(|index| shape::elements(index)).product(),
        };
        let named = dims.iter().copied().chain(std::iter::repeat(false));
        let whole = inputs.first().copied().unwrap_or_default().iter().zip(named);
        let each: f64 = whole.filter(|(_, named)| !named).map(|(size, _)| *size as f64).product();
        Work::Held(rest + positions * each)
    },
    traits: Traits { axes: AxesRule::Elementwise, ..CHOOSES };

    /// x with entries along `dim` replaced or added to. Inputs: x, the list of indices, the entries.
    IndexAdd {
        /// The axis; negative ones count from the end.
        dim: i64,
        /// The factor of what is added; the entries replace the old ones where `None`.
        alpha: Option<f64>,
    }
    run: {
        let (x, indices, values) = (input(inputs, 0)?, input(inputs, 1)?, input(inputs, 2)?);
        match alpha {
            Some(alpha) => x.f_index_add(*dim, indices, &values.f_mul(&of_kind(*alpha, values)?)?)?,
            None => x.f_index_copy(*dim, indices, values)?,
        }
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: Traits { axes: AxesRule::Elementwise, ..CHOOSES };

    /// x with one number in entries along `dim`. Inputs: x, the list of indices.
    IndexFill {
        /// The axis; negative ones count from the end.
        dim: i64,
        /// The number.
        value: f64,
    }
    run: {
        let x = input(inputs, 0)?;
        x.f_index_fill_int_tensor(*dim, input(inputs, 1)?, &of_kind(*value, x)?)?
    },
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: Traits { axes: AxesRule::Elementwise, ..CHOOSES };

    /// x with the values of another tensor, in order, where a mask holds. Inputs: x, the mask, the values.
    MaskedScatter {}
    run: input(inputs, 0)?.f_masked_scatter(input(inputs, 1)?, input(inputs, 2)?)?,
    shapes: broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?,
    traits: Traits { axes: AxesRule::Elementwise, ..CHOOSES };

    /// The rows of a table that indices name. Inputs: the table, the indices.
    Embedding {}
    run: Tensor::f_embedding(input(inputs, 0)?, input(inputs, 1)?, -1, false, false)?,
    shapes: {
        let (table, indices) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let &[_, width] = table else {
            return Err(format!("its table has the shape {table:?}"));
        };
        [indices, &[width]].concat()
    },
    traits: CHOOSES;

    /// For each number a row of zeros with a one at its position.
    OneHot {
        /// How long a row is.
        classes: i64,
    }
    run: input(inputs, 0)?.f_one_hot(*classes)?,
    shapes: {
        if *classes < 1 {
            return Err(format!("it makes rows of {classes}"));
        }
        [shape::input(inputs, 0)?, &[*classes]].concat()
    },
    traits: COUNTS;

    /// The values along an axis in order.
    Sorted {
        /// The axis; negative ones count from the end.
        dim: i64,
        /// Whether the largest comes first.
        descending: bool,
    }
    run: sorted(input(inputs, 0)?, *dim, *descending)?.0,
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: CHOOSES;

    /// The positions that the values along an axis had before they were put in order.
    SortedPositions {
        /// The axis; negative ones count from the end.
        dim: i64,
        /// Whether the largest comes first.
        descending: bool,
    }
    run: sorted(input(inputs, 0)?, *dim, *descending)?.1,
    shapes: shape::input(inputs, 0)?.to_vec(),
    traits: COUNTS;

    /// The largest or smallest values along an axis, in order.
    Top {
        /// How many.
        k: i64,
        /// The axis; negative ones count from the end.
        dim: i64,
        /// Whether the largest, or else the smallest.
        largest: bool,
    }
    run: input(inputs, 0)?.f_topk(*k, *dim, *largest, true)?.0,
    shapes: top(shape::input(inputs, 0)?, *k, *dim)?,
    traits: CHOOSES;

    /// The positions of the largest or smallest values along an axis.
    TopPositions {
        /// How many.
        k: i64,
        /// The axis; negative ones count from the end.
        dim: i64,
        /// Whether the largest, or else the smallest.
        largest: bool,
    }
    run: input(inputs, 0)?.f_topk(*k, *dim, *largest, true)?.1,
    shapes: top(shape::input(inputs, 0)?, *k, *dim)?,
    traits: COUNTS;

    /// The first half of an axis times the sigmoid of the second.
    GatedHalves {
        /// The axis; negative ones count from the end.
        dim: i64,
    }
    run: input(inputs, 0)?.f_glu(*dim)?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        let axis = axis(*dim, x.len())?;
        if x[axis] % 2 != 0 {
            return Err(format!("it halves an axis of {}", x[axis]));
        }
        replaced(x, axis, x[axis] / 2)
    },
    traits: MOVES;
}

/// How values are combined that are scattered to one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Combine {
    /// They replace what was there.
    Replace,
    /// They are added to it.
    Add,
    /// As `torch.scatter_reduce` does.
    Reduce {
        /// `"sum"`, `"prod"`, `"mean"`, `"amax"` or `"amin"`.
        how: String,
        /// Whether with what was there.
        include: bool,
    },
}

/// Stable, so that equal values stay in the order in which they were.
fn sorted(x: &Tensor, dim: i64, descending: bool) -> Result<(Tensor, Tensor), TchError> {
    x.f_sort_stable(true, dim, descending)
}

fn of_kind(value: f64, like: &Tensor) -> Result<Tensor, TchError> {
    Number::from(value).tensor()?.f_to_kind(like.f_kind()?)
}

/// The shape of a grid of rows of these lengths.
fn grid(sizes: &[i64], swapped: bool) -> Shape {
    let axes = 0..sizes.len();
    axes.map(|axis| sizes[grid_axis(axis, swapped, sizes.len())])
        .collect()
}

/// Where a row lies in a grid of so many.
fn grid_axis(index: usize, swapped: bool, rows: usize) -> usize {
    match index {
        0 if swapped && rows > 1 => 1,
        1 if swapped => 0,
        index => index,
    }
}

fn bounded(offset: i64) -> Result<i64, TchError> {
    if offset.saturating_abs() <= MAX_OFFSET {
        Ok(offset)
    } else {
        Err(TchError::Shape(format!("there is no diagonal {offset}")))
    }
}

fn total(shape: &[i64]) -> Result<i64, String> {
    count(shape).ok_or_else(|| shape::implausible(shape))
}

/// Axes by their numbers.
///
/// # Errors
/// In words, where one does not exist or is named twice.
fn different(dims: &[i64], rank: usize) -> Result<Vec<usize>, String> {
    let axes = dims.iter().map(|dim| axis(*dim, rank.max(1)));
    let axes = axes.collect::<Result<Vec<_>, _>>()?;
    match (1..axes.len()).find(|index| axes[..*index].contains(&axes[*index])) {
        Some(twice) => Err(format!("it names axis {} twice", axes[twice])),
        None => Ok(axes),
    }
}

fn diagonal(x: &[i64], offset: i64, rows: i64, columns: i64) -> Result<Shape, String> {
    let (a, b) = (axis(rows, x.len())?, axis(columns, x.len())?);
    if a == b || offset.saturating_abs() > MAX_OFFSET {
        return Err(format!(
            "there is no diagonal {offset} of axes {rows} and {columns}"
        ));
    }
    let length = if offset >= 0 {
        x[a].min(x[b] - offset)
    } else {
        (x[a] + offset).min(x[b])
    };
    let rest = (0..x.len()).filter(|axis| *axis != a && *axis != b);
    Ok(rest.map(|axis| x[axis]).chain([length.max(0)]).collect())
}

fn top(x: &[i64], k: i64, dim: i64) -> Result<Shape, String> {
    if x.is_empty() {
        axis(dim, 1)?;
        return if (0..=1).contains(&k) {
            Ok(Vec::new())
        } else {
            Err(format!("it takes {k} of one"))
        };
    }
    let axis = axis(dim, x.len())?;
    if !(0..=x[axis]).contains(&k) {
        return Err(format!("it takes {k} of {}", x[axis]));
    }
    Ok(replaced(x, axis, k))
}
