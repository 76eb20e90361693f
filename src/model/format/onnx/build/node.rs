//! The nodes of the file one after the other: what their outputs are called, and which constants can be
//! freed after each.

use std::collections::HashSet;

use super::Builder;
use crate::model::error::{Fault, Result};
use crate::model::format::build::module_calls::Stack;
use crate::model::format::build::refusal::Refusal;
use crate::model::format::onnx::branches;
use crate::model::format::onnx::message::proto;
use crate::model::graph::ValueId;

impl<'a> Builder<'a, '_> {
    /// Begins a node of the file; what is emitted until [`name_outputs`](Self::name_outputs) belongs to it.
    ///
    /// # Errors
    /// [`Fault::Cancelled`].
    pub fn begin_node(&mut self, node: &proto::Node, stack: Stack) -> Result<()> {
        self.weights.report()?;
        self.label = node.label();
        self.stack = stack;
        self.first_value = self.graph.value_count();
        Ok(())
    }

    /// Goes on with a node of which a branch has been read: what that has emitted is the node's too.
    pub fn resume_node(&mut self, node: &proto::Node, stack: Stack, first_value: usize) {
        self.label = node.label();
        self.stack = stack;
        self.first_value = first_value;
    }

    /// Names the values `made` after the node's outputs, and frees those in between.
    ///
    /// # Errors
    /// [`Fault::Graph`] where a name is taken, [`Fault::Unsupported`] where an output is used that was
    /// not made.
    pub fn name_outputs(&mut self, node: &'a proto::Node, made: &[ValueId]) -> Result<()> {
        let named = node.outputs.iter().enumerate();
        for (index, output) in named.filter(|(_, output)| !output.is_empty()) {
            let Some(value) = made.get(index).copied() else {
                // Old files name the mask of a dropout that nothing reads.
                if !self.read_names.contains(output.as_str()) {
                    continue;
                }
                let reason = format!("its output {} is used", index + 1);
                let refusal = Refusal::Unsupported(Some(reason));
                return Err(self.refused(&node.full_name(), refusal));
            };
            // It may be read later under its other name.
            if value.0 < self.first_value {
                self.read_by_nodes.insert(value);
            }
            if self.initializers.contains_key(output.as_str())
                || self.names.insert(output.clone(), value).is_some()
            {
                return Err(Fault::Graph(format!("two values are called {output}")));
            }
        }
        // Values with a name may still be read.
        for step in (self.first_value..self.graph.value_count()).map(ValueId) {
            let named = self.names.get(&self.graph.value(step).name) == Some(&step);
            if !named && !made.contains(&step) {
                self.forget(step);
            }
        }
        Ok(())
    }

    /// Frees the constants that no later node of the file reads.
    pub fn end_node(&mut self) {
        for name in self.last_reads.pop().unwrap_or_default() {
            if let Some(value) = self.names.get(name) {
                self.forget(*value);
            }
        }
    }

    /// Frees a computed constant, unless a node of the graph reads it.
    fn forget(&mut self, value: ValueId) {
        let known = self.graph.value_mut(value);
        if known.folded && !self.read_by_nodes.contains(&value) {
            known.weight = None;
        }
    }
}

/// For each wanted node, the last one first, the names that are read there for the last time.
pub(super) fn last_reads<'a>(graph: &'a proto::Graph, wanted: &[usize]) -> Vec<Vec<&'a str>> {
    let mut seen: HashSet<&str> = graph.outputs.iter().map(|o| o.name.as_str()).collect();
    let mut last = |index: &usize| {
        let inputs = branches::reads(&graph.nodes[*index]).into_iter();
        inputs.filter(|name| seen.insert(name)).collect()
    };
    wanted.iter().rev().map(&mut last).collect()
}
