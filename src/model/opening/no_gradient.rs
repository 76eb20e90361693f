//! Outputs that no gradient leads back from.

use crate::model::graph::Graph;

/// Why no gradient leads from the output to the image.
pub fn why(graph: &Graph) -> &'static str {
    let mut seen = vec![false; graph.values.len()];
    let mut open = vec![graph.logits];
    while let Some(value) = open.pop() {
        if !std::mem::replace(&mut seen[value.0], true)
            && let Some(node) = graph.producer(value)
        {
            open.extend(&node.inputs);
        }
    }
    if seen[graph.input.0] {
        "its output changes in steps only (a threshold, rounding, a one-hot code), so that it has no \
         gradient: let the model return the scores that it comes from"
    } else {
        "its output does not depend on the image"
    }
}
