//! What a reader returns: an operation, the tensors that it reads, and what becomes of their memory.

use crate::model::format::pt2::program::args::{Answer, Args};
use tch::Kind;

use crate::model::op::{Copying, Op};

/// An operation with the names of the tensors that it reads.
pub struct Call<'a> {
    pub op: Op,
    pub inputs: Vec<&'a str>,
    /// What is done first to the input with this index, one after the other.
    pub before: Vec<(usize, Op)>,
    /// What is done to the result, one after the other.
    pub after: Vec<Op>,
    /// What computes the outputs after the first, from the same inputs.
    pub also: Vec<Op>,
    pub sharing: Sharing,
    /// Whether the first input is overwritten with the result.
    pub in_place: bool,
    /// Whether only the first output is supported. The others (indices, saved statistics) have no
    /// counterpart in `op`.
    pub first_output_only: bool,
}

/// What memory an output shares with the first input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    None,
    /// It may be part of the same memory, in another shape.
    View,
    /// It is the same tensor.
    Same,
}

/// `op` on `inputs`, with a result of its own.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a reader ends with it, and readers can fail"
)]
pub fn call<'a>(op: impl Into<Op>, inputs: Vec<&'a str>) -> Answer<Call<'a>> {
    Ok(Call {
        op: op.into(),
        inputs,
        before: Vec::new(),
        after: Vec::new(),
        also: Vec::new(),
        sharing: Sharing::None,
        in_place: false,
        first_output_only: false,
    })
}

/// `op` on the argument `self`.
pub fn unary<'a>(op: impl Into<Op>, args: Args<'a>) -> Answer<Call<'a>> {
    call(op, vec![args.tensor("self")?])
}

/// `op` on the argument `self` and the one called `second`.
pub fn binary<'a>(op: impl Into<Op>, args: Args<'a>, second: &str) -> Answer<Call<'a>> {
    call(op, vec![args.tensor("self")?, args.tensor(second)?])
}

/// `op` on the argument `self`, whose memory the result may share.
pub fn view<'a>(op: impl Into<Op>, args: Args<'a>) -> Answer<Call<'a>> {
    Ok(Call {
        sharing: Sharing::View,
        ..unary(op, args)?
    })
}

/// The first output of an operator that returns several.
pub fn first_output(call: Call<'_>) -> Call<'_> {
    Call {
        first_output_only: true,
        ..call
    }
}

/// The argument called `input` as it is.
pub fn same<'a>(args: Args<'a>, input: &str) -> Answer<Call<'a>> {
    Ok(Call {
        sharing: Sharing::Same,
        ..call(Copying::Identity, vec![args.tensor(input)?])?
    })
}

impl<'a> Call<'a> {
    /// With the first input in another dtype, where it is not of it already.
    pub fn converted(mut self, args: Args<'a>, kind: Option<Kind>) -> Call<'a> {
        if let Some(kind) = kind
            && args.kind("self") != Some(kind)
        {
            self.before.push((0, Copying::Cast(kind).into()));
        }
        self
    }

    /// With something done to the result.
    pub fn then(mut self, op: impl Into<Op>) -> Call<'a> {
        self.after.push(op.into());
        self
    }

    /// With operations for the outputs after the first.
    pub fn and(mut self, op: impl Into<Op>) -> Call<'a> {
        self.also.push(op.into());
        self
    }
}
