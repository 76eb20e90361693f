//! What makes each value of a graph, and what reads it, without a search for each.

use super::{Graph, Node, ValueId};

/// The nodes before and after each value.
pub(crate) struct Links<'a> {
    makers: Vec<Option<&'a Node>>,
    readers: Vec<Vec<&'a Node>>,
}

impl<'a> Links<'a> {
    pub fn of(graph: &'a Graph) -> Links<'a> {
        let mut makers = vec![None; graph.values.len()];
        let mut readers = vec![Vec::new(); graph.values.len()];
        for node in &graph.nodes {
            for input in &node.inputs {
                readers[input.0].push(node);
            }
            for output in &node.outputs {
                makers[output.0] = Some(node);
            }
        }
        Links { makers, readers }
    }

    /// The node that computes `value`.
    pub fn maker(&self, value: ValueId) -> Option<&'a Node> {
        self.makers[value.0]
    }

    /// The nodes that read `value`, in their order; one that reads it twice is there twice.
    pub fn readers(&self, value: ValueId) -> &[&'a Node] {
        &self.readers[value.0]
    }
}
