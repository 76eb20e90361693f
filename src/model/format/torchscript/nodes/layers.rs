//! The layers of a network whose modules are gone: `torch.jit.freeze` leaves every operation in the network
//! itself. Each one that sees the image is then a layer.

use std::collections::HashSet;

use crate::model::format::pt2::program::schema::{Argument, NodeJson};

/// Makes each node a module of its own, where the network has no others.
pub fn one_each(nodes: &mut [NodeJson], image: &str) {
    let stacks = nodes
        .iter()
        .filter_map(|node| node.metadata.nn_module_stack.as_deref());
    if stacks.into_iter().any(|stack| stack.contains(';')) {
        return;
    }
    let mut seen: HashSet<String> = HashSet::from([image.to_owned()]);
    for node in nodes {
        let inputs = node.inputs.iter();
        let reads: Vec<&str> = inputs.flat_map(|input| input.arg.tensors()).collect();
        if !reads.iter().any(|name| seen.contains(*name)) {
            continue;
        }
        let operator = node.target.trim_start_matches("torch.ops.aten.");
        let operator = operator.split('.').next().unwrap_or(operator);
        // What it writes into depends on the image too.
        let written = reads.first().filter(|_| operator.ends_with('_')).copied();
        let made: Vec<String> = node
            .outputs
            .iter()
            .flat_map(Argument::tensors)
            .chain(written)
            .map(str::to_owned)
            .collect();
        let kind = operator.trim_matches('_');
        if let (Some(stack), Some(path)) = (&mut node.metadata.nn_module_stack, made.first()) {
            stack.push_str(&format!(";{path},{path},{kind}"));
        }
        seen.extend(made);
    }
}
