//! The graph while a reader builds it: values and nodes are added in the order in which they run, and
//! in the end those are kept that the logits depend on.

use std::collections::HashSet;

use super::module_calls::Stack;
use crate::model::error::{Fault, Result};
use crate::model::graph::{Graph, Head, Module, Node, Value, ValueId};
use crate::model::op::Reshaping;

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

    /// The node that computes `value`.
    pub fn producer(&self, value: ValueId) -> Option<&Node> {
        let mut nodes = self.nodes.iter();
        nodes.rfind(|node| node.outputs.contains(&value))
    }

    /// Reshapes the logits, outside all modules.
    pub fn reshape_output(&mut self, logits: ValueId, shape: Vec<i64>) -> ValueId {
        let name = format!("{} as the output", self.value(logits).name);
        let reshaped = self.add_value(name.clone(), Some(shape.clone()));
        let node = Node {
            op: Reshaping::Reshape { shape }.into(),
            inputs: vec![logits],
            outputs: vec![reshaped],
            module: String::new(),
            name,
        };
        self.add_node(node, Stack::new());
        reshaped
    }

    /// # Errors
    /// [`Fault::NoLogits`] where no node computes them.
    pub fn check_computed(&self, logits: ValueId) -> Result<()> {
        if self.value(logits).weight.is_some() {
            return Err(independent_of_the_image());
        }
        if self.producer(logits).is_none() {
            return Err(Fault::NoLogits("its output is one of its inputs".into()));
        }
        Ok(())
    }

    /// The graph up to the logits, without the nodes that they do not depend on.
    ///
    /// # Errors
    /// [`Fault::NoLogits`] where the logits are not computed from the image.
    pub fn finish(mut self, logits: ValueId, head: Head) -> Result<Graph> {
        self.check_computed(logits)?;
        let (nodes, modules) = self.reaching(logits);
        if !nodes.iter().any(|node| node.inputs.contains(&self.image)) {
            return Err(independent_of_the_image());
        }
        Ok(Graph {
            input: self.image,
            input_shape: self.input_shape,
            values: self.values,
            nodes,
            modules,
            logits,
            head,
            layouts: Default::default(),
        })
    }

    /// The nodes that the logits depend on, and their modules, each once in the order of the nodes.
    fn reaching(&mut self, logits: ValueId) -> (Vec<Node>, Vec<Module>) {
        let mut wanted = vec![false; self.values.len()];
        wanted[logits.0] = true;
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

fn independent_of_the_image() -> Fault {
    Fault::NoLogits("its output does not depend on the image".into())
}
