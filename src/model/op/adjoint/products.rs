//! The products behind those adjoints that are more than one call.

use tch::{TchError, Tensor};

/// How a convolution moved over its input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TransposedConvolution {
    pub stride: Vec<i64>,
    pub padding: Vec<i64>,
    pub dilation: Vec<i64>,
    pub groups: i64,
}

/// The convolution by `kernel` transposed: from its output back to an input of this `size`.
pub(crate) fn transposed(
    convolution: &TransposedConvolution,
    kernel: &Tensor,
    size: &[i64],
    upstream: &Tensor,
) -> Result<Tensor, TchError> {
    let TransposedConvolution {
        stride,
        padding,
        dilation,
        groups,
    } = convolution;
    let (kernel_size, steps) = (kernel.size(), upstream.size());
    // Rows and columns at the end that no step of the stride reached.
    let beyond = |axis: usize| -> Option<i64> {
        let reach = dilation.get(axis)? * (kernel_size.get(axis + 2)? - 1) + 1;
        let last = (steps.get(axis + 2)? - 1) * stride.get(axis)?;
        Some(size.get(axis + 2)? - (last - 2 * padding.get(axis)? + reach))
    };
    let (Some(down), Some(right)) = (beyond(0), beyond(1)) else {
        return Err(TchError::Shape("the gradient is no image".into()));
    };
    upstream.f_conv_transpose2d(
        kernel,
        None::<&Tensor>,
        stride.as_slice(),
        padding.as_slice(),
        [down, right],
        *groups,
        dilation.as_slice(),
    )
}

/// `upstream`, `[…, classes]`, times `weight`, `[classes, features]`. A score names a class or two:
/// then only their rows are read, instead of megabytes that are multiplied by zero.
pub(crate) fn rows_in_use(upstream: &Tensor, weight: &Tensor) -> Result<Tensor, TchError> {
    const FEW: i64 = 8;
    let &[1, _] = upstream.size().as_slice() else {
        return upstream.f_matmul(weight);
    };
    let rows = upstream.f_squeeze_dim(0)?.f_nonzero()?.f_squeeze_dim(1)?;
    if rows.numel() as i64 > FEW {
        return upstream.f_matmul(weight);
    }
    let values = upstream.f_index_select(1, &rows)?;
    values.f_matmul(&weight.f_index_select(0, &rows)?)
}

/// `tensor`, `[1, C, …]`, with a factor for each channel.
pub(crate) fn scaled(tensor: &Tensor, scale: &Tensor) -> Result<Tensor, TchError> {
    let mut shape = vec![1; tensor.dim()];
    if let Some(channels) = shape.get_mut(1) {
        *channels = -1;
    }
    tensor.f_mul(&scale.f_reshape(shape)?)
}

/// From the mean over `dims` of a tensor of this `size` back to it, without the memory of a copy
/// for each position.
pub(crate) fn spread(upstream: &Tensor, dims: &[i64], size: &[i64]) -> Result<Tensor, TchError> {
    let mut kept = size.to_vec();
    let mut positions = 1;
    for &dim in dims {
        let axis = if dim < 0 {
            dim + size.len() as i64
        } else {
            dim
        };
        let along = usize::try_from(axis)
            .ok()
            .and_then(|axis| kept.get_mut(axis));
        let along = along.ok_or_else(|| TchError::Shape(format!("no axis {dim}")))?;
        positions *= std::mem::replace(along, 1);
    }
    let share = upstream.f_reshape(kept)?.f_div_scalar(positions as f64)?;
    share.f_expand(size, false)
}
