//! Regions of a program with a graph of their own: what ran under `torch.no_grad()` or under autocast.
//!
//! Such a region is a node that calls another graph. It is entered: its nodes take the place of the call,
//! under names that begin with that of the call. What comes out of a region without gradients is cut off
//! from its inputs, so that gradients are those of PyTorch. Autocast only chooses dtypes, and floats of
//! any width are held as float32.

use std::collections::HashMap;

use super::schema::{Argument, GraphJson, GraphModule, NamedArgument, NodeJson, SymInt};
use crate::model::error::{Fault, Result};

/// Replaces the calls of graphs by their nodes.
///
/// # Errors
/// [`Fault::Graph`] where a call and its graph do not fit.
pub fn enter(module: &mut GraphModule) -> Result<()> {
    enter_graph(&mut module.graph)
}

fn enter_graph(graph: &mut GraphJson) -> Result<()> {
    if !graph.nodes.iter().any(is_region) {
        return Ok(());
    }
    for node in std::mem::take(&mut graph.nodes) {
        if is_region(&node) {
            enter_region(graph, node)?;
        } else {
            graph.nodes.push(node);
        }
    }
    Ok(())
}

fn is_region(node: &NodeJson) -> bool {
    [
        "torch.ops.higher_order.wrap_with_set_grad_enabled",
        "torch.ops.higher_order.wrap_with_autocast",
    ]
    .contains(&node.target.as_str())
}

/// Adds the nodes of the graph that `call` calls to `graph`.
fn enter_region(graph: &mut GraphJson, call: NodeJson) -> Result<()> {
    let results: Vec<String> = call.outputs.iter().flat_map(names).collect();
    let name = call.name.as_ref().or(results.first());
    let name = name.map_or("region", String::as_str).to_owned();
    let wrong = |what: &str| Fault::Graph(format!("node {name} {what}"));
    // Gradients are on outside; a region that turns them on again lies in one that is cut off.
    let cut = call.target.ends_with("wrap_with_set_grad_enabled")
        && call
            .inputs
            .iter()
            .any(|input| input.arg == Argument::Bool(false));
    let mut arguments = call.inputs.into_iter().map(|input| input.arg);
    let region = arguments.find_map(|argument| match argument {
        Argument::Graph(region) => Some(*region),
        _ => None,
    });
    let mut region = region.ok_or_else(|| wrong("calls no graph"))?;
    enter_graph(&mut region)?;
    let operands: Vec<Argument> = arguments.collect();
    if region.inputs.len() != operands.len() {
        return Err(wrong(
            "passes another number of values than its graph takes",
        ));
    }
    let parameters = region.inputs.iter().flat_map(names);
    let known: HashMap<String, Argument> = parameters.zip(operands).collect();
    let renaming = Renaming {
        prefix: &name,
        known: &known,
    };
    for mut node in region.nodes {
        renaming.node(&mut node);
        graph.nodes.push(node);
    }
    let renamed = |name: String| renaming.inner(&name);
    let values = region.tensor_values.into_iter();
    graph
        .tensor_values
        .extend(values.map(|(name, about)| (renamed(name), about)));
    let sizes = region.sym_int_values.into_iter();
    graph
        .sym_int_values
        .extend(sizes.map(|(name, size)| (renamed(name), size)));
    let fractions = region.sym_float_values.into_iter();
    graph
        .sym_float_values
        .extend(fractions.map(|(name, value)| (renamed(name), value)));
    let mut made = Vec::new();
    for output in region.outputs {
        match output {
            Argument::Tensors(list) => made.extend(list.into_iter().map(Argument::Tensor)),
            other => made.push(other),
        }
    }
    if made.len() < results.len() {
        return Err(wrong("returns more values than its graph"));
    }
    let target = if cut { "detach" } else { "alias" };
    for (result, mut value) in results.into_iter().zip(made) {
        renaming.argument(&mut value);
        graph.nodes.push(NodeJson {
            target: format!("torch.ops.aten.{target}.default"),
            inputs: vec![NamedArgument {
                name: "self".into(),
                arg: value,
            }],
            outputs: vec![Argument::Tensor(result.clone())],
            metadata: Default::default(),
            name: Some(result),
        });
    }
    Ok(())
}

/// The names of the values that an argument is.
fn names(argument: &Argument) -> Vec<String> {
    match argument {
        Argument::Tensor(name) | Argument::Symbol(name) => vec![name.clone()],
        Argument::Tensors(list) => list.clone(),
        // Anything else has no name, but keeps its place.
        _ => vec![String::new()],
    }
}

/// How the values of a graph are called in the one around it.
struct Renaming<'a> {
    prefix: &'a str,
    /// What stands for the values that the graph takes.
    known: &'a HashMap<String, Argument>,
}

impl Renaming<'_> {
    fn inner(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn node(&self, node: &mut NodeJson) {
        if let Some(name) = &mut node.name {
            *name = self.inner(name);
        }
        for input in &mut node.inputs {
            self.argument(&mut input.arg);
        }
        for output in &mut node.outputs {
            self.argument(output);
        }
    }

    fn tensor(&self, name: &mut String) {
        *name = match self.known.get(name) {
            Some(Argument::Tensor(outer)) => outer.clone(),
            _ => self.inner(name),
        };
    }

    fn argument(&self, argument: &mut Argument) {
        match argument {
            Argument::Tensor(name) => self.tensor(name),
            Argument::Tensors(list) => list.iter_mut().for_each(|name| self.tensor(name)),
            Argument::Optionals(list) => {
                list.iter_mut().flatten().for_each(|name| self.tensor(name));
            }
            Argument::Symbol(name) => match self.known.get(name) {
                Some(outer) => *argument = outer.clone(),
                None => *name = self.inner(name),
            },
            Argument::OpenInts(sizes) => {
                for size in sizes {
                    if let SymInt::AsName(name) = size {
                        *size = match self.known.get(name) {
                            Some(Argument::Int(outer)) => SymInt::AsInt(*outer),
                            Some(Argument::Symbol(outer)) => SymInt::AsName(outer.clone()),
                            _ => SymInt::AsName(self.inner(name)),
                        };
                    }
                }
            }
            _ => {}
        }
    }
}
