//! The way back through operations that are linear in their input, without libtorch's record.
//!
//! libtorch asks more of a backward pass than we need: batch normalisation sums up gradients for
//! weights that want none, a 1 × 1 convolution is not a matrix product any more, padding is added
//! to zeros instead of cut off, and each vector that is pulled back needs a dot product first. In
//! networks made of such layers that doubled the time of a walk. So where a piece between two cuts
//! consists of operations that one step leads back through, and at least one has a cheap adjoint,
//! the walk goes through it node by node; libtorch's record serves the rest. Measured with
//! `cargo bench`.

use tch::{TchError, Tensor};

use crate::model::graph::{Graph, Node, Op, ValueId};

mod kind;
mod products;

use kind::Adjoint;
pub(in crate::model) use products::scaled;
use products::{rows_of_use, spread, transposed};

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

impl Step {
    /// The step back from `output` through the node that computes it. `None` where one step does
    /// not do: for a node with several outputs, or with several inputs that are not just added.
    pub(crate) fn new(
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
        let all = inputs.len();
        let inputs: Vec<ValueId> = inputs.iter().copied().filter(|id| depends(*id)).collect();
        let adjoint = match (op, inputs.as_slice()) {
            (Op::Add { alpha: 1.0 }, [_, _]) => Adjoint::Sum,
            (Op::Cat { dim }, parts) if parts.len() == all => Adjoint::Cat { dim: *dim },
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
    pub(crate) fn is_cheaper(&self) -> bool {
        !matches!(
            self.adjoint,
            Adjoint::Sum
                | Adjoint::Cat { .. }
                | Adjoint::Reshaped
                | Adjoint::Same
                | Adjoint::Recorded
        )
    }

    /// Whether this step is but a factor for each channel, which a convolution before it can take
    /// into its kernel.
    pub(crate) fn is_scale(&self) -> bool {
        matches!(self.adjoint, Adjoint::Scale { .. })
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.adjoint == Adjoint::Recorded
    }

    /// The tensor that [`Step::pull_back`] multiplies with, from the node's weights.
    ///
    /// # Errors
    /// What libtorch says of weights that do not fit.
    pub(crate) fn factor(&self, graph: &Graph) -> Result<Option<Tensor>, TchError> {
        let node = &graph.nodes[self.node];
        let weight = |index: usize| {
            let id = node.inputs.get(index).copied();
            id.and_then(|id| graph.weight(id))
                .ok_or_else(|| TchError::Shape("a weight is missing".into()))
        };
        Ok(match &self.adjoint {
            Adjoint::Pointwise => Some(weight(1)?.f_flatten(1, -1)?.f_transpose(0, 1)?),
            Adjoint::Depthwise { .. } => Some(weight(1)?.f_flip([2, 3])?),
            Adjoint::Convolution(_) | Adjoint::Linear => Some(weight(1)?.shallow_clone()),
            Adjoint::Scale { affine, eps } => {
                let variance = weight(if *affine { 4 } else { 2 })?;
                let mut scale = variance.f_add_scalar(*eps)?.f_rsqrt()?;
                if *affine {
                    scale = scale.f_mul(weight(1)?)?;
                }
                Some(scale)
            }
            Adjoint::Crop { .. }
            | Adjoint::Cat { .. }
            | Adjoint::Sum
            | Adjoint::Spread { .. }
            | Adjoint::Reshaped
            | Adjoint::Same
            | Adjoint::Recorded => None,
        })
    }

    /// Multiplies `scale`, `[C]`, into the kernel `factor` of a convolution where that is
    /// smaller than the gradient at its output.
    ///
    /// # Errors
    /// What libtorch says.
    pub(crate) fn folded(
        &self,
        factor: Option<&Tensor>,
        scale: &Tensor,
        upstream: &Tensor,
    ) -> Result<Option<Tensor>, TchError> {
        let along: &[i64] = match &self.adjoint {
            Adjoint::Pointwise => &[1, -1],
            Adjoint::Depthwise { .. } | Adjoint::Convolution(_) => &[-1, 1, 1, 1],
            _ => return Ok(None),
        };
        factor
            .filter(|kernel| kernel.numel() < upstream.numel())
            .map(|kernel| kernel.f_mul(&scale.f_reshape(along)?))
            .transpose()
    }

    /// What [`Step::pull_back`] gives where only its mean over all places will be read: that mean
    /// at every place, without going through the places. `None` where this step knows no such way.
    ///
    /// # Errors
    /// As [`Step::pull_back`].
    pub(crate) fn pull_mean_back(
        &self,
        factor: Option<&Tensor>,
        input: &Tensor,
        upstream: &Tensor,
    ) -> Result<Option<Tensor>, TchError> {
        let (Adjoint::Pointwise, Some(factor)) = (&self.adjoint, factor) else {
            return Ok(None);
        };
        let mean = upstream.f_flatten(2, -1)?.f_squeeze_dim(0)?;
        let mean = mean.f_mean_dim([1i64].as_slice(), false, tch::Kind::Float)?;
        let size = input.size();
        let mean = factor.f_mv(&mean)?.f_reshape([1, -1, 1, 1])?;
        mean.f_expand(size, false).map(Some)
    }

    /// The gradient at one of the `inputs` of this step, shaped like it, from the one at its
    /// output.
    ///
    /// # Errors
    /// What libtorch says; [`TchError::Shape`] for a step of libtorch's record.
    pub(crate) fn pull_back(
        &self,
        factor: Option<&Tensor>,
        inputs: &[&Tensor],
        which: usize,
        upstream: &Tensor,
    ) -> Result<Tensor, TchError> {
        let input = inputs.get(which);
        let input = input.ok_or_else(|| TchError::Shape("an input is missing".into()))?;
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
            Adjoint::Convolution(convolution) => {
                transposed(convolution, factor()?, &size, upstream)
            }
            Adjoint::Linear => rows_of_use(upstream, factor()?),
            Adjoint::Crop { before } => {
                let mut rest = upstream.shallow_clone();
                for (back, start) in before.iter().enumerate() {
                    let axis = size.len() - 1 - back;
                    rest = rest.f_narrow(axis as i64, *start, size[axis])?;
                }
                Ok(rest)
            }
            Adjoint::Scale { .. } => scaled(upstream, factor()?),
            Adjoint::Cat { dim } => {
                let axis = if *dim < 0 {
                    *dim + size.len() as i64
                } else {
                    *dim
                };
                let along = |tensor: &Tensor| tensor.size().get(axis as usize).copied();
                let before = inputs[..which].iter().filter_map(|part| along(part)).sum();
                upstream.f_narrow(axis, before, along(input).unwrap_or(0))
            }
            Adjoint::Spread { dims } => spread(upstream, dims, &size),
            Adjoint::Reshaped => upstream.f_reshape(size),
            Adjoint::Sum if upstream.size() != size => upstream.f_sum_to_size(size),
            Adjoint::Sum | Adjoint::Same => Ok(upstream.shallow_clone()),
            Adjoint::Recorded => Err(TchError::Shape("it is on the record".into())),
        }
    }
}

#[cfg(test)]
mod tests;
