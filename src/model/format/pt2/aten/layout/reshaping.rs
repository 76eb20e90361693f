//! Operators that give the same values another shape or order of dimensions.

use crate::model::format::pt2::aten::call::{self, Call, Sharing, binary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Reshaping;
use crate::model::op::shape::axis;

pub const TABLE: Table = &[
    (&["flatten.using_ints"], flatten),
    (&["unflatten.int"], unflatten),
    (&["view.default", "_unsafe_view.default"], view),
    (&["reshape.default"], reshape),
    (&["reshape_as.default", "view_as.default"], reshape_as),
    (&["as_strided.default"], as_strided),
    (&["expand.default", "broadcast_to.default"], expand),
    (&["expand_as.default"], expand_as),
    (&["transpose.int", "swapdims.default"], transpose),
    (&["swapaxes.default"], swap_axes),
    (&["t.default"], transpose_matrix),
    (&["permute.default"], permute),
    (&["numpy_T.default"], reversed),
    (
        &[
            "mT.default",
            "mH.default",
            "adjoint.default",
            "matrix_H.default",
        ],
        transpose_matrices,
    ),
    (&["movedim.int", "movedim.intlist"], movedim),
    (&["ravel.default"], ravel),
    (&["squeeze.default"], squeeze),
    (&["squeeze.dim"], squeeze_dim),
    (&["squeeze.dims"], squeeze_dims),
    (&["unsqueeze.default"], unsqueeze),
];

fn flatten(args: Args<'_>) -> Answer<Call<'_>> {
    let (start, end) = (args.int_or("start_dim", 0)?, args.int_or("end_dim", -1)?);
    call::view(Reshaping::Flatten { start, end }, args)
}

fn unflatten(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, sizes) = (args.int("dim")?, args.ints("sizes")?);
    call::view(Reshaping::Unflatten { dim, sizes }, args)
}

fn view(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("size")?;
    call::view(Reshaping::Reshape { shape }, args)
}

fn reshape(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("shape")?;
    call::view(Reshaping::Reshape { shape }, args)
}

fn reshape_as(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        sharing: Sharing::View,
        ..binary(Reshaping::ReshapeAs, args, "other")?
    })
}

/// Supported where it is a reshape: at most one dimension is not of size 1, and its elements are adjacent,
/// from the first one on.
fn as_strided(args: Args<'_>) -> Answer<Call<'_>> {
    let (shape, strides) = (args.ints("size")?, args.ints("stride")?);
    let long = shape.iter().zip(&strides).filter(|(size, _)| **size != 1);
    let in_order = long.clone().count() <= 1 && long.into_iter().all(|(_, s)| *s == 1);
    if !in_order || args.int_or("storage_offset", 0)? != 0 {
        return beyond("it is not a reshape");
    }
    call::view(Reshaping::Reshape { shape }, args)
}

fn expand(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("size")?;
    call::view(Reshaping::Expand { shape }, args)
}

fn expand_as(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        sharing: Sharing::View,
        ..binary(Reshaping::ExpandAs, args, "other")?
    })
}

fn transpose(args: Args<'_>) -> Answer<Call<'_>> {
    let (a, b) = (args.int("dim0")?, args.int("dim1")?);
    call::view(Reshaping::Transpose { a, b }, args)
}

fn swap_axes(args: Args<'_>) -> Answer<Call<'_>> {
    let (a, b) = (args.int("axis0")?, args.int("axis1")?);
    call::view(Reshaping::Transpose { a, b }, args)
}

fn transpose_matrix(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Transpose { a: 0, b: 1 }, args)
}

fn permute(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    call::view(Reshaping::Permute { dims }, args)
}

fn squeeze(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Squeeze { dim: None }, args)
}

fn squeeze_dim(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = Some(args.int("dim")?);
    call::view(Reshaping::Squeeze { dim }, args)
}

fn squeeze_dims(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dim")?;
    if let [dim] = dims[..] {
        return call::view(Reshaping::Squeeze { dim: Some(dim) }, args);
    }
    let rank = args.rank("self")? as i64;
    let from_start = |dim: &i64| {
        if *dim < 0 {
            dim.saturating_add(rank)
        } else {
            *dim
        }
    };
    let mut dims: Vec<i64> = dims.iter().map(from_start).collect();
    // The last one first, so that the others keep their numbers.
    dims.sort_unstable();
    let mut squeezes = dims
        .into_iter()
        .rev()
        .map(|dim| Reshaping::Squeeze { dim: Some(dim) });
    let Some(first) = squeezes.next() else {
        return call::same(args, "self");
    };
    let mut read = call::view(first, args)?;
    for next in squeezes {
        read = read.then(next);
    }
    Ok(read)
}

/// All axes in opposite order.
fn reversed(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = (0..args.rank("self")? as i64).rev().collect();
    call::view(Reshaping::Permute { dims }, args)
}

/// The last two axes change places.
fn transpose_matrices(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Transpose { a: -2, b: -1 }, args)
}

fn movedim(args: Args<'_>) -> Answer<Call<'_>> {
    let (from, to) = (args.ints("source")?, args.ints("destination")?);
    let rank = args.rank("self")?;
    let places = |dims: &[i64]| -> Result<Vec<usize>, String> {
        dims.iter().map(|dim| axis(*dim, rank)).collect()
    };
    let (Ok(from), Ok(to)) = (places(&from), places(&to)) else {
        return beyond(format!("it moves axes that are none of {rank}"));
    };
    if from.len() != to.len() {
        return beyond("it moves axes to another number of places");
    }
    let mut others = (0..rank).filter(|axis| !from.contains(axis));
    let moved = |place: usize| match to.iter().position(|to| *to == place) {
        Some(index) => Some(from[index]),
        None => others.next(),
    };
    let dims = (0..rank)
        .filter_map(moved)
        .map(|axis| axis as i64)
        .collect();
    call::view(Reshaping::Permute { dims }, args)
}

fn ravel(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Flatten { start: 0, end: -1 }, args)
}

fn unsqueeze(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    call::view(Reshaping::Unsqueeze { dim }, args)
}
