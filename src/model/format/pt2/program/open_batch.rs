//! Programs exported with a dynamic batch size, which here is always one.
//!
//! The dynamic size is a symbol throughout the program: in the stated shapes of tensors, in the sizes
//! that nodes ask for, in products of such sizes, in the shapes of views. It is replaced by one before
//! anything else is read, and the nodes that only computed it are dropped. Any other dynamic size
//! stays, and is refused where it is used.

use std::collections::HashMap;

use super::schema::{Argument, GraphJson, GraphModule, InputSpec, NodeJson, Size, SymInt};

/// Checks of sizes, which are not needed once the sizes are known.
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

/// Sets the batch size to one, if it is dynamic.
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
            .for_each(|input| substitute(&mut input.arg, &known));
        match (computed_size(&node, graph), node.outputs.first()) {
            (Some(size), Some(Argument::Symbol(name))) => {
                known.insert(name.clone(), size);
            }
            _ => graph.nodes.push(node),
        }
    }
    // Shapes with multiples of the batch size are expressions. They need not be stated.
    graph
        .tensor_values
        .retain(|_, about| about.shape().is_some());
}

/// Replaces the names of known sizes by the sizes.
fn substitute(argument: &mut Argument, known: &HashMap<String, i64>) {
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

/// The size that a node computes, if it computes a size.
fn computed_size(node: &NodeJson, graph: &GraphJson) -> Option<i64> {
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
