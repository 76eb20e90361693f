//! The graph while a reader builds it: values and nodes are added in the order in which they run, and
//! in the end those are kept that the logits depend on.

use std::collections::HashSet;

use super::module_calls::Stack;
use crate::model::error::{Fault, Result};
use crate::model::graph::{Graph, Head, Module, Node, Output, Value, ValueId};

pub struct GraphBuilder {
    values: Vec<Value>,
    nodes: Vec<Node>,
    /// The modules around each of `nodes`.
    stacks: Vec<Stack>,
    image: ValueId,
    input_shape: [i64; 4],
}

impl GraphBuilder {
    /// A graph of nothing but its input, `[1, 3, height, width]`.
    pub fn new(image: &str, input_shape: [i64; 4]) -> GraphBuilder {
        let mut builder = GraphBuilder {
            values: Vec::new(),
            nodes: Vec::new(),
            stacks: Vec::new(),
            image: ValueId(0),
            input_shape,
        };
        builder.image = builder.add_value(image.to_owned(), Some(input_shape.to_vec()));
        builder
    }

    pub fn image(&self) -> ValueId {
        self.image
    }

    pub fn add_value(&mut self, name: String, stated_shape: Option<Vec<i64>>) -> ValueId {
        self.values.push(Value {
            name,
            stated_shape,
            folded: false,
            weight: None,
        });
        ValueId(self.values.len() - 1)
    }

    pub fn add_node(&mut self, node: Node, stack: Stack) {
        self.nodes.push(node);
        self.stacks.push(stack);
    }

    /// The node that computes a value, which is looked for from the last one on.
    pub fn maker(&self, value: ValueId) -> Option<&Node> {
        let mut nodes = self.nodes.iter().rev();
        nodes.find(|node| node.outputs.contains(&value))
    }

    /// How many values there are; they are numbered in the order in which they are added.
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0]
    }

    pub fn value_mut(&mut self, id: ValueId) -> &mut Value {
        &mut self.values[id.0]
    }

    /// The graph up to the outputs that can be computed, without the nodes that none depends on.
    ///
    /// # Errors
    /// Why the first output cannot be computed from the image, where that is true of all.
    pub fn finish(mut self, outputs: Vec<Output>) -> Result<Graph> {
        let from_image = self.dependent();
        let outputs: Vec<Output> = outputs
            .into_iter()
            .map(
                |Output {
                     name,
                     value,
                     floats,
                 }| Output {
                    name,
                    floats,
                    value: value.and_then(|value| self.computed(value, &from_image)),
                },
            )
            .collect();
        let known = |output: &Output| output.value.as_ref().ok().copied();
        let found: Vec<ValueId> = outputs.iter().filter_map(known).collect();
        let Some(&logits) = found.first() else {
            let first = outputs.into_iter().find_map(|output| output.value.err());
            return Err(first.unwrap_or_else(|| Fault::NoLogits("it returns nothing".into())));
        };
        let (nodes, modules) = self.reaching(&found);
        Ok(Graph {
            input: self.image,
            input_shape: self.input_shape,
            values: self.values,
            nodes,
            modules,
            outputs,
            logits,
            head: Head::None,
            layouts: Default::default(),
        })
    }

    /// For each value whether it depends on the image.
    fn dependent(&self) -> Vec<bool> {
        let mut depends = vec![false; self.values.len()];
        depends[self.image.0] = true;
        for node in &self.nodes {
            if node.inputs.iter().any(|input| depends[input.0]) {
                node.outputs
                    .iter()
                    .for_each(|output| depends[output.0] = true);
            }
        }
        depends
    }

    /// The value, where it is computed from the image.
    fn computed(&self, value: ValueId, from_image: &[bool]) -> Result<ValueId> {
        let made = self.nodes.iter().any(|node| node.outputs.contains(&value));
        if !made && self.value(value).weight.is_none() {
            return Err(Fault::NoLogits("its output is one of its inputs".into()));
        }
        if !from_image[value.0] {
            return Err(Fault::NoLogits(
                "its output does not depend on the image".into(),
            ));
        }
        Ok(value)
    }

    /// The nodes that the outputs depend on, and their modules, each once in the order of the nodes.
    fn reaching(&mut self, outputs: &[ValueId]) -> (Vec<Node>, Vec<Module>) {
        let mut wanted = vec![false; self.values.len()];
        for output in outputs {
            wanted[output.0] = true;
        }
        let mut kept = Vec::with_capacity(self.nodes.len());
        for (node, stack) in self.nodes.drain(..).zip(self.stacks.drain(..)).rev() {
            if node.outputs.iter().any(|output| wanted[output.0]) {
                node.inputs.iter().for_each(|input| wanted[input.0] = true);
                kept.push((node, stack));
            }
        }
        kept.reverse();
        let mut modules: Vec<Module> = Vec::new();
        let mut known = HashSet::new();
        for module in kept.iter().flat_map(|(_, stack)| stack) {
            if known.insert(&module.path) {
                modules.push(module.clone());
            }
        }
        (kept.into_iter().map(|(node, _)| node).collect(), modules)
    }
}
