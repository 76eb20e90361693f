//! One forward pass, recorded so that every explanation can be computed from it.
//!
//! The gradient of any score, under any rule for rectifiers, at any set of layers, is one walk over
//! the cuts of the [`Plan`] from last to first: sum what arrives at a leaf, apply the rule, push the
//! result through the piece before it. Weights never require a gradient, so a walk computes gradients
//! of activations and nothing else, and it ends as soon as no wanted value is left.
//!
//! This module runs a graph through [`Operation`] and libtorch. It knows nothing of files or windows.

use std::sync::Arc;

use tch::{TchError, Tensor};

use super::graph::axes::Layout;
use super::graph::{Graph, Node, ValueId};
use super::op::Operation;
use plan::{Plan, Rectifier};
use step::Step;

pub mod plan;
mod step;
mod walk;

pub use walk::{Detail, Gradients};

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
    /// Every rule, in the order in which a person chooses among them.
    pub const ALL: [ReluRule; 3] = [ReluRule::Guided, ReluRule::Deconvnet, ReluRule::Gradient];

    /// The title of its panel.
    pub fn label(self) -> &'static str {
        match self {
            ReluRule::Gradient => "Gradient",
            ReluRule::Guided => "Guided backprop",
            ReluRule::Deconvnet => "Deconvnet",
        }
    }

    /// Applies the rule to `upstream`, the gradient at the output of a rectifier with input `x`.
    ///
    /// Never writes into `upstream`: an addition passes the same tensor to both of its inputs.
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

/// Called with each node and its inputs before it runs; an error ends the pass there.
pub type Watch<'a, E> = &'a mut dyn FnMut(&Node, &[&Tensor]) -> Result<(), E>;

/// A recorded forward pass of one input.
///
/// Not shared between threads: the thread that records it owns it.
#[derive(Debug)]
pub struct Tape {
    plan: Arc<Plan>,
    /// The leaf of each cut.
    leaves: Vec<Tensor>,
    /// The end of the piece before each cut; unused for the input.
    roots: Vec<Tensor>,
    /// For each cut the tensors that its steps multiply with.
    factors: Vec<Vec<Option<Tensor>>>,
    /// Every value of the graph except weights.
    values: Vec<Option<Tensor>>,
    layouts: Arc<[Option<Layout>]>,
    logits: Tensor,
}

impl Tape {
    /// Runs `graph` once on `input`, `[1, 3, height, width]`, normalised.
    ///
    /// # Errors
    /// What libtorch says where inputs do not fit an operation, with the node's name.
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
        watch: Watch<TchError>,
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
                let outputs = node
                    .op
                    .run(&[&root.f_detach()?])
                    .map_err(|e| at_node(node, e))?;
                let leaf = fresh_leaf(&only(outputs)?)?;
                values[node.outputs[0].0] = Some(leaf.shallow_clone());
                leaves.push(leaf);
                roots.push(root);
                continue;
            }
            let outputs = node.op.run(&inputs).map_err(|e| at_node(node, e))?;
            drop(inputs);
            if outputs.len() < node.outputs.len() {
                return Err(at_node(
                    node,
                    TchError::Shape("it has fewer outputs than the graph states".into()),
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
        let factors = tch::no_grad(|| {
            let steps = |cut: &Option<Vec<Step>>| -> Result<Vec<Option<Tensor>>, TchError> {
                let steps = cut.iter().flatten();
                steps.map(|step| step.factor(graph)).collect()
            };
            plan.steps.iter().map(steps).collect::<Result<_, _>>()
        })?;
        Ok(Tape {
            plan,
            factors,
            leaves,
            roots,
            values,
            layouts: Arc::clone(&graph.layouts),
            logits,
        })
    }

    /// `[1, classes]` or `[1, classes, height, width]`, before softmax.
    pub fn logits(&self) -> &Tensor {
        &self.logits
    }

    /// A tensor shaped like `value` (its activation, or a gradient there) as `[1, C, H, W]`.
    ///
    /// # Errors
    /// What libtorch says about a tensor of another shape.
    pub fn planes(&self, value: ValueId, tensor: &Tensor) -> Result<Tensor, TchError> {
        match self.layouts.get(value.0).copied().flatten() {
            Some(layout) => layout.planes(tensor),
            None => Ok(tensor.shallow_clone()),
        }
    }

    /// The tensor of `value` in this pass; `None` for weights and unknown ids.
    pub fn activation(&self, value: ValueId) -> Option<&Tensor> {
        self.values.get(value.0)?.as_ref()
    }
}

/// Runs `graph` on `input` without recording anything: `[1, classes]`.
///
/// # Errors
/// As [`Tape::record`].
pub fn forward(graph: &Graph, input: &Tensor) -> Result<Tensor, TchError> {
    forward_watched(graph, input, &mut |_, _| Ok(()))
}

/// The same, with `watch` called before each node with its inputs; an error from it ends the pass
/// there.
///
/// # Errors
/// As [`Tape::record`], and what `watch` returns.
pub fn forward_watched<E: From<TchError>>(
    graph: &Graph,
    input: &Tensor,
    watch: Watch<E>,
) -> Result<Tensor, E> {
    let mut made = forward_to(graph, input, &[graph.logits], watch)?;
    let logits = made.pop();
    Ok(logits.ok_or_else(|| TchError::Shape("the logits are never computed".into()))?)
}

/// What `wanted` values are for an image, unrecorded.
///
/// # Errors
/// As [`Tape::record`], and what `watch` returns.
pub(crate) fn forward_to<E: From<TchError>>(
    graph: &Graph,
    input: &Tensor,
    wanted: &[ValueId],
    watch: Watch<E>,
) -> Result<Vec<Tensor>, E> {
    tch::no_grad(|| {
        let mut last_read = vec![usize::MAX; graph.values.len()];
        for (index, node) in graph.nodes.iter().enumerate() {
            node.inputs.iter().for_each(|id| last_read[id.0] = index);
        }
        let mut values: Vec<Option<Tensor>> = Vec::new();
        values.resize_with(graph.values.len(), || None);
        values[graph.input.0] = Some(input.shallow_clone());
        for (index, node) in graph.nodes.iter().enumerate() {
            let inputs = gather(graph, &values, node)?;
            watch(node, &inputs)?;
            let outputs = node.op.run(&inputs).map_err(|e| at_node(node, e))?;
            for (id, output) in node.outputs.iter().zip(outputs) {
                values[id.0] = Some(output);
            }
            for id in node
                .inputs
                .iter()
                .filter(|id| last_read[id.0] == index && !wanted.contains(id))
            {
                values[id.0] = None;
            }
        }
        let made = wanted.iter().map(|id| values[id.0].as_ref());
        let made = made.map(|value| value.map(Tensor::shallow_clone));
        let made: Option<Vec<Tensor>> = made.collect();
        Ok(made.ok_or_else(|| TchError::Shape("the logits are never computed".into()))?)
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
    if tensor.f_is_floating_point()? || tensor.f_is_complex()? {
        Ok(tensor.f_detach()?.set_requires_grad(true))
    } else {
        Err(TchError::Kind(
            "there are integers, which have no gradient, between the image and the logits".into(),
        ))
    }
}

#[cfg(test)]
mod tests;
