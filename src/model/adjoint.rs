//! The way back through operations that are linear in their input, without libtorch's record.
//!
//! libtorch asks more of a backward pass than we need: batch normalisation sums up gradients for
//! weights that want none, a 1 × 1 convolution is not a matrix product any more, and each vector
//! that is pulled back needs a dot product first. In networks made of such layers that doubled the
//! time of a walk. So where a piece between two cuts consists of operations with one input, and at
//! least one has a cheap adjoint, the walk goes through it node by node; libtorch's record serves
//! the rest. Measured with `cargo bench`.

use tch::{TchError, Tensor};

use super::graph::{Graph, Node, Op, Padding, ValueId};

/// One node of a piece on the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The value whose gradient arrives.
    pub output: ValueId,
    /// The values it is passed on to: those that depend on the network's input.
    pub inputs: Vec<ValueId>,
    /// Index into [`Graph::nodes`].
    node: usize,
    adjoint: Adjoint,
}

/// How a gradient passes a node.
#[derive(Debug, Clone, PartialEq)]
enum Adjoint {
    /// A 1 × 1 convolution: by the transposed matrix.
    Pointwise,
    /// A convolution of each channel by itself, stride 1: by the mirrored kernel.
    Depthwise {
        padding: Vec<i64>,
        dilation: Vec<i64>,
    },
    /// Batch normalisation by fixed statistics: a factor for each channel.
    Scale { affine: bool, eps: f64 },
    /// To both addends, summed over what was broadcast.
    Sum,
    /// Unchanged.
    Same,
    /// By libtorch's record.
    Recorded,
}

impl Step {
    /// The step back from `output` through the node that computes it. `None` where one step does
    /// not do: for a node with several outputs, or with several inputs that are not just added.
    pub(super) fn new(
        graph: &Graph,
        node: usize,
        depends: impl Fn(ValueId) -> bool,
    ) -> Option<Step> {
        let Node {
            op,
            inputs,
            outputs,
            ..
        } = &graph.nodes[node];
        let &[output] = outputs.as_slice() else {
            return None;
        };
        let inputs: Vec<ValueId> = inputs.iter().copied().filter(|id| depends(*id)).collect();
        let adjoint = match (op, inputs.as_slice()) {
            (Op::Add { alpha: 1.0 }, [_, _]) => Adjoint::Sum,
            (_, [_]) => Adjoint::of(graph, &graph.nodes[node]),
            _ => return None,
        };
        Some(Step {
            output,
            inputs,
            node,
            adjoint,
        })
    }

    /// Whether this way is cheaper than libtorch's.
    pub(super) fn is_cheaper(&self) -> bool {
        use Adjoint::{Depthwise, Pointwise, Scale};
        matches!(self.adjoint, Pointwise | Depthwise { .. } | Scale { .. })
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.adjoint == Adjoint::Recorded
    }

    /// The tensor that [`Step::pull_back`] multiplies with, from the node's weights.
    ///
    /// # Errors
    /// What libtorch says of weights that do not fit.
    pub(super) fn factor(&self, graph: &Graph) -> Result<Option<Tensor>, TchError> {
        let node = &graph.nodes[self.node];
        let weight = |index: usize| {
            let id = node.inputs.get(index).copied();
            id.and_then(|id| graph.weight(id))
                .ok_or_else(|| TchError::Shape("a weight is missing".into()))
        };
        Ok(match &self.adjoint {
            Adjoint::Pointwise => Some(weight(1)?.f_flatten(1, -1)?.f_transpose(0, 1)?),
            Adjoint::Depthwise { .. } => Some(weight(1)?.f_flip([2, 3])?),
            Adjoint::Scale { affine, eps } => {
                let variance = weight(if *affine { 4 } else { 2 })?;
                let mut scale = variance.f_add_scalar(*eps)?.f_rsqrt()?;
                if *affine {
                    scale = scale.f_mul(weight(1)?)?;
                }
                Some(scale.f_reshape([1, -1, 1, 1])?)
            }
            Adjoint::Sum | Adjoint::Same | Adjoint::Recorded => None,
        })
    }

    /// The gradient at an input of this step, `[1, C, H, W]` like `input`, from the one at its
    /// output.
    ///
    /// # Errors
    /// What libtorch says; [`TchError::Shape`] for a step of libtorch's record.
    pub(super) fn pull_back(
        &self,
        factor: Option<&Tensor>,
        input: &Tensor,
        upstream: &Tensor,
    ) -> Result<Tensor, TchError> {
        let size = input.size();
        let factor = || factor.ok_or_else(|| TchError::Shape("a factor is missing".into()));
        match &self.adjoint {
            Adjoint::Pointwise => {
                let planes = upstream.f_flatten(2, -1)?.f_squeeze_dim(0)?;
                factor()?.f_matmul(&planes)?.f_reshape(size)
            }
            Adjoint::Depthwise { padding, dilation } => upstream.f_conv2d(
                factor()?,
                None::<&Tensor>,
                1,
                padding.as_slice(),
                dilation.as_slice(),
                size.get(1).copied().unwrap_or(1),
            ),
            Adjoint::Scale { .. } => upstream.f_mul(factor()?),
            Adjoint::Sum if upstream.size() != size => upstream.f_sum_to_size(size),
            Adjoint::Sum | Adjoint::Same => Ok(upstream.shallow_clone()),
            Adjoint::Recorded => Err(TchError::Shape("it is on the record".into())),
        }
    }
}

impl Adjoint {
    /// Of a node with one input that counts, its first.
    fn of(graph: &Graph, node: &Node) -> Adjoint {
        let fixed = node
            .inputs
            .iter()
            .skip(1)
            .all(|id| graph.weight(*id).is_some());
        if !fixed {
            return Adjoint::Recorded;
        }
        match &node.op {
            Op::BatchNorm { affine, eps } => Adjoint::Scale {
                affine: *affine,
                eps: *eps,
            },
            Op::Conv2d { .. } => Adjoint::of_convolution(graph, node).unwrap_or(Adjoint::Recorded),
            Op::Identity => Adjoint::Same,
            _ => Adjoint::Recorded,
        }
    }

    fn of_convolution(graph: &Graph, node: &Node) -> Option<Adjoint> {
        let Op::Conv2d {
            stride,
            padding: Padding::Explicit(padding),
            dilation,
            groups,
            ..
        } = &node.op
        else {
            return None;
        };
        let &[out_channels, in_channels, height, width] =
            graph.weight(*node.inputs.get(1)?)?.size().as_slice()
        else {
            return None;
        };
        if stride.iter().any(|stride| *stride != 1) {
            return None;
        }
        let padded = padding.iter().any(|padding| *padding != 0);
        if (height, width, *groups) == (1, 1, 1) && !padded {
            return Some(Adjoint::Pointwise);
        }
        if (in_channels, *groups) != (1, out_channels) {
            return None;
        }
        // Missing here, they were not given one by one: left to libtorch.
        let along = |axis: usize, kernel: i64| {
            let back = dilation.get(axis)? * (kernel - 1) - padding.get(axis)?;
            (back >= 0).then_some(back)
        };
        Some(Adjoint::Depthwise {
            padding: vec![along(0, height)?, along(1, width)?],
            dilation: dilation.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
