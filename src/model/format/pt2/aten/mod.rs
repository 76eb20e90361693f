//! ATen operators by name, read as [`Op`](crate::model::op::Op)s.
//!
//! [`table`] says which are supported. Each family lists its operators beside what reads them, so that an
//! operator is added in one file, and no reader needs to know about any other. Readers look at nothing but
//! the arguments of a node; [`wiring`](super::wiring) finds the tensors.
//!
//! Names and defaults are those of `native_functions.yaml`. Each overload is an operator of its own, and
//! one that is not in a table is refused.

mod call;
mod elementwise;
mod in_place;
mod layout;
mod names;
mod products;
mod reduce;
mod refused;
mod spatial;
mod table;

pub use self::call::{Call, Sharing};
#[cfg(test)]
pub use self::table::{all, known};

use std::collections::HashMap;

use super::program::args::{Answer, Args, Refusal, beyond};
use super::program::schema::{Argument, NodeJson, TensorMeta};

/// What a node of the file stands for.
pub enum Step<'a> {
    Run(Call<'a>),
    /// One of several values that an operator returns together.
    Item {
        of: Source<'a>,
        index: usize,
    },
    /// A check that has no effect on any value.
    Skip,
}

pub enum Source<'a> {
    /// The names of the values.
    Values(&'a [String]),
    /// The name of the node that returns them.
    Node(&'a str),
}

/// Reads one node; `values` is what the program states about each tensor.
///
/// # Errors
/// [`Refusal::Unsupported`] where the operator, or one of its arguments, is not supported.
pub fn read<'a>(node: &'a NodeJson, values: &'a HashMap<String, TensorMeta>) -> Answer<Step<'a>> {
    let args = Args::new(node, values);
    if node.target == "_operator.getitem" {
        return item(args);
    }
    if let Some(reason) = refused::reason(&node.target) {
        return beyond(reason);
    }
    let operator = node.target.strip_prefix("torch.ops.");
    // A decomposition may leave one of these, which is ATen's own.
    let operator = operator.map(|name| match name {
        "prims.scalar_tensor.default" => "aten.scalar_tensor.default",
        own => own,
    });
    let operator = operator.and_then(|name| name.strip_prefix("aten."));
    let Some((name, overload)) = operator.and_then(|operator| operator.split_once('.')) else {
        return Err(Refusal::Unsupported(None));
    };
    if is_check(name) {
        return Ok(Step::Skip);
    }
    let base = in_place::base(name, overload);
    let (name, overload) = base.unwrap_or((name, overload));
    let known = table::known(name, overload).ok_or(Refusal::Unsupported(None))?;
    let call = known.read(args)?;
    Ok(Step::Run(match base {
        Some(_) => in_place::written(call, &known, args),
        None => call,
    }))
}

/// Whether there is a reader for the operator `NAME.OVERLOAD`.
pub fn is_read(operator: &str) -> bool {
    let (name, overload) = operator.split_once('.').unwrap_or((operator, ""));
    let (name, overload) = in_place::base(name, overload).unwrap_or((name, overload));
    table::known(name, overload).is_some()
}

/// Checks, which have no effect on any value.
fn is_check(name: &str) -> bool {
    name.starts_with("_assert")
        || name.starts_with("_functional_assert")
        || name.starts_with("sym_constrain")
        || name == "_functional_sym_constrain_range"
}

/// Reads `getitem`, which is a node only where the file does not list an operator's outputs with the
/// operator itself.
fn item(args: Args<'_>) -> Answer<Step<'_>> {
    let mut positional = args.positional();
    let of = match positional.next() {
        Some(Argument::Tensors(list)) => Source::Values(list),
        Some(Argument::Tensor(node)) => Source::Node(node),
        _ => return Err(Refusal::Unsupported(None)),
    };
    match positional.next() {
        Some(Argument::Int(index)) => match usize::try_from(*index) {
            Ok(index) => Ok(Step::Item { of, index }),
            Err(_) => beyond("the index is negative"),
        },
        _ => Err(Refusal::Unsupported(None)),
    }
}
