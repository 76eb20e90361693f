//! What there is to know of a network before any picture: how much it computes, and what its
//! non-linearities are.

use super::{Graph, Op};

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
}

/// The facts of `graph`; `shapes` holds the shape of every value.
pub(crate) fn facts(graph: &Graph, shapes: &[Vec<i64>]) -> Facts {
    let mut facts = Facts::default();
    for node in &graph.nodes {
        let shape = |id: Option<&crate::model::ValueId>| id.map(|id| shapes[id.0].as_slice());
        let inputs: Vec<&[i64]> = node
            .inputs
            .iter()
            .map(|id| shapes[id.0].as_slice())
            .collect();
        let output = shape(node.outputs.first()).unwrap_or_default();
        facts.multiply_adds = facts
            .multiply_adds
            .saturating_add(multiply_adds(&node.op, &inputs, output));
        if let Some(kind) = rectifier(&node.op) {
            count(&mut facts.rectifiers, kind);
        } else if let Some(kind) = smooth(&node.op) {
            count(&mut facts.smooth, kind);
        }
    }
    facts
}

fn count(kinds: &mut Vec<(&'static str, usize)>, kind: &'static str) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, count)) => *count += 1,
        None => kinds.push((kind, 1)),
    }
}

fn rectifier(op: &Op) -> Option<&'static str> {
    if !op.is_rectifier() {
        return None;
    }
    Some(match op.rectifier_ceiling() {
        None => "ReLU",
        Some(6.0) => "ReLU6",
        Some(_) => "clipped ReLU",
    })
}

fn smooth(op: &Op) -> Option<&'static str> {
    Some(match op {
        Op::Silu => "SiLU",
        Op::Gelu { .. } => "GELU",
        Op::Hardswish => "Hardswish",
        Op::Elu { .. } => "ELU",
        Op::LeakyRelu { .. } => "LeakyReLU",
        Op::Prelu => "PReLU",
        Op::Mish => "Mish",
        Op::Softplus => "Softplus",
        Op::Tanh => "Tanh",
        _ => return None,
    })
}

fn multiply_adds(op: &Op, inputs: &[&[i64]], output: &[i64]) -> u64 {
    let elements = |shape: &[i64]| {
        let sizes = shape.iter().map(|size| u64::try_from(*size).unwrap_or(0));
        sizes.fold(1, u64::saturating_mul)
    };
    let input = |index: usize| inputs.get(index).copied().unwrap_or_default();
    let last = |shape: &[i64]| shape.last().map_or(0, |size| size.unsigned_abs());
    let each = match op {
        // [out, in / groups, height, width]
        Op::Conv2d { .. } => elements(input(1).get(1..).unwrap_or_default()),
        Op::Linear { .. } | Op::Matmul => last(input(0)),
        Op::Addmm => last(input(1)),
        Op::Attention { .. } => {
            // Each query with each key, once for the weight and once for the value.
            let keys = input(1)
                .iter()
                .rev()
                .nth(1)
                .map_or(0, |keys| keys.unsigned_abs());
            return 2 * elements(input(0)).saturating_mul(keys);
        }
        _ => return 0,
    };
    elements(output).saturating_mul(each)
}

#[cfg(test)]
mod tests;
