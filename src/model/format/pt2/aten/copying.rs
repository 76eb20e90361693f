//! Operators that pass their input on, as it is, as a copy or in another dtype.

use tch::Kind;

use super::call::{Call, Sharing, binary, same, unary, view};
use crate::model::error::Fault;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Copying;

pub fn alias(args: Args<'_>) -> Answer<Call<'_>> {
    same(args, "self")
}

pub fn clone(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Copying::Identity, args)
}

pub fn contiguous(args: Args<'_>) -> Answer<Call<'_>> {
    view(Copying::Identity, args)
}

pub fn detach(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        op: Copying::Detach.into(),
        ..same(args, "self")?
    })
}

pub fn dropout(args: Args<'_>) -> Answer<Call<'_>> {
    inactive_dropout(args, "input")
}

pub fn dropout_in_place(args: Args<'_>) -> Answer<Call<'_>> {
    inactive_dropout(args, "self")
}

fn inactive_dropout<'a>(args: Args<'a>, input: &str) -> Answer<Call<'a>> {
    if args.bool_or("train", false)? {
        let node = "a dropout".into();
        return Err(Fault::Training { node }.into());
    }
    same(args, input)
}

pub fn cast(args: Args<'_>) -> Answer<Call<'_>> {
    // Where only the device changes, no dtype is given.
    let stated = || args.output_kind().or(args.kind("self"));
    let kind = args.optional_kind("dtype")?.or_else(stated);
    let kind = kind.unwrap_or(Kind::Float);
    // A tensor of this dtype is returned as it is.
    let sharing = if kind == Kind::Float || args.kind("self") == Some(kind) {
        Sharing::View
    } else {
        Sharing::None
    };
    Ok(Call {
        sharing,
        ..unary(Copying::Cast(kind), args)?
    })
}

pub fn cast_as(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Copying::CastAs, args, "other")
}
