//! Values along an axis in order, and the positions that they had.

use tch::{TchError, Tensor};

use crate::model::op::operation::{GradientRole, Traits, input};
use crate::model::op::shape::{self, Shape, axis, reduced, replaced};
use crate::model::op::table::operations;

/// Which value lies where depends on the values.
const CHOOSES: Traits<'static> = Traits::MIXES;
/// Numbers of positions, which have no gradient.
const COUNTS: Traits<'static> = Traits {
    gradient: GradientRole::Stops,
    ..Traits::MIXES
};

operations! {
    /// The values of x, the first input, along an axis in order, or where they were.
    Sorting(inputs);

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

    /// The value below which a share of the values along an axis lies.
    Quantile {
        /// The share, from 0 to 1.
        share: f64,
        /// The axis; negative ones count from the end. All values where there is none.
        dim: Option<i64>,
        /// Whether the axis stays, with size 1.
        keepdim: bool,
        /// What is taken between two values: `linear`, `lower`, `higher`, `midpoint` or `nearest`.
        between: String,
    }
    run: input(inputs, 0)?.f_quantile_scalar(*share, *dim, *keepdim, between)?,
    shapes: {
        if !(0.0..=1.0).contains(share) {
            return Err(format!("the share is {share}"));
        }
        quantiles(shape::input(inputs, 0)?, *dim, *keepdim)?
    },
    traits: CHOOSES;

    /// The values below which several shares of the values along an axis lie. Inputs: x, the shares.
    Quantiles {
        /// The axis; negative ones count from the end. All values where there is none.
        dim: Option<i64>,
        /// Whether the axis stays, with size 1.
        keepdim: bool,
        /// As for one.
        between: String,
    }
    run: input(inputs, 0)?.f_quantile(input(inputs, 1)?, *dim, *keepdim, between)?,
    shapes: {
        let each = quantiles(shape::input(inputs, 0)?, *dim, *keepdim)?;
        match shape::input(inputs, 1)? {
            [] => each,
            [shares] => [vec![*shares], each].concat(),
            other => return Err(format!("shares of {other:?}")),
        }
    },
    traits: CHOOSES;
}

fn quantiles(x: &[i64], dim: Option<i64>, keepdim: bool) -> Result<Shape, String> {
    match dim {
        _ if x.contains(&0) => Err(format!("{x:?} is empty")),
        Some(dim) => reduced(x, &[dim], keepdim),
        None if keepdim => Ok(vec![1; x.len()]),
        None => Ok(Vec::new()),
    }
}

/// Stable, so that equal values stay in the order in which they were.
fn sorted(x: &Tensor, dim: i64, descending: bool) -> Result<(Tensor, Tensor), TchError> {
    x.f_sort_stable(true, dim, descending)
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
