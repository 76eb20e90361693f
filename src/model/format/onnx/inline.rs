//! Functions that a file brings along: each call becomes the nodes of the function's body.

use std::collections::HashMap;

use super::proto::{Attribute, Function, Graph, Model, Node};
use super::{Result, ops};
use crate::model::error::Fault;

/// Nodes that the bodies may add up to: functions that call one another double at each step.
const MOST_NODES: usize = 200_000;
/// Bytes of their names and numbers, of which each call has a copy of its own.
const MOST_BYTES: usize = 256 << 20;
const DEEPEST: usize = 64;

type Key<'a> = (&'a str, &'a str, &'a str);

/// Replaces the calls of the model's functions, as far as ONNX has no such operation itself.
pub fn functions(model: &mut Model) -> Result<()> {
    let Some(graph) = &mut model.graph else {
        return Ok(());
    };
    if model.functions.is_empty() {
        return Ok(());
    }
    let mut inliner = Inliner {
        functions: HashMap::new(),
        nodes: Vec::new(),
        calls: 0,
        bytes: 0,
    };
    for function in &model.functions {
        let key = (
            function.domain.as_str(),
            function.name.as_str(),
            function.overload.as_str(),
        );
        inliner.functions.insert(key, function);
    }
    let Graph { nodes, .. } = graph;
    for node in std::mem::take(nodes) {
        inliner.add(node, 0)?;
    }
    *nodes = inliner.nodes;
    Ok(())
}

struct Inliner<'a> {
    functions: HashMap<Key<'a>, &'a Function>,
    nodes: Vec<Node>,
    calls: usize,
    bytes: usize,
}

impl Inliner<'_> {
    fn add(&mut self, node: Node, depth: usize) -> Result<()> {
        let key = (
            node.domain.as_str(),
            node.op_type.as_str(),
            node.overload.as_str(),
        );
        let function = self.functions.get(&key).copied();
        let function = function.filter(|_| ops::reader(&node).is_none());
        let Some(function) = function else {
            self.nodes.push(node);
            return match self.nodes.len() {
                0..=MOST_NODES => Ok(()),
                _ => Err(Fault::Graph(
                    "its functions unfold into too many nodes".into(),
                )),
            };
        };
        if depth == DEEPEST {
            return Err(Fault::Graph(format!(
                "function {} calls itself, or others too deep",
                function.name
            )));
        }
        self.calls += 1;
        if self.calls > MOST_NODES {
            return Err(Fault::Graph(
                "its functions unfold into too many nodes".into(),
            ));
        }
        let prefix = match node.name.as_str() {
            "" => format!("{}_{}", node.op_type, self.calls),
            name => name.to_owned(),
        };
        let call = self.calls;
        // What goes in and out has the caller's names; what is within, names of its own.
        let mut names: HashMap<&str, String> = HashMap::new();
        for (index, inner) in function.inputs.iter().enumerate() {
            let outer = node.inputs.get(index).cloned().unwrap_or_default();
            names.insert(inner, outer);
        }
        for (inner, outer) in function.outputs.iter().zip(&node.outputs) {
            if !outer.is_empty() {
                names.insert(inner, outer.clone());
            }
        }
        let rename = |name: &String| match name.as_str() {
            "" => String::new(),
            inner => names
                .get(inner)
                .cloned()
                .unwrap_or_else(|| format!("{prefix}/{inner}#{call}")),
        };
        for inner in &function.nodes {
            let attributes = inner.attributes.iter();
            let mut inner = Node {
                inputs: inner.inputs.iter().map(rename).collect(),
                outputs: inner.outputs.iter().map(rename).collect(),
                name: format!("{prefix}/{}", inner.name),
                attributes: attributes
                    .filter_map(|attribute| given(attribute, &node, function))
                    .collect(),
                ..inner.clone()
            };
            if inner.metadata.is_empty() {
                inner.metadata.clone_from(&node.metadata);
            }
            self.bytes = self.bytes.saturating_add(copied(&inner));
            if self.bytes > MOST_BYTES {
                return Err(Fault::Graph(
                    "its functions unfold into more than any memory holds".into(),
                ));
            }
            self.add(inner, depth + 1)?;
        }
        Ok(())
    }
}

/// Bytes of a node that are its own: those of raw tensors stay the file's.
fn copied(node: &Node) -> usize {
    let notes = node
        .metadata
        .iter()
        .flat_map(|note| [&note.key, &note.value]);
    let texts = node.inputs.iter().chain(&node.outputs).chain(notes);
    let texts: usize = texts.map(|text| text.len() + size_of::<String>()).sum();
    let attributes = node.attributes.iter().map(|attribute| {
        let own = size_of_val(&*attribute.floats) + size_of_val(&*attribute.ints);
        let lists = attribute.tensor.as_ref().map_or(0, |tensor| {
            size_of_val(&*tensor.sizes)
                + size_of_val(&*tensor.floats)
                + size_of_val(&*tensor.int32s)
                + size_of_val(&*tensor.int64s)
                + size_of_val(&*tensor.doubles)
                + size_of_val(&*tensor.uint64s)
        });
        size_of::<Attribute>() + own + lists
    });
    size_of::<Node>() + node.name.len() + texts + attributes.sum::<usize>()
}

/// The attribute itself, or what the call gives for it; `None` where it is left to the default.
fn given(attribute: &Attribute, call: &Node, function: &Function) -> Option<Attribute> {
    if attribute.refers_to.is_empty() {
        return Some(attribute.clone());
    }
    let named = |given: &&Attribute| given.name == attribute.refers_to;
    let given = call.attributes.iter().find(named);
    let given = given.or_else(|| function.defaults.iter().find(named))?;
    Some(Attribute {
        name: attribute.name.clone(),
        ..given.clone()
    })
}
