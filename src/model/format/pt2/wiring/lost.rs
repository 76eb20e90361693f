//! Values that cannot be computed because an operation before them is not supported.
//!
//! They are refused only if an output depends on them: a program may return a class index beside its
//! logits.

use std::collections::{HashMap, HashSet};

use crate::model::error::{Fault, UnsupportedOp};

/// The nodes that are left out, and what they would have computed.
#[derive(Default)]
pub struct Lost {
    /// The node that would have computed each value, by the name of the value or the node.
    by_name: HashMap<String, usize>,
    nodes: Vec<LostNode>,
    /// Every operation that is not supported.
    unsupported: Vec<UnsupportedOp>,
    /// An operation in place is among them, so that no value after it is certain.
    all: bool,
}

struct LostNode {
    reads: Vec<String>,
    /// Its own operation, or `None` if only its inputs are lost.
    unsupported: Option<usize>,
}

impl Lost {
    /// Whether one of these names is lost.
    pub fn has_any(&self, names: &[&str]) -> bool {
        !self.by_name.is_empty() && names.iter().any(|name| self.by_name.contains_key(*name))
    }

    /// Leaves out a node that reads `reads` and returns `outputs`.
    pub fn add(
        &mut self,
        node: &str,
        outputs: &[&str],
        reads: &[&str],
        unsupported: Option<UnsupportedOp>,
    ) {
        let unsupported = unsupported.map(|operation| {
            self.unsupported.push(operation);
            self.unsupported.len() - 1
        });
        let index = self.nodes.len();
        self.nodes.push(LostNode {
            reads: reads.iter().map(|name| (*name).to_owned()).collect(),
            unsupported,
        });
        for name in outputs.iter().chain([&node]) {
            self.by_name.entry((*name).to_owned()).or_insert(index);
        }
    }

    /// Gives up all outputs, because a value is overwritten that cannot be computed.
    pub fn add_all(&mut self) {
        self.all = true;
    }

    /// Why the value called `name` cannot be computed: every operation before it that is not supported.
    pub fn fault(&self, name: &str) -> Option<Fault> {
        if self.all {
            return Some(Fault::Unsupported(self.unsupported.clone()));
        }
        let mut open = vec![*self.by_name.get(name)?];
        let mut seen: HashSet<usize> = open.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(index) = open.pop() {
            let node = &self.nodes[index];
            found.extend(node.unsupported);
            let before = node.reads.iter().filter_map(|name| self.by_name.get(name));
            open.extend(before.filter(|index| seen.insert(**index)));
        }
        found.sort_unstable();
        let operations = found.into_iter().map(|index| &self.unsupported[index]);
        Some(Fault::Unsupported(operations.cloned().collect()))
    }
}
