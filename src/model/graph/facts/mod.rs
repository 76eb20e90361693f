//! What is known about a network before any image: how much it computes, and which non-linearities
//! it has.

use super::Graph;
use crate::model::op::{GradientRole, Operation};

/// Plain facts of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Multiply-adds of one forward pass: convolutions, matrix products and attention, as papers
    /// count them (many call them FLOPs).
    pub multiply_adds: u64,
    /// Kinds of rectifiers, at which guided backpropagation acts, with how many there are.
    pub rectifiers: Vec<(&'static str, usize)>,
    /// Kinds of smooth non-linearities, through which the plain gradient passes under every rule.
    pub smooth: Vec<(&'static str, usize)>,
    /// Families of operations, with how many there are, the most frequent first.
    pub operations: Vec<(&'static str, usize)>,
}

/// The facts of `graph`; `shapes` holds the shape of every value.
pub(crate) fn facts(graph: &Graph, shapes: &[Vec<i64>]) -> Facts {
    let mut facts = Facts::default();
    let mut multiply_adds = 0.0;
    for node in &graph.nodes {
        let inputs = node.inputs.iter().map(|id| shapes[id.0].as_slice());
        let inputs: Vec<&[i64]> = inputs.collect();
        let outputs: Vec<Vec<i64>> = node.outputs.iter().map(|id| shapes[id.0].clone()).collect();
        multiply_adds += node.op.cost(&inputs, &outputs).multiply_adds;
        count(&mut facts.operations, node.op.family());
        match node.op.gradient() {
            GradientRole::Rectifier(rectifier) => count(&mut facts.rectifiers, rectifier.name),
            GradientRole::Smooth { name } => count(&mut facts.smooth, name),
            GradientRole::Plain | GradientRole::Stops => {}
        }
    }
    facts
        .operations
        .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    // Exact: the budget allows for no more than a float holds.
    facts.multiply_adds = multiply_adds as u64;
    facts
}

fn count(kinds: &mut Vec<(&'static str, usize)>, kind: &'static str) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, count)) => *count += 1,
        None => kinds.push((kind, 1)),
    }
}

#[cfg(test)]
mod tests;
