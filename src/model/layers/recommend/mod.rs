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

mod rows;
mod walk;

use rows::Rows;
use walk::Ways;

/// The row to start at and why; `None` where no layer has a map. `several` are the values that are more
/// than one map.
pub(crate) fn recommend(
    (graph, links): (&Graph, &Links),
    tree: &LayerTree,
    shapes: &[Vec<i64>],
    several: &HashMap<ValueId, i64>,
) -> Option<(usize, String)> {
    if let Some(row) = before_the_last_attention(links, tree) {
        let why = "the last layer where the image's tokens still count, before attention";
        return Some((
            row,
            format!("Recommended: {why} gathers them in the class token"),
        ));
    }
    let rows = Rows::of(tree);
    let ways = Ways {
        graph,
        links,
        shapes,
        rows: &rows,
    };
    let found = ways.last_feature_maps();
    if let Some((best, others)) = found.split_first()
        && let Some(row) = rows.at(best.map)
    {
        if let Some(conv) = best.drawn
            && let Some(end) = end_of_the_encoder(graph, tree, shapes, (best.map, conv))
            && let Some(row) = ways.row_at_or_before(end)
        {
            let why = "the end of the encoder, before the map of classes is drawn";
            return Some((row, format!("Recommended: {why}{}", sizes(tree, row))));
        }
        let others = others.iter().filter_map(|branch| rows.at(branch.map));
        let others: Vec<&str> = others.map(|row| tree.layers[row].path.as_str()).collect();
        let (sizes, branches) = (sizes(tree, row), branches(&others));
        let mut after = tree.layers[row..].iter();
        let apart = after.find_map(|layer| several.get(&layer.activation));
        let why = match apart {
            Some(_) => "the last feature map of the whole picture",
            None => "the last feature map before the classifier",
        };
        let apart = apart
            .map(|count| format!(". The network goes on with {count} pictures or patches at once"));
        let apart = apart.unwrap_or_default();
        return Some((row, format!("Recommended: {why}{sizes}{apart}{branches}")));
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

/// `, 512 channels at 7 × 7`
fn sizes(tree: &LayerTree, row: usize) -> String {
    match &tree.layers[row].target {
        Target::Spatial {
            channels,
            height,
            width,
        } => {
            let s = if *channels == 1 { "" } else { "s" };
            format!(", {channels} channel{s} at {height} × {width}")
        }
        Target::None(_) => String::new(),
    }
}

/// More names than this are not listed.
const LISTED: usize = 4;

/// That the network has other branches, which a single layer does not show.
fn branches(others: &[&str]) -> String {
    let count = others.len() + 1;
    match others {
        [] => String::new(),
        [other] => format!(
            ". It is one of 2 branches that are joined before the prediction; the other is {other}. Both can be \
             chosen together"
        ),
        others if others.len() <= LISTED => format!(
            ". It is one of {count} branches that are joined before the prediction; the others are {}. Several can be \
             chosen together",
            others.join(", ")
        ),
        _ => format!(
            ". It is one of {count} branches that are joined before the prediction. Several can be chosen together"
        ),
    }
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
