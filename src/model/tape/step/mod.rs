//! One node of a piece on the way back, where that goes without libtorch's record.
//!
//! Where a piece between two cuts consists of operations that one step leads back through, and at
//! least one has a cheap [`Adjoint`], the walk goes through it node by node. libtorch's record serves
//! the rest.

use tch::{TchError, Tensor};

use crate::model::graph::{Graph, Node, ValueId};
use crate::model::op::adjoint::Adjoint;

/// The way back through one node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The value whose gradient arrives.
    pub output: ValueId,
    /// The values it is passed on to: those that depend on the network's input.
    pub inputs: Vec<ValueId>,
    pub adjoint: Adjoint,
    /// Index into [`Graph::nodes`].
    node: usize,
}

impl Step {
    /// The step back through the node at this index. `None` where one step is not enough: for a node
    /// with several outputs, or with several inputs that depend on the network's and are not just
    /// added or put side by side.
    pub fn new(graph: &Graph, node: usize, depends: impl Fn(ValueId) -> bool) -> Option<Step> {
        let index = node;
        let Node {
            op,
            inputs,
            outputs,
            ..
        } = &graph.nodes[node];
        let &[output] = outputs.as_slice() else {
            return None;
        };
        let weights: Vec<Option<&Tensor>> = inputs.iter().map(|id| graph.weight(*id)).collect();
        let all = inputs.len();
        let inputs: Vec<ValueId> = inputs.iter().copied().filter(|id| depends(*id)).collect();
        let others_are_fixed = || weights.iter().skip(1).all(Option::is_some);
        // Back through a product with complex numbers goes that with their conjugates.
        let complex = |weight: &&Tensor| weight.f_is_complex().unwrap_or(true);
        let adjoint = if weights.iter().flatten().any(complex) {
            Adjoint::Recorded
        } else {
            op.adjoint(&weights)
        };
        let applies = match &adjoint {
            Adjoint::Sum => (inputs.len(), all) == (2, 2),
            Adjoint::Cat { .. } => inputs.len() == all,
            Adjoint::Pointwise
            | Adjoint::Depthwise { .. }
            | Adjoint::Convolution(_)
            | Adjoint::Linear
            | Adjoint::Crop { .. }
            | Adjoint::Scale { .. }
            | Adjoint::Spread { .. }
            | Adjoint::Reshaped
            | Adjoint::Same => inputs.len() == 1 && others_are_fixed(),
            Adjoint::Recorded => inputs.len() == 1,
        };
        let adjoint = match (applies, inputs.len()) {
            (true, _) => adjoint,
            (false, 1) => Adjoint::Recorded,
            (false, _) => return None,
        };
        Some(Step {
            output,
            inputs,
            adjoint,
            node: index,
        })
    }

    /// Whether it goes by libtorch's record.
    pub fn is_recorded(&self) -> bool {
        self.adjoint == Adjoint::Recorded
    }

    /// The tensor that [`Adjoint::pull_back`] multiplies with.
    ///
    /// # Errors
    /// As [`Adjoint::factor`].
    pub fn factor(&self, graph: &Graph) -> Result<Option<Tensor>, TchError> {
        let inputs = &graph.nodes[self.node].inputs;
        self.adjoint
            .factor(|index| graph.weight(*inputs.get(index)?))
    }
}

#[cfg(test)]
mod tests;
