//! Which layer to look at first.
//!
//! Grad-CAM shows most at the last feature map before the classifier: the deepest layer that still
//! knows where things are (Selvaraju et al., arXiv 1610.02391, section 3). Elsewhere people guess the
//! name of that layer; here the graph knows it.

use std::collections::{HashMap, HashSet};

use super::{Layer, LayerTree, ONLY_THE_CLASS_TOKEN, Target};
use crate::model::graph::links::Links;
use crate::model::graph::{Graph, Node, Op, ValueId};
use crate::model::op::{FeatureRole, Normalisation};

/// The row to start at and why; `None` where no layer has a map.
pub(crate) fn recommend(
    (graph, links): (&Graph, &Links),
    tree: &LayerTree,
    shapes: &[Vec<i64>],
) -> Option<(usize, String)> {
    if let Some(row) = before_the_last_attention(links, tree) {
        let why = "the last layer where the image's tokens still count, before attention";
        return Some((
            row,
            format!("Recommended: {why} gathers them in the class token"),
        ));
    }
    let (last, drawn) = last_feature_map((graph, links), shapes)?;
    let mut value = Some(last);
    let mut reason: fn(&LayerTree, usize) -> String = reason;
    if let Some(end) = drawn.and_then(|conv| end_of_the_encoder(graph, tree, shapes, (last, conv)))
    {
        value = Some(end);
        reason = reason_of_an_encoder;
    }
    let mut targets: HashMap<ValueId, Vec<usize>> = HashMap::new();
    for (row, layer) in tree.layers.iter().enumerate() {
        if layer.is_target() {
            targets.entry(layer.activation).or_default().push(row);
        }
    }
    while let Some(id) = value {
        let rows = || targets.get(&id).into_iter().flatten().copied();
        // A block says more than the activation function that ends it.
        let block = rows().filter(|&row| !tree.layers[row].children.is_empty());
        if let Some(row) = block
            .max_by_key(|&row| tree.layers[row].depth)
            .or_else(|| rows().next_back())
        {
            return Some((row, reason(tree, row)));
        }
        value = links
            .maker(id)
            .and_then(|node| node.inputs.first().copied());
    }
    let last = tree.layers.iter().rposition(super::Layer::is_target)?;
    Some((last, "the last layer with a spatial map".into()))
}

/// In a network that predicts from a class token, the tokens of the image no longer count after the
/// last attention. The normalisation before it is the deepest layer with a useful map.
fn before_the_last_attention(links: &Links, tree: &LayerTree) -> Option<usize> {
    let blind = |layer: &Layer| layer.target == Target::None(ONLY_THE_CLASS_TOKEN.into());
    if !tree.layers.iter().any(blind) {
        return None;
    }
    tree.layers.iter().rposition(|layer| {
        let norm = links.maker(layer.activation);
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

fn reason_of_an_encoder(tree: &LayerTree, row: usize) -> String {
    let size = match &tree.layers[row].target {
        Target::Spatial {
            channels,
            height,
            width,
        } => format!(", {channels} channels at {height} × {width}"),
        Target::None(_) => String::new(),
    };
    format!("Recommended: the end of the encoder, before the map of classes is drawn{size}")
}

/// In a network that draws a map of classes, as segmentation does, the layers before the classifier
/// only draw. What they draw is found by the end of the encoder (as in pytorch-grad-cam's tutorial on
/// DeepLabV3, which takes `backbone.layer4`): of the module of that name, else where the map is coarsest.
/// `None` where the map before the classifier, `last`, is as coarse as any: then nothing is drawn.
fn end_of_the_encoder(
    graph: &Graph,
    tree: &LayerTree,
    shapes: &[Vec<i64>],
    (last, classifier): (ValueId, &Node),
) -> Option<ValueId> {
    let named = |layer: &&Layer| ENCODERS.contains(&layer.name.as_str()) && layer.is_target();
    if let Some(encoder) = tree.layers.iter().find(named) {
        return Some(encoder.activation);
    }
    let area = |id: ValueId| {
        let layout = graph.layouts.get(id.0).copied().flatten();
        let sizes = layout.and_then(|layout| layout.sizes(&shapes[id.0]));
        sizes.map(|[_, height, width]| height * width)
    };
    let mut feeds: HashSet<ValueId> = classifier.inputs.iter().copied().collect();
    let mut coarsest: Option<(i64, ValueId)> = None;
    for node in graph.nodes.iter().rev() {
        if !node.outputs.iter().any(|output| feeds.contains(output)) {
            continue;
        }
        feeds.extend(node.inputs.iter().copied());
        let makes = node.op.feature() != FeatureRole::Passes;
        for &output in node.outputs.iter().filter(|_| makes) {
            match area(output) {
                Some(area) if area > 1 && coarsest.is_none_or(|(least, _)| area < least) => {
                    coarsest = Some((area, output));
                }
                _ => {}
            }
        }
    }
    let (least, value) = coarsest?;
    (least < area(last)?).then_some(value)
}

/// What libraries call the part of a network that draws nothing yet.
const ENCODERS: [&str; 2] = ["encoder", "backbone"];

/// Walks back from the logits: past the classifier, which is a linear layer or a convolution with one
/// channel for each class, then past operations that add no feature
/// ([`FeatureRole::Passes`]), such as pooling. Also returns the classifier where it is a convolution that
/// answers at more than one position.
fn last_feature_map<'a>(
    (graph, links): (&Graph, &Links<'a>),
    shapes: &[Vec<i64>],
) -> Option<(ValueId, Option<&'a Node>)> {
    // `[1, classes]`, or a map of them.
    let classes = *shapes[graph.logits.0].get(1)?;
    let is_map = |id: ValueId| {
        let layout = graph.layouts.get(id.0).copied().flatten();
        let sizes = layout.and_then(|layout| layout.sizes(&shapes[id.0]));
        sizes.is_some_and(|[_, height, width]| height * width > 1)
    };
    let mut id = graph.logits;
    let mut past_classifier = false;
    let mut draws = None;
    loop {
        let Some(node) = links.maker(id) else {
            return is_map(id).then_some((id, draws));
        };
        if past_classifier && is_map(id) && node.op.feature() != FeatureRole::Passes {
            return Some((id, draws));
        }
        if !past_classifier && is_classifier(node, classes, shapes) {
            past_classifier = true;
            draws = Some(node)
                .filter(|node| node.op.feature() == FeatureRole::Convolution && is_map(id));
        }
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
            let channels = output.and_then(|id| shapes[id.0].get(1).copied());
            // A single logit stands for two classes.
            channels == Some(classes) || (channels, classes) == (Some(1), 2)
        }
        FeatureRole::Passes | FeatureRole::Makes => false,
    }
}
