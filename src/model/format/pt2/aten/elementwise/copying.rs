//! Operators that pass their input on, as it is, as a copy or in another dtype.

use tch::Kind;

use crate::model::error::Fault;
use crate::model::format::pt2::aten::call::{
    Call, Sharing, binary, first_output, same, unary, view,
};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::Copying;

pub const TABLE: Table = &[
    (&["resolve_conj.default"], alias),
    (&["alias.default", "positive.default"], alias),
    (&["clone.default", "lift_fresh_copy.default"], clone),
    (&["contiguous.default"], contiguous),
    (&["detach.default", "detach_.default"], detach),
    (
        &[
            "dropout.default",
            "feature_dropout.default",
            "alpha_dropout.default",
        ],
        dropout,
    ),
    (&["native_dropout.default"], native_dropout),
    (
        &["dropout_.default", "feature_dropout_.default"],
        dropout_in_place,
    ),
    (
        &[
            "to.device",
            "to.dtype",
            "to.dtype_layout",
            "_to_copy.default",
        ],
        cast,
    ),
    (&["type_as.default"], cast_as),
];

fn alias(args: Args<'_>) -> Answer<Call<'_>> {
    same(args, "self")
}

fn clone(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Copying::Identity, args)
}

fn contiguous(args: Args<'_>) -> Answer<Call<'_>> {
    view(Copying::Identity, args)
}

fn detach(args: Args<'_>) -> Answer<Call<'_>> {
    Ok(Call {
        op: Copying::Detach.into(),
        ..same(args, "self")?
    })
}

fn dropout(args: Args<'_>) -> Answer<Call<'_>> {
    inactive_dropout(args, "input")
}

fn native_dropout(args: Args<'_>) -> Answer<Call<'_>> {
    inactive_dropout(args, "input").map(first_output)
}

fn dropout_in_place(args: Args<'_>) -> Answer<Call<'_>> {
    inactive_dropout(args, "self")
}

fn inactive_dropout<'a>(args: Args<'a>, input: &str) -> Answer<Call<'a>> {
    if args.bool_or("train", false)? {
        let node = "a dropout".into();
        return Err(Fault::Training { node }.into());
    }
    same(args, input)
}

fn cast(args: Args<'_>) -> Answer<Call<'_>> {
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

fn cast_as(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Copying::CastAs, args, "other")
}
