//! Where the tape is cut: computed once for each graph, before anything runs.
//!
//! libtorch offers tch neither hooks nor custom gradients, so a rule for rectifiers can only act
//! where the recorded graph is *cut*: the value before the cut ends one piece of libtorch's record,
//! a fresh leaf begins the next. The tape is cut at every rectifier, and also wherever a value is read
//! more than once. The second kind keeps the pieces apart: without it a residual sum or a dense block
//! would be walked again for every rectifier that reads it, which is quadratic in depth.

use std::collections::BTreeSet;

use super::step::Step;
use crate::model::graph::{Graph, ValueId};
pub use crate::model::op::Rectifier;

/// A point where the record is cut. The first cut is the input, the last the logits.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The value whose tensor is the fresh leaf.
    pub value: ValueId,
    /// Set where a rectifier stands at the cut.
    pub rectifier: Option<Rectifier>,
    /// The earlier cuts at which the piece before this one begins.
    pub feeds: Vec<usize>,
}

/// Cuts in the order of the network, and the piece each value lies in.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The input first, the logits last.
    pub cuts: Vec<Cut>,
    /// For each cut the steps back through the piece before it, where they are cheaper than
    /// libtorch's record.
    pub(crate) steps: Vec<Option<Vec<Step>>>,
    /// By value: the cut whose leaf it is.
    cut_of: Vec<Option<usize>>,
    /// By value: the cut that ends the piece it lies in. `None` where it does not feed the logits or
    /// does not depend on the input.
    piece_of: Vec<Option<usize>>,
}

impl Plan {
    /// Expects a graph in topological order, as the readers build it.
    pub fn new(graph: &Graph) -> Plan {
        let count = graph.values.len();
        let feeding = feeds_logits(graph);
        let reads = count_reads(graph, &feeding);

        let mut plan = Plan {
            cuts: Vec::new(),
            steps: Vec::new(),
            cut_of: vec![None; count],
            piece_of: vec![None; count],
        };
        // The cuts at whose leaves the piece of each value begins; empty where no gradient flows.
        let mut begins: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
        begins[graph.input.0] = plan.cut(graph.input, None, BTreeSet::new());

        for node in &graph.nodes {
            let mut from = BTreeSet::new();
            for input in &node.inputs {
                from.extend(begins[input.0].iter().copied());
            }
            if from.is_empty() || node.op.stops_gradient() {
                continue;
            }
            let rectifier = node.op.rectifier();
            for &output in &node.outputs {
                let wanted = rectifier.is_some() || reads[output.0] > 1 || output == graph.logits;
                begins[output.0] = if feeding[output.0] && wanted {
                    plan.cut(output, rectifier, from.clone())
                } else {
                    from.clone()
                };
            }
        }
        plan.find_pieces(graph, &begins);
        let mut computed_by: Vec<Option<usize>> = vec![None; count];
        for (index, node) in graph.nodes.iter().enumerate() {
            node.outputs
                .iter()
                .for_each(|id| computed_by[id.0] = Some(index));
        }
        let depends = |id: ValueId| !begins[id.0].is_empty();
        plan.steps = (0..plan.cuts.len())
            .map(|cut| plan.steps_before(cut, graph, &computed_by, depends))
            .collect();
        plan
    }

    /// The steps from a cut back to those that feed it, from the last to the first of the network.
    fn steps_before(
        &self,
        cut: usize,
        graph: &Graph,
        computed_by: &[Option<usize>],
        depends: impl Fn(ValueId) -> bool,
    ) -> Option<Vec<Step>> {
        let last = computed_by[self.cuts[cut].value.0]?;
        let mut open = match self.cuts[cut].rectifier {
            // The rule is applied to the rectifier itself; the steps begin before it.
            Some(_) => {
                let before = *graph.nodes[last].inputs.first()?;
                BTreeSet::from_iter(computed_by[before.0].filter(|_| self.cut_at(before).is_none()))
            }
            None => BTreeSet::from([last]),
        };
        let mut steps = Vec::new();
        // Nodes are in topological order, and uncut values are read once.
        while let Some(node) = open.pop_last() {
            let step = Step::new(graph, node, &depends)?;
            let uncut = step.inputs.iter().filter(|id| self.cut_at(**id).is_none());
            open.extend(uncut.filter_map(|id| computed_by[id.0]));
            steps.push(step);
        }
        let cheaper = |step: &Step| step.adjoint.is_cheaper();
        steps.iter().any(cheaper).then_some(steps)
    }

    fn cut(
        &mut self,
        value: ValueId,
        rectifier: Option<Rectifier>,
        feeds: BTreeSet<usize>,
    ) -> BTreeSet<usize> {
        let index = self.cuts.len();
        self.cuts.push(Cut {
            value,
            rectifier,
            feeds: feeds.into_iter().collect(),
        });
        self.cut_of[value.0] = Some(index);
        BTreeSet::from([index])
    }

    /// Walks back from the cuts: an uncut value lies in the piece of whatever reads it.
    fn find_pieces(&mut self, graph: &Graph, begins: &[BTreeSet<usize>]) {
        for node in graph.nodes.iter().rev() {
            let piece = node
                .outputs
                .iter()
                .find_map(|output| self.cut_of[output.0].or(self.piece_of[output.0]));
            for input in &node.inputs {
                if self.cut_of[input.0].is_none() && !begins[input.0].is_empty() {
                    self.piece_of[input.0] = self.piece_of[input.0].or(piece);
                }
            }
        }
    }

    /// The cut whose leaf `value` is.
    pub fn cut_at(&self, value: ValueId) -> Option<usize> {
        self.cut_of.get(value.0).copied().flatten()
    }

    /// The cut that ends the piece in which `value` lies uncut.
    pub fn piece_of(&self, value: ValueId) -> Option<usize> {
        self.piece_of.get(value.0).copied().flatten()
    }

    /// Whether the score has a gradient at this value.
    pub fn has_gradient(&self, value: ValueId) -> bool {
        self.cut_at(value).is_some() || self.piece_of(value).is_some()
    }
}

fn feeds_logits(graph: &Graph) -> Vec<bool> {
    let mut feeding = vec![false; graph.values.len()];
    feeding[graph.logits.0] = true;
    for node in graph.nodes.iter().rev() {
        if node.outputs.iter().any(|output| feeding[output.0]) {
            for input in &node.inputs {
                feeding[input.0] = true;
            }
        }
    }
    feeding
}

/// How often each value is read on the way to the logits. A node with several outputs reads its
/// input once for each, since each output may lead to a piece of its own.
fn count_reads(graph: &Graph, feeding: &[bool]) -> Vec<usize> {
    let mut reads = vec![0; graph.values.len()];
    for node in &graph.nodes {
        let outputs = node
            .outputs
            .iter()
            .filter(|output| feeding[output.0])
            .count();
        for input in &node.inputs {
            reads[input.0] += outputs;
        }
    }
    reads
}
