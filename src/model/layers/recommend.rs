//! Which layer to look at first.
//!
//! Grad-CAM shows most at the last feature map before the classifier: the deepest layer that still
//! knows where things are (Selvaraju et al., arXiv 1610.02391, section 3). Elsewhere people guess the
//! name of that layer; here the graph knows it.

use super::{Layer, LayerTree, ONLY_THE_CLASS_TOKEN, Target};
use crate::model::graph::{Graph, Node, Op, ValueId};
use crate::model::op::{FeatureRole, Normalisation, Operation};

/// The row to start at and why; `None` where no layer has a map.
pub(crate) fn recommend(
    graph: &Graph,
    tree: &LayerTree,
    shapes: &[Vec<i64>],
) -> Option<(usize, String)> {
    if let Some(row) = before_the_last_attention(graph, tree) {
        let why = "the last layer where the image's tokens still count, before attention";
        return Some((
            row,
            format!("Recommended: {why} gathers them in the class token"),
        ));
    }
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
    let last = tree.layers.iter().rposition(super::Layer::is_target)?;
    Some((last, "the last layer with a spatial map".into()))
}

/// In a network that predicts from a class token, the tokens of the image no longer count after the
/// last attention. The normalisation before it is the deepest layer with a useful map.
fn before_the_last_attention(graph: &Graph, tree: &LayerTree) -> Option<usize> {
    let blind = |layer: &Layer| layer.target == Target::None(ONLY_THE_CLASS_TOKEN.into());
    if !tree.layers.iter().any(blind) {
        return None;
    }
    tree.layers.iter().rposition(|layer| {
        let norm = graph.producer(layer.activation);
        layer.is_target()
            && norm.is_some_and(|node| {
                matches!(node.op, Op::Normalisation(Normalisation::Layer { .. }))
            })
    })
}

fn reason(tree: &LayerTree, row: usize) -> String {
    match &tree.layers[row].target {
        Target::Spatial {
            channels,
            height,
            width,
        } => format!(
            "Recommended: the last feature map before the classifier, {channels} channels at {height} × {width}"
        ),
        Target::None(_) => "Recommended: the last feature map before the classifier".into(),
    }
}

/// Walks back from the logits: past the classifier, which is a linear layer or a convolution with one
/// channel for each class, then past operations that add no feature
/// ([`FeatureRole::Passes`]), such as pooling.
fn last_feature_map(graph: &Graph, shapes: &[Vec<i64>]) -> Option<ValueId> {
    let classes = *shapes[graph.logits.0].last()?;
    let is_map = |id: ValueId| {
        let layout = graph.layouts.get(id.0).copied().flatten();
        let sizes = layout.and_then(|layout| layout.sizes(&shapes[id.0]));
        sizes.is_some_and(|[_, height, width]| height * width > 1)
    };
    let mut id = graph.logits;
    let mut past_classifier = false;
    loop {
        let Some(node) = graph.producer(id) else {
            return is_map(id).then_some(id);
        };
        if past_classifier && is_map(id) && node.op.feature() != FeatureRole::Passes {
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
    match node.op.feature() {
        FeatureRole::Dense => true,
        FeatureRole::Convolution => {
            let output = node.outputs.first();
            output.is_some_and(|id| shapes[id.0].get(1) == Some(&classes))
        }
        FeatureRole::Passes | FeatureRole::Makes => false,
    }
}
