//! The nodes of the file: which of them are needed, and reading one after the other.

use std::collections::HashMap;

use super::args::Args;
use super::build::Builder;
use super::message::proto::{Graph, Node};
use super::ops;
use crate::model::error::{Fault, Result};
use crate::model::format::build::module_calls::{Stack, innermost};
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::graph::ValueId;

/// The indices of the nodes that `logits` depends on, in order.
///
/// # Errors
/// [`Fault::Graph`] where two nodes have an output of the same name.
pub fn wanted(graph: &Graph, logits: &str) -> Result<Vec<usize>> {
    let mut made_by: HashMap<&str, usize> = HashMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        for output in node.outputs.iter().filter(|output| !output.is_empty()) {
            if made_by.insert(output, index).is_some() {
                return Err(Fault::Graph(format!("two values are called {output}")));
            }
        }
    }
    let mut wanted = vec![false; graph.nodes.len()];
    let mut open: Vec<usize> = made_by.get(logits).copied().into_iter().collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut wanted[index], true) {
            let inputs = graph.nodes[index].inputs.iter();
            open.extend(inputs.filter_map(|input| made_by.get(input.as_str())));
        }
    }
    Ok((0..wanted.len()).filter(|index| wanted[*index]).collect())
}

/// Lists all operations that are not supported before anything is built.
///
/// # Errors
/// [`Fault::Unsupported`].
pub fn check_known(graph: &Graph, wanted: &[usize], stacks: &[Stack]) -> Result<()> {
    let mut unsupported = Vec::new();
    for (index, stack) in wanted.iter().zip(stacks) {
        let node = &graph.nodes[*index];
        if ops::reader(node).is_none() {
            let refusal = Refusal::Unsupported(ops::reason(node).map(str::to_owned));
            unsupported.push(refusal.at(node.full_name(), node.label(), innermost(stack))?);
        }
    }
    if unsupported.is_empty() {
        Ok(())
    } else {
        Err(Fault::Unsupported(unsupported))
    }
}

/// Reads one node of the file into `builder`.
pub fn read<'a>(
    builder: &mut Builder<'a, '_>,
    node: &'a Node,
    stack: Stack,
    opset: i64,
) -> Result<()> {
    builder.begin_node(node, stack)?;
    let made = read_operation(builder, node, opset);
    let made = made.map_err(|refusal| builder.refused(&node.full_name(), refusal))?;
    builder.end_node(node, &made)
}

/// The values of the node's outputs, in order.
fn read_operation(builder: &mut Builder, node: &Node, opset: i64) -> Answer<Vec<ValueId>> {
    let inputs = node.inputs.iter().map(|name| match name.as_str() {
        "" => Ok(None),
        name => builder.find(name).map(Some),
    });
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    let args = Args {
        node,
        inputs,
        opset,
        label: node.label(),
    };
    let reader = ops::reader(node).ok_or(Refusal::Unsupported(None))?;
    reader(&args, builder)
}
