//! Which layer to look at first.
//!
//! Grad-CAM is most telling at the last feature map before the classifier: the deepest place that
//! still knows where things are (§3 of the paper). People guess a layer's name for it; the graph
//! knows.

use super::graph::{Graph, Node, Op, ValueId};
use super::layers::LayerTree;

/// The row to start at and why; `None` where no layer has a map.
pub(super) fn recommend(
    graph: &Graph,
    tree: &LayerTree,
    shapes: &[Vec<i64>],
) -> Option<(usize, String)> {
    let mut value = Some(last_feature_map(graph, shapes)?);
    while let Some(id) = value {
        let rows = || {
            (0..tree.layers.len())
                .filter(|&row| tree.layers[row].activation == id && tree.layers[row].is_target())
        };
        // A block says more than the activation function that ends it.
        let block = rows().filter(|&row| !tree.layers[row].children.is_empty());
        if let Some(row) = block
            .max_by_key(|&row| tree.layers[row].depth)
            .or_else(|| rows().next_back())
        {
            return Some((row, reason(tree, row)));
        }
        value = graph
            .producer(id)
            .and_then(|node| node.inputs.first().copied());
    }
    let last = tree.layers.iter().rposition(|layer| layer.is_target())?;
    Some((last, "the last layer with a spatial map".into()))
}

fn reason(tree: &LayerTree, row: usize) -> String {
    match tree.layers[row].shape.as_slice() {
        [_, channels, height, width] => format!(
            "Recommended: the last feature map before the classifier, {channels} channels at {height} × {width}"
        ),
        _ => "Recommended: the last feature map before the classifier".into(),
    }
}

/// Walks back from the logits: past the classifier, which is a linear layer or a convolution with
/// one channel a class, then past pooling, which only makes the map coarser.
fn last_feature_map(graph: &Graph, shapes: &[Vec<i64>]) -> Option<ValueId> {
    let classes = *shapes[graph.logits.0].last()?;
    let is_map = |id: ValueId| matches!(shapes[id.0].as_slice(), [_, _, h, w] if h * w > 1);
    let mut id = graph.logits;
    let mut past_classifier = false;
    loop {
        let Some(node) = graph.producer(id) else {
            return is_map(id).then_some(id);
        };
        if past_classifier && is_map(id) && !only_pools(&node.op) {
            return Some(id);
        }
        past_classifier |= is_classifier(node, classes, shapes);
        // Scalars and gates come second; the features are the first input that is computed.
        id = *node
            .inputs
            .iter()
            .find(|input| graph.weight(**input).is_none())?;
    }
}

fn is_classifier(node: &Node, classes: i64, shapes: &[Vec<i64>]) -> bool {
    match node.op {
        Op::Linear { .. } | Op::Addmm | Op::Matmul => true,
        Op::Conv2d { .. } => node
            .outputs
            .first()
            .is_some_and(|id| shapes[id.0].get(1) == Some(&classes)),
        _ => false,
    }
}

fn only_pools(op: &Op) -> bool {
    matches!(
        op,
        Op::MaxPool2d { .. }
            | Op::AvgPool2d { .. }
            | Op::AdaptiveAvgPool2d { .. }
            | Op::AdaptiveMaxPool2d { .. }
            | Op::Identity
    )
}
