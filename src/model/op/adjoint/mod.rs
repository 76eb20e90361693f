//! The way back through operations that are linear in their input, without libtorch's record.
//!
//! libtorch does more in a backward pass than is needed here: batch normalisation sums up gradients
//! for weights that want none, a 1 × 1 convolution is no longer a matrix product, padding is added
//! to zeros instead of cut off, and each vector that is pulled back needs a dot product first. In
//! networks made of such layers that doubled the time of a walk. So operations state an [`Adjoint`],
//! and the tape walks through them one by one where that is cheaper. Measured with `cargo bench`.

use tch::{Kind, TchError, Tensor};

mod products;

pub(crate) use products::{TransposedConvolution, scaled};
use products::{rows_in_use, spread, transposed};

/// How a gradient passes an operation.
///
/// All but [`Sum`](Self::Sum) and [`Cat`](Self::Cat) lead to the first input alone, and only where
/// the others are fixed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Adjoint {
    /// A 1 × 1 convolution: by the transposed matrix.
    Pointwise,
    /// A convolution of each channel by itself, stride 1: by the mirrored kernel.
    Depthwise {
        padding: Vec<i64>,
        dilation: Vec<i64>,
    },
    /// Any other convolution: by the transposed one.
    Convolution(TransposedConvolution),
    /// A matrix product, as at the head of most networks.
    Linear,
    /// Padding: by cutting it off again. How much lies before the first entry, from the last axis
    /// on.
    Crop { before: Vec<i64> },
    /// Batch normalisation by fixed statistics: a factor for each channel.
    Scale { affine: bool, eps: f64 },
    /// To both addends, summed over what was broadcast.
    Sum,
    /// To each part what lies in its place.
    Cat { dim: i64 },
    /// A mean over `dims`: the same share to each position.
    Spread { dims: Vec<i64> },
    /// The same numbers in the shape they had.
    Reshaped,
    /// Unchanged.
    Same,
    /// By libtorch's record.
    Recorded,
}

impl Adjoint {
    /// Whether this way is cheaper than libtorch's.
    pub fn is_cheaper(&self) -> bool {
        match self {
            Adjoint::Pointwise
            | Adjoint::Depthwise { .. }
            | Adjoint::Convolution(_)
            | Adjoint::Linear
            | Adjoint::Crop { .. }
            | Adjoint::Scale { .. }
            | Adjoint::Spread { .. } => true,
            Adjoint::Sum
            | Adjoint::Cat { .. }
            | Adjoint::Reshaped
            | Adjoint::Same
            | Adjoint::Recorded => false,
        }
    }

    /// Whether it leads back through a convolution. It may be of an image without a batch.
    fn is_convolution(&self) -> bool {
        match self {
            Adjoint::Pointwise | Adjoint::Depthwise { .. } | Adjoint::Convolution(_) => true,
            Adjoint::Linear
            | Adjoint::Crop { .. }
            | Adjoint::Scale { .. }
            | Adjoint::Sum
            | Adjoint::Cat { .. }
            | Adjoint::Spread { .. }
            | Adjoint::Reshaped
            | Adjoint::Same
            | Adjoint::Recorded => false,
        }
    }

    /// Whether it is only a factor for each channel, which a convolution before it can take into its
    /// kernel.
    pub fn is_scale(&self) -> bool {
        matches!(self, Adjoint::Scale { .. })
    }

    /// The tensor that [`Adjoint::pull_back`] multiplies with, from the node's weights by the index
    /// of the input.
    ///
    /// # Errors
    /// What libtorch says about weights that do not fit, and [`TchError::Shape`] where one is
    /// missing.
    pub fn factor<'a>(
        &self,
        weight: impl Fn(usize) -> Option<&'a Tensor>,
    ) -> Result<Option<Tensor>, TchError> {
        let weight = |index: usize| {
            let missing = || TchError::Shape("a weight is missing".into());
            weight(index).ok_or_else(missing)
        };
        Ok(match self {
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

    /// Multiplies `scale`, `[C]`, into `factor`, the kernel of a convolution, where that is smaller
    /// than the gradient at the convolution's output. `None` where it is not, or this is no
    /// convolution.
    ///
    /// # Errors
    /// What libtorch says.
    pub fn folded(
        &self,
        factor: Option<&Tensor>,
        scale: &Tensor,
        upstream: &Tensor,
    ) -> Result<Option<Tensor>, TchError> {
        let along: &[i64] = match self {
            Adjoint::Pointwise => &[1, -1],
            Adjoint::Depthwise { .. } | Adjoint::Convolution(_) => &[-1, 1, 1, 1],
            Adjoint::Linear
            | Adjoint::Crop { .. }
            | Adjoint::Scale { .. }
            | Adjoint::Sum
            | Adjoint::Cat { .. }
            | Adjoint::Spread { .. }
            | Adjoint::Reshaped
            | Adjoint::Same
            | Adjoint::Recorded => return Ok(None),
        };
        factor
            .filter(|kernel| kernel.numel() < upstream.numel())
            .map(|kernel| kernel.f_mul(&scale.f_reshape(along)?))
            .transpose()
    }

    /// What [`Adjoint::pull_back`] gives where only its mean over all positions will be read: that
    /// mean at every position, without computing it for each. `None` where there is no such way.
    ///
    /// # Errors
    /// As [`Adjoint::pull_back`].
    pub fn pull_mean_back(
        &self,
        factor: Option<&Tensor>,
        input: &Tensor,
        upstream: &Tensor,
    ) -> Result<Option<Tensor>, TchError> {
        let (Adjoint::Pointwise, Some(factor)) = (self, factor) else {
            return Ok(None);
        };
        if input.dim() != 4 {
            return Ok(None);
        }
        let mean = upstream.f_flatten(2, -1)?.f_squeeze_dim(0)?;
        let mean = mean.f_mean_dim([1i64].as_slice(), false, Kind::Float)?;
        let size = input.size();
        let mean = factor.f_mv(&mean)?.f_reshape([1, -1, 1, 1])?;
        mean.f_expand(size, false).map(Some)
    }

    /// The gradient at one of the `inputs`, shaped like it, from `upstream`, the one at the output.
    ///
    /// # Errors
    /// What libtorch says; [`TchError::Shape`] for [`Adjoint::Recorded`].
    pub fn pull_back(
        &self,
        factor: Option<&Tensor>,
        inputs: &[&Tensor],
        which: usize,
        upstream: &Tensor,
    ) -> Result<Tensor, TchError> {
        let input = inputs.get(which);
        let input = input.ok_or_else(|| TchError::Shape("an input is missing".into()))?;
        let size = input.size();
        if size.len() == 3 && self.is_convolution() {
            let (one, above) = (input.f_unsqueeze(0)?, upstream.f_unsqueeze(0)?);
            let pulled = self.pull_back(factor, &[&one], 0, &above)?;
            return pulled.f_squeeze_dim(0);
        }
        let factor = || factor.ok_or_else(|| TchError::Shape("a factor is missing".into()));
        match self {
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
            Adjoint::Linear => rows_in_use(upstream, factor()?),
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
            Adjoint::Recorded => Err(TchError::Shape(
                "libtorch's record leads back through this operation".into(),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
