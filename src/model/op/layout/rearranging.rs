//! The same values in other places: mirrored, turned, repeated, laid along a grid or a diagonal.

use tch::TchError;

use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{Traits, input};
use crate::model::op::shape::{self, Shape, axis, replaced, total};
use crate::model::op::table::operations;

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

operations! {
    /// The values of x, the first input, in other places.
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
