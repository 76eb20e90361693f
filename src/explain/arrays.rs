//! From tensors to plain arrays.

use tch::{Kind, TchError, Tensor};

/// Copies a tensor into a plain array in float32, row by row.
pub(crate) fn plain(tensor: &Tensor) -> Result<Vec<f32>, TchError> {
    let tensor = tensor.f_to_kind(Kind::Float)?.f_contiguous()?;
    let mut values = vec![0f32; tensor.numel()];
    tensor.f_copy_data(&mut values, tensor.numel())?;
    Ok(values)
}

/// Channels, height and width of a `[1, C, H, W]` tensor.
pub(super) fn sizes(tensor: &Tensor) -> Result<(usize, usize, usize), TchError> {
    let (one, channels, height, width) = tensor.size4()?;
    let size =
        |n: i64| usize::try_from(n).map_err(|_| TchError::Shape(format!("a dimension of {n}")));
    if one != 1 {
        return Err(TchError::Shape(format!("a batch of {one} instead of 1")));
    }
    Ok((size(channels)?, size(height)?, size(width)?))
}
