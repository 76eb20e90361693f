//! The functions of a file: each call is replaced by the nodes of the function.

use std::collections::HashMap;

use prost::Message;

use super::proto::{Attribute, Entry, Function, Graph, Model, Node};
use crate::model::error::{Fault, Result};

/// How many nodes there may be in the end. Functions that call each other may double them with each
/// level.
const MAX_NODES: usize = 200_000;
const MAX_DEPTH: usize = 64;
/// How many bytes may be copied, beyond twice the length of the functions.
const MAX_BYTES: usize = 256 << 20;

type Key<'a> = (&'a str, &'a str, &'a str);

/// Replaces calls of the model's functions by nodes. A node that is `known` is no call, even if there
/// is a function of its name.
///
/// # Errors
/// [`Fault::Graph`] where functions call themselves or become too large.
pub fn functions(model: &mut Model, known: impl Fn(&Node) -> bool) -> Result<()> {
    let Some(graph) = &mut model.graph else {
        return Ok(());
    };
    if model.functions.is_empty() {
        return Ok(());
    }
    let written = model.functions.iter().map(Message::encoded_len);
    let mut inliner = Inliner {
        known: &known,
        functions: HashMap::new(),
        nodes: Vec::new(),
        calls: 0,
        bytes: MAX_BYTES + 2 * written.sum::<usize>(),
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
    known: &'a dyn Fn(&Node) -> bool,
    functions: HashMap<Key<'a>, &'a Function>,
    nodes: Vec<Node>,
    calls: usize,
    /// How many bytes may still be copied.
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
        let function = function.filter(|_| !(self.known)(&node));
        let Some(function) = function else {
            self.nodes.push(node);
            return within(self.nodes.len() <= MAX_NODES);
        };
        if depth == MAX_DEPTH {
            return Err(Fault::Graph(format!(
                "function {} calls itself, or is nested too deeply",
                function.name
            )));
        }
        self.calls += 1;
        within(self.calls <= MAX_NODES)?;
        let lists = function.inputs.len() + function.outputs.len() + function.defaults.len();
        self.copy(lists)?;
        let prefix = match node.name.as_str() {
            "" => format!("{}_{}", node.op_type, self.calls),
            name => name.to_owned(),
        };
        let call = self.calls;
        // Inputs and outputs get the caller's names; values inside get names of their own.
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
        let mut given: HashMap<&str, &Attribute> = HashMap::new();
        for attribute in node.attributes.iter().chain(&function.defaults) {
            given.entry(&attribute.name).or_insert(attribute);
        }
        let notes: usize = node.metadata.iter().map(held).sum();
        for inner in &function.nodes {
            // Counted before anything is copied: a long name or list may be used again and again, and
            // empty messages take memory too.
            self.copy(size_of::<Node>() + inner.encoded_len() + prefix.len())?;
            self.copy(if inner.metadata.is_empty() {
                notes
            } else {
                size_of_val(&*inner.metadata)
            })?;
            for name in inner.inputs.iter().chain(&inner.outputs) {
                let name = names.get(name.as_str()).unwrap_or(&prefix);
                self.copy(size_of::<String>() + name.len())?;
            }
            for attribute in &inner.attributes {
                let given = given.get(attribute.refers_to.as_str());
                let given = given.map_or(0, |given| given.encoded_len());
                self.copy(size_of::<Attribute>() + given)?;
            }
            let attributes = inner.attributes.iter();
            let mut inner = Node {
                inputs: inner.inputs.iter().map(rename).collect(),
                outputs: inner.outputs.iter().map(rename).collect(),
                name: format!("{prefix}/{}", inner.name),
                attributes: attributes
                    .filter_map(|attribute| settled(attribute, &given))
                    .collect(),
                op_type: inner.op_type.clone(),
                domain: inner.domain.clone(),
                overload: inner.overload.clone(),
                metadata: inner.metadata.clone(),
            };
            if inner.metadata.is_empty() {
                inner.metadata.clone_from(&node.metadata);
            }
            self.add(inner, depth + 1)?;
        }
        Ok(())
    }

    fn copy(&mut self, bytes: usize) -> Result<()> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.unwrap_or(0);
        within(left.is_some())
    }
}

/// The bytes that a metadata entry takes.
fn held(note: &Entry) -> usize {
    size_of::<Entry>() + note.encoded_len()
}

fn within(bounds: bool) -> Result<()> {
    if bounds {
        Ok(())
    } else {
        Err(Fault::Graph(
            "its functions expand to more nodes than any network has".into(),
        ))
    }
}

/// The attribute itself, or the one of the call that it stands for; `None` if the call has none, and for
/// graphs, whose names are those inside the function.
fn settled(attribute: &Attribute, given: &HashMap<&str, &Attribute>) -> Option<Attribute> {
    if attribute.graph.is_some() {
        return None;
    }
    if attribute.refers_to.is_empty() {
        return Some(attribute.clone());
    }
    let given = *given.get(attribute.refers_to.as_str())?;
    Some(Attribute {
        name: attribute.name.clone(),
        ..given.clone()
    })
}
