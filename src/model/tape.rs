//! One forward pass, recorded so that every explanation can be read off it.
//!
//! A gradient of any score, under any rule for rectifiers, at any set of layers, is one walk over
//! the cuts of the [`Plan`] from last to first: sum what arrives at a leaf, apply the rule, push
//! the result through the piece before it. Weights never require a gradient, so a walk computes
//! gradients of activations and nothing else, and it ends as soon as nothing wanted is left
//! upstream.

use std::collections::HashMap;
use std::sync::Arc;

use tch::{Kind, TchError, Tensor};

use super::graph::{Graph, Node, ValueId};
use super::ops;
use super::plan::{Plan, Rectifier};

/// What a rectifier lets through on the way back, g being the gradient at its output and x its
/// input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReluRule {
    /// g·1\[x>0\]: the plain gradient.
    Gradient,
    /// g·1\[x>0\]·1\[g>0\] (Springenberg et al., arXiv 1412.6806).
    #[default]
    Guided,
    /// g·1\[g>0\] (Zeiler and Fergus, arXiv 1311.2901).
    Deconvnet,
}

impl ReluRule {
    pub const ALL: [ReluRule; 3] = [ReluRule::Guided, ReluRule::Deconvnet, ReluRule::Gradient];

    /// What the panel is called.
    pub fn label(self) -> &'static str {
        match self {
            ReluRule::Gradient => "Gradient",
            ReluRule::Guided => "Guided backprop",
            ReluRule::Deconvnet => "Deconvnet",
        }
    }

    /// Applies the rule to `upstream`, the gradient at the output of a rectifier with input `x`.
    ///
    /// Never writes into `upstream`: an addition hands the same tensor to both of its inputs.
    fn apply(
        self,
        rectifier: Rectifier,
        x: &Tensor,
        upstream: &Tensor,
    ) -> Result<Tensor, TchError> {
        if self == ReluRule::Deconvnet {
            let positive = upstream.f_relu()?;
            return match rectifier.ceiling {
                Some(ceiling) => positive.f_mul(&x.f_lt(ceiling)?.f_to_kind(positive.f_kind()?)?),
                None => Ok(positive),
            };
        }
        let mut passed = match rectifier.ceiling {
            Some(ceiling) => x.f_hardtanh_backward(upstream, 0.0, ceiling)?,
            None => x.f_threshold_backward(upstream, 0.0)?,
        };
        if self == ReluRule::Guided {
            passed = passed.f_relu_()?;
        }
        Ok(passed)
    }
}

/// Gradients of one score.
#[derive(Debug)]
pub struct Gradients {
    /// At the values asked for, in their order, each shaped like the activation.
    pub at: Vec<Tensor>,
    /// At how many rectifiers the rule acted.
    pub rectifiers: usize,
}

/// Looks at each node and its inputs before it runs, and may end the pass there.
pub(super) type Watch<'a> = &'a mut dyn FnMut(&Node, &[&Tensor]) -> Result<(), TchError>;

/// A recorded forward pass of one input.
///
/// Not shared between threads: whoever records it owns it.
#[derive(Debug)]
pub struct Tape {
    plan: Arc<Plan>,
    /// Leaf of each cut.
    leaves: Vec<Tensor>,
    /// End of the piece before each cut; unused for the input.
    roots: Vec<Tensor>,
    /// Every value of the graph but weights.
    values: Vec<Option<Tensor>>,
    logits: Tensor,
}

impl Tape {
    /// Runs `graph` once on `input`, `[1, 3, height, width]`, normalised.
    ///
    /// # Errors
    /// What libtorch says where an operation does not take its inputs, with the node's name.
    pub fn record(graph: &Graph, plan: Arc<Plan>, input: &Tensor) -> Result<Tape, TchError> {
        Self::record_watched(graph, plan, input, &mut |_, _| Ok(()))
    }

    /// The same, with `watch` called before each node with its inputs; an error from it ends the
    /// pass there.
    ///
    /// # Errors
    /// As [`Tape::record`], and what `watch` returns.
    pub(super) fn record_watched(
        graph: &Graph,
        plan: Arc<Plan>,
        input: &Tensor,
        watch: Watch,
    ) -> Result<Tape, TchError> {
        let mut values: Vec<Option<Tensor>> = Vec::new();
        values.resize_with(graph.values.len(), || None);
        let mut leaves = Vec::with_capacity(plan.cuts.len());
        let mut roots = Vec::with_capacity(plan.cuts.len());

        let leaf = fresh_leaf(input)?;
        values[graph.input.0] = Some(leaf.shallow_clone());
        leaves.push(leaf);
        roots.push(input.shallow_clone());

        for node in &graph.nodes {
            let inputs = gather(graph, &values, node)?;
            watch(node, &inputs)?;
            let rectifier = node
                .outputs
                .first()
                .and_then(|output| plan.cut_at(*output))
                .is_some_and(|cut| plan.cuts[cut].rectifier.is_some());
            if rectifier {
                let root = inputs[0].shallow_clone();
                let outputs =
                    ops::apply(&node.op, &[&root.f_detach()?]).map_err(|e| at_node(node, e))?;
                let leaf = fresh_leaf(&only(outputs)?)?;
                values[node.outputs[0].0] = Some(leaf.shallow_clone());
                leaves.push(leaf);
                roots.push(root);
                continue;
            }
            let outputs = ops::apply(&node.op, &inputs).map_err(|e| at_node(node, e))?;
            drop(inputs);
            if outputs.len() < node.outputs.len() {
                return Err(at_node(
                    node,
                    TchError::Shape("fewer outputs than stated".into()),
                ));
            }
            for (&id, output) in node.outputs.iter().zip(outputs) {
                let is_cut = plan.cut_at(id).is_some();
                let kept = if is_cut {
                    let leaf = fresh_leaf(&output)?;
                    leaves.push(leaf.shallow_clone());
                    roots.push(output);
                    leaf
                } else {
                    output
                };
                values[id.0] = Some(kept);
            }
        }
        let logits = values[graph.logits.0]
            .as_ref()
            .ok_or_else(|| TchError::Shape("the logits are never computed".into()))?
            .f_detach()?;
        Ok(Tape {
            plan,
            leaves,
            roots,
            values,
            logits,
        })
    }

    /// `[1, classes]`, before softmax.
    pub fn logits(&self) -> &Tensor {
        &self.logits
    }

    /// What `value` was in this pass; `None` for weights and unknown ids.
    pub fn activation(&self, value: ValueId) -> Option<&Tensor> {
        self.values.get(value.0)?.as_ref()
    }

    /// The gradients of `Σ weight · logit` over the `(class, weight)` pairs of `score`, at the
    /// values `wanted`, under `rule`.
    ///
    /// # Errors
    /// [`TchError::Shape`] for a class or a value out of range, and what libtorch says.
    pub fn backward(
        &self,
        score: &[(usize, f64)],
        rule: ReluRule,
        wanted: &[ValueId],
    ) -> Result<Gradients, TchError> {
        let plan = &self.plan;
        let last = plan.cuts.len() - 1;
        let mut inner: HashMap<usize, Vec<ValueId>> = HashMap::new();
        let mut needed = vec![false; plan.cuts.len()];
        for &value in wanted {
            match (plan.cut_at(value), plan.piece_of(value)) {
                (Some(cut), _) => needed[cut] = true,
                (None, Some(piece)) => {
                    let values = inner.entry(piece).or_default();
                    if !values.contains(&value) {
                        values.push(value);
                    }
                    needed[piece] = true;
                }
                (None, None) => {
                    return Err(TchError::Shape(
                        "the score does not depend on this layer".into(),
                    ));
                }
            }
        }
        for cut in 0..=last {
            needed[cut] |= plan.cuts[cut].feeds.iter().any(|feed| needed[*feed]);
        }

        let mut arrived: Vec<Option<Tensor>> = Vec::new();
        arrived.resize_with(plan.cuts.len(), || None);
        arrived[last] = Some(self.seed(score)?);
        let mut found: HashMap<ValueId, Tensor> = HashMap::new();
        let mut rectifiers = 0;

        for cut in (1..=last).rev() {
            let place = &plan.cuts[cut];
            let upstream_feeds: Vec<usize> = place
                .feeds
                .iter()
                .copied()
                .filter(|feed| needed[*feed])
                .collect();
            let inside = inner.get(&cut).map(Vec::as_slice).unwrap_or_default();
            if upstream_feeds.is_empty() && inside.is_empty() {
                continue;
            }
            let asked_for = wanted.contains(&place.value);
            let kept = asked_for
                .then(|| arrived[cut].as_ref().map(Tensor::shallow_clone))
                .flatten();
            let Some(mut gradient) = kept.or_else(|| arrived[cut].take()) else {
                continue;
            };
            if let Some(rectifier) = place.rectifier {
                gradient = rule.apply(rectifier, &self.roots[cut].f_detach()?, &gradient)?;
                rectifiers += 1;
            }
            let mut ends: Vec<&Tensor> = upstream_feeds
                .iter()
                .map(|feed| &self.leaves[*feed])
                .collect();
            ends.extend(inside.iter().filter_map(|value| self.activation(*value)));
            let mut pulled = pull_back(&self.roots[cut], &gradient, &ends)?.into_iter();
            for (feed, gradient) in upstream_feeds.into_iter().zip(pulled.by_ref()) {
                let sum = match arrived[feed].take() {
                    Some(before) => before.f_add(&gradient)?,
                    None => gradient,
                };
                arrived[feed] = Some(sum);
            }
            found.extend(inside.iter().copied().zip(pulled));
        }

        let gradient_at = |value: &ValueId| -> Result<Tensor, TchError> {
            let at_leaf = plan.cut_at(*value).and_then(|cut| arrived[cut].as_ref());
            match at_leaf.or_else(|| found.get(value)) {
                Some(gradient) => Ok(gradient.shallow_clone()),
                None => self
                    .activation(*value)
                    .ok_or_else(|| TchError::Shape("no such value".into()))?
                    .f_zeros_like(),
            }
        };
        let at = wanted.iter().map(gradient_at).collect::<Result<_, _>>()?;
        Ok(Gradients { at, rectifiers })
    }

    fn seed(&self, score: &[(usize, f64)]) -> Result<Tensor, TchError> {
        let classes = self.logits.numel();
        let mut weights = vec![0f32; classes];
        for &(class, weight) in score {
            let place = weights
                .get_mut(class)
                .ok_or_else(|| TchError::Shape(format!("class {class} of {classes}")))?;
            *place += weight as f32;
        }
        Tensor::f_from_slice(&weights)?
            .f_to_kind(Kind::Float)?
            .f_reshape(self.logits.size())
    }
}

/// Runs `graph` on `input` without recording anything: `[1, classes]`.
///
/// # Errors
/// As [`Tape::record`].
pub fn forward(graph: &Graph, input: &Tensor) -> Result<Tensor, TchError> {
    tch::no_grad(|| {
        let mut last_read = vec![usize::MAX; graph.values.len()];
        for (index, node) in graph.nodes.iter().enumerate() {
            node.inputs.iter().for_each(|id| last_read[id.0] = index);
        }
        let mut values: Vec<Option<Tensor>> = Vec::new();
        values.resize_with(graph.values.len(), || None);
        values[graph.input.0] = Some(input.shallow_clone());
        for (index, node) in graph.nodes.iter().enumerate() {
            let outputs = ops::apply(&node.op, &gather(graph, &values, node)?)
                .map_err(|e| at_node(node, e))?;
            for (id, output) in node.outputs.iter().zip(outputs) {
                values[id.0] = Some(output);
            }
            for id in node
                .inputs
                .iter()
                .filter(|id| last_read[id.0] == index && **id != graph.logits)
            {
                values[id.0] = None;
            }
        }
        values[graph.logits.0]
            .take()
            .ok_or_else(|| TchError::Shape("the logits are never computed".into()))
    })
}

fn gather<'a>(
    graph: &'a Graph,
    values: &'a [Option<Tensor>],
    node: &Node,
) -> Result<Vec<&'a Tensor>, TchError> {
    node.inputs
        .iter()
        .map(|id| {
            values[id.0]
                .as_ref()
                .or_else(|| graph.weight(*id))
                .ok_or_else(|| at_node(node, TchError::Shape("an input is not defined".into())))
        })
        .collect()
}

fn at_node(node: &Node, error: TchError) -> TchError {
    TchError::Torch(format!("node {} ({}): {error}", node.name, node.module))
}

fn only(mut outputs: Vec<Tensor>) -> Result<Tensor, TchError> {
    outputs
        .pop()
        .ok_or_else(|| TchError::Shape("no output".into()))
}

fn fresh_leaf(tensor: &Tensor) -> Result<Tensor, TchError> {
    Ok(tensor.f_detach()?.set_requires_grad(true))
}

/// The vector-Jacobian product of a piece: `run_backward` takes no upstream gradient of its own, so
/// the gradient of `dot(root, upstream)` is asked for, which is the same.
fn pull_back(root: &Tensor, upstream: &Tensor, ends: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
    let score = root.f_reshape(-1)?.f_dot(&upstream.f_reshape(-1)?)?;
    Tensor::f_run_backward(&[score], ends, true, false)
}

#[cfg(test)]
mod tests;
