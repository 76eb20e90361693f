//! The nodes of the file: which of them are needed, and reading one after the other.

use std::collections::{BTreeSet, HashMap};

use super::args::Args;
use super::branches;
use super::build::Builder;
use super::message::proto::{Graph, Node};
use super::names;
use super::ops::ml::labels;
use super::ops::{self, quantised};
use super::signature::Returned;
use crate::model::error::{Fault, Result};
use crate::model::format::build::module_calls::{Stack, innermost};
use crate::model::format::build::refusal::{Answer, Refusal, beyond};
use crate::model::graph::ValueId;

/// Values that cannot be computed, by name: why not.
pub type Lost = HashMap<String, Fault>;

/// The nodes that make each value of a file, by its name.
struct Makers<'a> {
    graph: &'a Graph,
    made_by: HashMap<&'a str, usize>,
}

impl<'a> Makers<'a> {
    /// # Errors
    /// [`Fault::Graph`] where two nodes have an output of the same name.
    fn of(graph: &'a Graph) -> Result<Makers<'a>> {
        let mut made_by: HashMap<&str, usize> = HashMap::new();
        for (index, node) in graph.nodes.iter().enumerate() {
            for output in node.outputs.iter().filter(|output| !output.is_empty()) {
                if made_by.insert(output, index).is_some() {
                    return Err(Fault::Graph(format!("two values are called {output}")));
                }
            }
        }
        Ok(Makers { graph, made_by })
    }

    /// The indices of the nodes that a value depends on, in order.
    fn wanted(&self, value: &str) -> Vec<usize> {
        let mut wanted = vec![false; self.graph.nodes.len()];
        let mut open: Vec<usize> = self.made_by.get(value).copied().into_iter().collect();
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut wanted[index], true) {
                let inputs = branches::reads(&self.graph.nodes[index]).into_iter();
                open.extend(inputs.filter_map(|input| self.made_by.get(input)));
            }
        }
        (0..wanted.len()).filter(|index| wanted[*index]).collect()
    }
}

/// The indices of the nodes that outputs depend on, each after those that it depends on, without those of outputs that depend on an
/// operation that is not supported, and these outputs.
///
/// # Errors
/// [`Fault::Graph`] where two nodes have an output of the same name, or a node depends on itself.
pub fn wanted(graph: &Graph, outputs: &[Returned], image: &str) -> Result<(Vec<usize>, Lost)> {
    let makers = Makers::of(graph)?;
    let mut kept = vec![false; graph.nodes.len()];
    let mut lost = Lost::new();
    for output in outputs {
        let wanted = makers.wanted(&output.name);
        if wanted.iter().all(|index| is_known(&graph.nodes[*index])) {
            for index in wanted {
                kept[index] = true;
            }
        } else {
            let stacks = names::stacks(graph, &wanted, image);
            lost.insert(output.name.clone(), unsupported(graph, &wanted, &stacks)?);
        }
    }
    let kept = (0..kept.len()).filter(|index| kept[*index]).collect();
    Ok((sorted(graph, kept, &makers.made_by)?, lost))
}

/// Whether a node can be read, as far as its operation tells.
fn is_known(node: &Node) -> bool {
    ops::reader(node).is_some() || branches::has(node)
}

/// The same nodes in an order in which they can run: the one of the file where that is one.
fn sorted(graph: &Graph, wanted: Vec<usize>, made_by: &HashMap<&str, usize>) -> Result<Vec<usize>> {
    let before = |index: usize| {
        let inputs = branches::reads(&graph.nodes[index]).into_iter();
        inputs.filter_map(|input| made_by.get(input).copied())
    };
    if wanted
        .iter()
        .all(|index| before(*index).all(|made| made < *index))
    {
        return Ok(wanted);
    }
    let mut missing: HashMap<usize, usize> = HashMap::new();
    let mut readers: HashMap<usize, Vec<usize>> = HashMap::new();
    for &index in &wanted {
        missing.insert(index, before(index).count());
        before(index).for_each(|made| readers.entry(made).or_default().push(index));
    }
    let ready = wanted.iter().filter(|index| missing.get(index) == Some(&0));
    let mut ready: BTreeSet<usize> = ready.copied().collect();
    let mut order = Vec::with_capacity(wanted.len());
    while let Some(index) = ready.pop_first() {
        order.push(index);
        for reader in readers.remove(&index).unwrap_or_default() {
            if let Some(count) = missing.get_mut(&reader) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(reader);
                }
            }
        }
    }
    match wanted
        .iter()
        .find(|index| missing.get(index).is_some_and(|count| *count > 0))
    {
        Some(index) => Err(Fault::Graph(format!(
            "node {} depends on its own output",
            graph.nodes[*index].label()
        ))),
        None => Ok(order),
    }
}

/// Lists all operations that are not supported.
fn unsupported(graph: &Graph, wanted: &[usize], stacks: &[Stack]) -> Result<Fault> {
    let mut unsupported = Vec::new();
    for (index, stack) in wanted.iter().zip(stacks) {
        let node = &graph.nodes[*index];
        if !is_known(node) {
            let refusal = Refusal::Unsupported(ops::reason(node).map(str::to_owned));
            unsupported.push(refusal.at(node.full_name(), node.label(), innermost(stack))?);
        }
    }
    Ok(Fault::Unsupported(unsupported))
}

/// Reads one node of the file into `builder`. If it is not supported, its values are lost, and with them
/// those that depend on them.
pub fn read<'a>(
    builder: &mut Builder<'a, '_>,
    node: &'a Node,
    stack: Stack,
    opset: i64,
) -> Result<()> {
    read_within(builder, node, stack, opset)?;
    builder.end_node();
    Ok(())
}

/// The same for a node that may be one of a branch.
pub fn read_within<'a>(
    builder: &mut Builder<'a, '_>,
    node: &'a Node,
    stack: Stack,
    opset: i64,
) -> Result<()> {
    builder.begin_node(node, stack.clone())?;
    let mut before = node.inputs.iter();
    let read = match before.find_map(|input| builder.lost.get(input)) {
        Some(fault) => Err(fault.clone()),
        None if branches::has(node) => branches::read(builder, node, stack, opset),
        None => read_operation(builder, node, opset)
            .map_err(|refusal| builder.refused(&node.full_name(), refusal)),
    };
    match read.and_then(|made| builder.name_outputs(node, &made)) {
        Err(fault @ Fault::Unsupported(_)) => {
            let outputs = node.outputs.iter().filter(|output| !output.is_empty());
            builder
                .lost
                .extend(outputs.map(|output| (output.clone(), fault.clone())));
            Ok(())
        }
        other => other,
    }
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
    let has_texts = |value: &ValueId| builder.texts(*value).is_some();
    if args.inputs.iter().flatten().any(has_texts) && !LOOK_UP.contains(&args.op()) {
        return beyond(labels::ON_TEXTS);
    }
    let moved = quantised::moved(&args, builder)?;
    let made = reader(&args, builder)?;
    if let Some(how) = moved {
        let outputs = node.outputs.iter().filter(|output| !output.is_empty());
        outputs.for_each(|output| builder.note_quantised(output, how.clone()));
    }
    Ok(made)
}

/// The operators that are given texts: they look up the name of a class.
const LOOK_UP: [&str; 2] = ["ArrayFeatureExtractor", "Gather"];
