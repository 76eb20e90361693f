//! Programs exported for any number of pictures at once: here it is always one.
//!
//! The size left open runs through the program as a symbol: in what is stated of tensors, in sizes
//! asked of them, in products of such sizes, in the shapes of views. It is given its value before
//! anything else is read, and what only worked it out is left out. Any other size left open stays,
//! and is refused where it is met.

use std::collections::HashMap;

use super::schema::{Argument, GraphJson, GraphModule, InputSpec, NodeJson, Size, SymInt};

/// Checks of sizes, which bear on nothing once they are known.
const CHECKS: [&str; 9] = [
    "_operator.eq",
    "_operator.ne",
    "_operator.ge",
    "_operator.gt",
    "_operator.le",
    "_operator.lt",
    "torch.ops.aten._assert_scalar.default",
    "torch.ops.aten.sym_constrain_range.default",
    "torch.ops.aten.sym_constrain_range_for_size.default",
];

/// Makes the batch one, if it is open.
pub fn close(module: &mut GraphModule) {
    let image = module
        .signature
        .input_specs
        .iter()
        .find_map(|spec| match spec {
            InputSpec::UserInput {
                arg: Argument::Tensor(name),
            } => Some(name),
            _ => None,
        });
    let graph = &mut module.graph;
    let sizes = image.and_then(|name| graph.tensor_values.get(name));
    let Some(Size::AsExpr(batch)) = sizes.and_then(|about| about.sizes.first()) else {
        return;
    };
    let batch = batch.clone();
    for about in graph.tensor_values.values_mut() {
        for size in &mut about.sizes {
            if *size == Size::AsExpr(batch.clone()) {
                *size = Size::AsInt(1);
            }
        }
    }
    let mut known = HashMap::new();
    for mut node in std::mem::take(&mut graph.nodes) {
        if CHECKS.contains(&node.target.as_str()) {
            continue;
        }
        node.inputs
            .iter_mut()
            .for_each(|input| put_in(&mut input.arg, &known));
        match (worked_out(&node, graph), node.outputs.first()) {
            (Some(size), Some(Argument::Symbol(name))) => {
                known.insert(name.clone(), size);
            }
            _ => graph.nodes.push(node),
        }
    }
    // Multiples of the batch are stated as expressions: what comes out is right without a word.
    graph
        .tensor_values
        .retain(|_, about| about.shape().is_some());
}

/// The known sizes in place of their names.
fn put_in(argument: &mut Argument, known: &HashMap<String, i64>) {
    let value = |size: &SymInt| match size {
        SymInt::AsInt(int) => Some(*int),
        SymInt::AsName(name) => known.get(name).copied(),
    };
    let closed = match argument {
        Argument::Symbol(name) => known.get(name).copied().map(Argument::Int),
        Argument::OpenInts(sizes) => {
            let ints: Option<Vec<i64>> = sizes.iter().map(value).collect();
            ints.map(Argument::Ints)
        }
        _ => None,
    };
    if let Some(closed) = closed {
        *argument = closed;
    }
}

/// The size that a node works out.
fn worked_out(node: &NodeJson, graph: &GraphJson) -> Option<i64> {
    let mut arguments = node.inputs.iter().map(|input| &input.arg);
    let (first, second) = (arguments.next()?, arguments.next()?);
    match (node.target.as_str(), first, second) {
        ("torch.ops.aten.sym_size.int", Argument::Tensor(name), Argument::Int(axis)) => {
            let sizes = &graph.tensor_values.get(name)?.sizes;
            let axis = usize::try_from(*axis).ok()?;
            sizes.get(axis)?.fixed()
        }
        ("_operator.mul", Argument::Int(a), Argument::Int(b)) => a.checked_mul(*b),
        ("_operator.add", Argument::Int(a), Argument::Int(b)) => a.checked_add(*b),
        ("_operator.sub", Argument::Int(a), Argument::Int(b)) => a.checked_sub(*b),
        ("_operator.floordiv", Argument::Int(a), Argument::Int(b)) => a.checked_div_euclid(*b),
        _ => None,
    }
}
