//! Values gathered from positions that other values name, and put there.

use tch::{Kind, TchError, Tensor};

use crate::model::op::elementwise::scalar::Number;
use crate::model::op::geometry::AxesRule;
use crate::model::op::operation::{GradientRole, Traits, input};
use crate::model::op::shape::{self, axis, broadcast, replaced, total};
use crate::model::op::table::{Work, operations};

/// Positions are chosen by other values.
const CHOOSES: Traits<'static> = Traits::MIXES;
/// The same along one axis, where the axes stay.
const ALONG: Traits<'static> = Traits {
    axes: AxesRule::Elementwise,
    ..CHOOSES
};

operations! {
    /// The values of x, the first input, gathered from positions that indices name, or others put there.
    Scattering(inputs);

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
    traits: ALONG;

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
    traits: ALONG;

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
    traits: ALONG;

    /// x with the values of another tensor, in order, where a mask holds. Inputs: x, the mask, the values.
    MaskedScatter {}
    run: input(inputs, 0)?.f_masked_scatter(input(inputs, 1)?, input(inputs, 2)?)?,
    shapes: broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?,
    traits: ALONG;

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
    traits: Traits {
        gradient: GradientRole::Stops,
        ..CHOOSES
    };
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

fn of_kind(value: f64, like: &Tensor) -> Result<Tensor, TchError> {
    Number::from(value).tensor()?.f_to_kind(like.f_kind()?)
}
