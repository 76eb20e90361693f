//! The walk from the logits back to the last feature maps.

use std::collections::HashSet;

use super::rows::Rows;
use crate::model::graph::links::Links;
use crate::model::graph::{Graph, Node, Op, ValueId};
use crate::model::op::{Arithmetic, FeatureRole};

/// A feature map that has a row, from which a classifier predicts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub map: ValueId,
    /// The classifier, where it is a convolution that answers at more than one position.
    pub drawn: Option<&'a Node>,
}

/// Where a walk has got to.
#[derive(Clone, Copy)]
struct Step<'a> {
    id: ValueId,
    past_classifier: bool,
    drawn: Option<&'a Node>,
    /// The last map with a row, after which no feature came.
    passed: Option<ValueId>,
    /// Whether it only weighs other features: what is left where there is nothing better.
    weighs: bool,
}

/// What a walk needs to know of a graph that has been run.
#[derive(Clone, Copy)]
pub(super) struct Ways<'a, 'g> {
    pub graph: &'g Graph,
    pub links: &'a Links<'g>,
    pub shapes: &'a [Vec<i64>],
    pub rows: &'a Rows,
}

/// How far weights are followed to the softmax or sigmoid that they come from.
const STEPS: usize = 12;
/// A network of more branches than this is searched no further.
const BRANCHES: usize = 64;

impl<'g> Ways<'_, 'g> {
    fn is_map(&self, id: ValueId) -> bool {
        let layout = self.graph.layouts.get(id.0).copied().flatten();
        let sizes = layout.and_then(|layout| layout.sizes(&self.shapes[id.0]));
        sizes.is_some_and(|[_, height, width]| height * width > 1)
    }

    /// Walks back from the logits: past the classifier, which is a linear layer or a convolution with one
    /// channel for each class, then past operations that add no feature ([`FeatureRole::Passes`]), such as
    /// pooling, and past sums that no module makes. What weighs features, as attention over positions does,
    /// is left aside. The first is the one to look at; the others are those of other branches.
    pub fn last_feature_maps(&self) -> Vec<Found<'g>> {
        // `[1, classes]`, or a map of them.
        let Some(&classes) = self.shapes[self.graph.logits.0].get(1) else {
            return Vec::new();
        };
        let mut found: [Vec<Found<'g>>; 2] = Default::default();
        let mut seen = HashSet::new();
        let mut open = vec![Step {
            id: self.graph.logits,
            past_classifier: false,
            drawn: None,
            passed: None,
            weighs: false,
        }];
        while let Some(mut at) = open.pop() {
            let new = seen.insert((at.id, at.past_classifier, at.weighs));
            let Some(node) = self.links.maker(at.id).filter(|_| new) else {
                continue;
            };
            let is_map = self.is_map(at.id);
            let row = Some(at.id).filter(|id| self.rows.at(*id).is_some());
            if at.past_classifier && is_map {
                let passes = node.op.feature() == FeatureRole::Passes;
                if let Some(map) = row.or(at.passed).filter(|_| !passes) {
                    let drawn = at.drawn;
                    let of_its_kind = &mut found[usize::from(at.weighs)];
                    if of_its_kind.len() < BRANCHES {
                        of_its_kind.push(Found { map, drawn });
                    }
                    continue;
                }
                at.passed = row.or(at.passed);
            }
            if !at.past_classifier && self.is_classifier(node, classes) {
                at.past_classifier = true;
                let is_drawn = node.op.feature() == FeatureRole::Convolution && is_map;
                at.drawn = is_drawn.then_some(node);
            }
            let back = self.carriers(node).into_iter().rev();
            open.extend(back.map(|(id, weighs)| Step {
                id,
                weighs: at.weighs || weighs,
                ..at
            }));
        }
        let [features, weights] = found;
        let found = if features.is_empty() {
            weights
        } else {
            features
        };
        self.deepest(&found)
    }

    /// Without those that others are computed from; but where several branches go out from one of them
    /// that itself goes on beside them, that one has the evidence of all.
    fn deepest(&self, found: &[Found<'g>]) -> Vec<Found<'g>> {
        if found.len() < 2 {
            return found.to_vec();
        }
        let before: Vec<HashSet<ValueId>> = found.iter().map(|f| self.before(f.map)).collect();
        let before = |of: &Found<'g>| {
            let at = found.iter().position(|other| other.map == of.map);
            at.map(|at| &before[at])
        };
        let feeds = |a: &Found<'g>, b: &Found<'g>| before(b).is_some_and(|b| b.contains(&a.map));
        let mut kept: Vec<Found<'g>> = Vec::new();
        for of in found {
            let seen = kept.iter().any(|other| other.map == of.map);
            if !seen && !found.iter().any(|other| feeds(of, other)) {
                kept.push(*of);
            }
        }
        let feeds_all = |of: &&Found<'g>| kept.iter().all(|branch| feeds(of, branch));
        let trunk: Vec<&Found<'g>> = found.iter().filter(feeds_all).collect();
        let last = trunk
            .iter()
            .find(|of| !trunk.iter().any(|other| feeds(of, other)));
        match last {
            Some(trunk) if kept.len() > 1 => vec![**trunk],
            Some(_) | None => kept,
        }
    }

    /// All that a value is computed from.
    fn before(&self, id: ValueId) -> HashSet<ValueId> {
        let mut before = HashSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let inputs = self.links.maker(id).map(|node| node.inputs.as_slice());
            let new = inputs.unwrap_or_default().iter();
            open.extend(new.filter(|id| before.insert(**id)));
        }
        before
    }

    /// The row of a value, or of the last one before it that has a row.
    pub fn row_at_or_before(&self, value: ValueId) -> Option<usize> {
        let carrier = |id: &ValueId| Some(self.carriers(self.links.maker(*id)?).first()?.0);
        std::iter::successors(Some(value), carrier).find_map(|id| self.rows.at(id))
    }

    /// The inputs of `node` that are computed, and whether they only weigh the others: the likeliest to
    /// carry the features first. Attention carries its values; gates may stand anywhere.
    fn carriers(&self, node: &Node) -> Vec<(ValueId, bool)> {
        let computed = node.inputs.iter().enumerate();
        let computed = computed.filter(|(_, id)| self.graph.weight(**id).is_none());
        let mut carriers: Vec<(ValueId, bool)> = match node.op {
            Op::Attention(_) => computed.map(|(at, id)| (*id, at != 2)).collect(),
            _ => computed
                .map(|(_, id)| (*id, self.weighs(*id, STEPS)))
                .collect(),
        };
        if carriers.iter().all(|(_, weighs)| *weighs) {
            for (_, weighs) in &mut carriers {
                *weighs = false;
            }
        }
        carriers.sort_by_key(|(_, weighs)| *weighs);
        carriers
    }

    /// Whether a value comes from a softmax or a sigmoid, and so says how much other values count.
    fn weighs(&self, id: ValueId, steps: usize) -> bool {
        let (Some(node), Some(steps)) = (self.links.maker(id), steps.checked_sub(1)) else {
            return false;
        };
        let computed = node.inputs.iter().copied();
        let mut computed = computed.filter(|id| self.graph.weight(*id).is_none());
        let scales = matches!(
            node.op,
            Op::Arithmetic(
                Arithmetic::AddScalar(_)
                    | Arithmetic::RsubScalar(_)
                    | Arithmetic::MulScalar(_)
                    | Arithmetic::PowScalar(_)
                    | Arithmetic::Div
            ) | Op::Indexing(_)
                | Op::Splitting(_)
                | Op::Joining(_)
                | Op::Reduction(_)
                | Op::Aggregation(_)
                | Op::Reshaping(_)
        );
        match node.op.feature() {
            FeatureRole::Weighs => true,
            FeatureRole::Makes if node.op == Op::Arithmetic(Arithmetic::Mul) => {
                computed.all(|id| self.weighs(id, steps))
            }
            FeatureRole::Makes if !scales => false,
            FeatureRole::Makes | FeatureRole::Passes => {
                computed.next().is_some_and(|id| self.weighs(id, steps))
            }
            FeatureRole::Dense | FeatureRole::Convolution => false,
        }
    }

    fn is_classifier(&self, node: &Node, classes: i64) -> bool {
        match node.op.feature() {
            FeatureRole::Dense => true,
            FeatureRole::Convolution => {
                let output = node.outputs.first();
                let channels = output.and_then(|id| self.shapes[id.0].get(1).copied());
                // A single logit stands for two classes.
                channels == Some(classes) || (channels, classes) == (Some(1), 2)
            }
            FeatureRole::Passes | FeatureRole::Makes | FeatureRole::Weighs => false,
        }
    }
}
