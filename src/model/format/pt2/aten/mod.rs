//! ATen's operations by name, read as [`Op`]s.
//!
//! Names and defaults are those of `native_functions.yaml`; an overload that is not here is another
//! operation and is refused.

mod arithmetic;
mod attention;
mod constants;
mod layers;
mod shape;

use super::program::args::{Answer, Args, Refusal, beyond};
use super::program::schema::{Argument, NodeJson};
use crate::model::op::{Copying, Op};

/// What a node of the file comes to.
pub enum Step<'a> {
    Run(Call<'a>),
    /// One of the values that an operation handed back together.
    Item {
        of: Source<'a>,
        index: usize,
    },
    /// Checks that bear on nothing.
    Skip,
}

pub enum Source<'a> {
    /// The values themselves.
    Values(&'a [String]),
    /// The node that made them.
    Node(&'a str),
}

/// An operation with the names of its tensors.
pub struct Call<'a> {
    pub op: Op,
    pub inputs: Vec<&'a str>,
    pub sharing: Sharing,
    /// The first input is overwritten with the result.
    pub in_place: bool,
    /// Later outputs (indices, saved statistics) are of no use to us.
    pub first_output_only: bool,
}

/// What memory an output shares with the first input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    None,
    /// Some of it, perhaps, in another shape.
    View,
    /// It is the same tensor.
    Same,
}

/// Operations whose in-place variant (`relu_`) computes what they do.
const IN_PLACE: [&str; 20] = [
    "add",
    "clamp",
    "clamp_max",
    "clamp_min",
    "copy",
    "div",
    "elu",
    "fill",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "mul",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "sub",
    "tanh",
    "zero",
];

/// Reads one node. `Unsupported` where we have no such operation.
pub fn read(node: &NodeJson) -> Answer<Step<'_>> {
    let args = Args::new(node);
    if node.target == "_operator.getitem" {
        return item(args);
    }
    let unknown = Refusal::Unsupported(None);
    let Some(target) = node.target.strip_prefix("torch.ops.aten.") else {
        return Err(unknown);
    };
    let Some((name, overload)) = target.split_once('.') else {
        return Err(unknown);
    };
    if name == "_assert_tensor_metadata" {
        return Ok(Step::Skip);
    }
    let out_of_place = name
        .strip_suffix('_')
        .filter(|base| IN_PLACE.contains(base));
    let in_place = out_of_place.is_some();
    let name = format!("{}.{overload}", out_of_place.unwrap_or(name));
    let mut call = operation(&name, args)?;
    call.in_place = in_place;
    Ok(Step::Run(call))
}

fn call<'a>(op: impl Into<Op>, inputs: Vec<&'a str>) -> Answer<Call<'a>> {
    Ok(Call {
        op: op.into(),
        inputs,
        sharing: Sharing::None,
        in_place: false,
        first_output_only: false,
    })
}

fn view<'a>(op: impl Into<Op>, args: Args<'a>) -> Answer<Call<'a>> {
    Ok(Call {
        sharing: Sharing::View,
        ..call(op, vec![args.tensor("self")?])?
    })
}

fn first_of_several<'a>(op: impl Into<Op>, inputs: Vec<&'a str>) -> Answer<Call<'a>> {
    Ok(Call {
        first_output_only: true,
        ..call(op, inputs)?
    })
}

fn same<'a>(args: Args<'a>, input: &str) -> Answer<Call<'a>> {
    Ok(Call {
        sharing: Sharing::Same,
        ..call(Copying::Identity, vec![args.tensor(input)?])?
    })
}

/// Asks each family in turn; the last says that there is no such operation.
fn operation<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    layers::read(name, args)
}

/// `getitem` as a node of its own: written only where an operation's outputs could not be folded
/// into it.
fn item<'a>(args: Args<'a>) -> Answer<Step<'a>> {
    let mut positional = args.positional();
    let of = match positional.next() {
        Some(Argument::Tensors(list)) => Source::Values(list),
        Some(Argument::Tensor(node)) => Source::Node(node),
        _ => return Err(Refusal::Unsupported(None)),
    };
    match positional.next() {
        Some(Argument::Int(index)) => match usize::try_from(*index) {
            Ok(index) => Ok(Step::Item { of, index }),
            Err(_) => beyond("the index counts from the end"),
        },
        _ => Err(Refusal::Unsupported(None)),
    }
}
