//! Operators that give the same values another shape or order of dimensions.

use super::call::{self, Call, Sharing, binary};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Reshaping;

pub fn flatten(args: Args<'_>) -> Answer<Call<'_>> {
    let (start, end) = (args.int_or("start_dim", 0)?, args.int_or("end_dim", -1)?);
    call::view(Reshaping::Flatten { start, end }, args)
}

pub fn unflatten(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, sizes) = (args.int("dim")?, args.ints("sizes")?);
    call::view(Reshaping::Unflatten { dim, sizes }, args)
}

pub fn view(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("size")?;
    call::view(Reshaping::Reshape { shape }, args)
}

pub fn reshape(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("shape")?;
    call::view(Reshaping::Reshape { shape }, args)
}

pub fn reshape_as(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        sharing: Sharing::View,
        ..binary(Reshaping::ReshapeAs, args, "other")?
    })
}

/// Supported where it is a reshape: at most one dimension is not of size 1, and its elements are adjacent,
/// from the first one on.
pub fn as_strided(args: Args<'_>) -> Answer<Call<'_>> {
    let (shape, strides) = (args.ints("size")?, args.ints("stride")?);
    let long = shape.iter().zip(&strides).filter(|(size, _)| **size != 1);
    let in_order = long.clone().count() <= 1 && long.into_iter().all(|(_, s)| *s == 1);
    if !in_order || args.int_or("storage_offset", 0)? != 0 {
        return beyond("it is not a reshape");
    }
    call::view(Reshaping::Reshape { shape }, args)
}

pub fn expand(args: Args<'_>) -> Answer<Call<'_>> {
    let shape = args.ints("size")?;
    call::view(Reshaping::Expand { shape }, args)
}

pub fn expand_as(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        sharing: Sharing::View,
        ..binary(Reshaping::ExpandAs, args, "other")?
    })
}

pub fn transpose(args: Args<'_>) -> Answer<Call<'_>> {
    let (a, b) = (args.int("dim0")?, args.int("dim1")?);
    call::view(Reshaping::Transpose { a, b }, args)
}

pub fn swap_axes(args: Args<'_>) -> Answer<Call<'_>> {
    let (a, b) = (args.int("axis0")?, args.int("axis1")?);
    call::view(Reshaping::Transpose { a, b }, args)
}

pub fn transpose_matrix(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Transpose { a: 0, b: 1 }, args)
}

pub fn permute(args: Args<'_>) -> Answer<Call<'_>> {
    let dims = args.ints("dims")?;
    call::view(Reshaping::Permute { dims }, args)
}

pub fn squeeze(args: Args<'_>) -> Answer<Call<'_>> {
    call::view(Reshaping::Squeeze { dim: None }, args)
}

pub fn squeeze_dim(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = Some(args.int("dim")?);
    call::view(Reshaping::Squeeze { dim }, args)
}

pub fn squeeze_dims(args: Args<'_>) -> Answer<Call<'_>> {
    match args.ints("dim")?[..] {
        [dim] => call::view(Reshaping::Squeeze { dim: Some(dim) }, args),
        _ => beyond("it does not squeeze exactly one dimension"),
    }
}

pub fn unsqueeze(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    call::view(Reshaping::Unsqueeze { dim }, args)
}
