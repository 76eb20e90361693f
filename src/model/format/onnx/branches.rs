//! Nodes that choose one of two graphs. Where the choice depends on sizes alone, as torch's older exporter
//! writes it for `squeeze`, it is made here, and the nodes of the chosen graph are read in its place.

use tch::Kind;

use super::build::Builder;
use super::message::proto::{self, Graph, Node};
use super::{nodes, ops};
use crate::model::error::{Fault, Result};
use crate::model::format::build::module_calls::Stack;
use crate::model::format::build::refusal::Refusal;
use crate::model::graph::ValueId;

/// Whether a node chooses one of two graphs.
pub fn has(node: &Node) -> bool {
    node.op_type == "If"
        && proto::is_own_domain(&node.domain)
        && branch(node, true).is_some()
        && branch(node, false).is_some()
}

fn branch(node: &Node, taken: bool) -> Option<&Graph> {
    let name = if taken { "then_branch" } else { "else_branch" };
    let mut attributes = node.attributes.iter();
    attributes
        .find(|attribute| attribute.name == name)?
        .graph
        .as_deref()
}

/// The names that a node reads, those inside its graphs too.
pub fn reads(node: &Node) -> Vec<&str> {
    let mut names: Vec<&str> = node.inputs.iter().map(String::as_str).collect();
    if has(node) {
        for graph in [true, false]
            .iter()
            .filter_map(|taken| branch(node, *taken))
        {
            names.extend(graph.nodes.iter().flat_map(reads));
            names.extend(graph.outputs.iter().map(|output| output.name.as_str()));
        }
    }
    names
}

/// Reads the graph that a node chooses. Returns the values of its outputs.
///
/// # Errors
/// [`Fault::Unsupported`] where the choice depends on the image, and the faults of the graph's nodes.
pub fn read<'a>(
    builder: &mut Builder<'a, '_>,
    node: &'a Node,
    stack: Stack,
    opset: i64,
) -> Result<Vec<ValueId>> {
    let refuse = |builder: &Builder, refusal| builder.refused(&node.full_name(), refusal);
    let condition = node.inputs.first().map(String::as_str).unwrap_or_default();
    let condition = builder.find(condition)?;
    let chosen = builder.tensor(condition).map(|condition| {
        let numbers = condition.f_to_kind(Kind::Int64)?.f_reshape([-1])?;
        Vec::<i64>::try_from(numbers)
    });
    let taken = match chosen.transpose() {
        Ok(Some(numbers)) if numbers.len() == 1 => numbers[0] != 0,
        Ok(Some(_)) => {
            let wrong = format!("the condition of node {} is no single value", node.label());
            return Err(Fault::Graph(wrong));
        }
        Ok(None) => {
            let why = ops::reason(node).map(str::to_owned);
            return Err(refuse(builder, Refusal::Unsupported(why)));
        }
        Err(error) => return Err(refuse(builder, builder.torch(&error))),
    };
    let Some(graph) = branch(node, taken) else {
        return Err(refuse(builder, Refusal::Unsupported(None)));
    };
    let first_value = builder.value_count();
    builder.add_weights(graph)?;
    for inner in &graph.nodes {
        nodes::read_within(builder, inner, stack.clone(), opset)?;
    }
    builder.resume_node(node, stack, first_value);
    let outputs = graph
        .outputs
        .iter()
        .map(|output| match builder.lost.get(&output.name) {
            Some(fault) => Err(fault.clone()),
            None => builder.find(&output.name),
        });
    outputs.collect()
}
