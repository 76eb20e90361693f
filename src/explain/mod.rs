//! The methods, one file each: pure functions from a recorded pass to plain arrays.
//!
//! None of them runs the network. Each reads activations and gradients off the same
//! [`Tape`](crate::model::Tape), so another class, layer or method costs a backward pass at most.

mod channels;
mod grad_cam;
mod guided_backprop;
mod guided_grad_cam;
mod score;

pub use channels::{Channels, channels};
pub use grad_cam::{channel_weights, grad_cam, grad_cam_at, grad_cam_each};
pub use guided_backprop::{InputGradient, guided_backprop, guided_backprop_watched};
pub use guided_grad_cam::guided_grad_cam;
pub use score::Score;

use tch::{Kind, TchError, Tensor};

/// Copies a tensor out as plain numbers, row by row.
pub(crate) fn plain(tensor: &Tensor) -> Result<Vec<f32>, TchError> {
    let tensor = tensor.f_to_kind(Kind::Float)?.f_contiguous()?;
    let mut values = vec![0f32; tensor.numel()];
    tensor.f_copy_data(&mut values, tensor.numel())?;
    Ok(values)
}

/// The sizes of a `[1, channels, height, width]` tensor.
fn sizes(tensor: &Tensor) -> Result<(usize, usize, usize), TchError> {
    let (one, channels, height, width) = tensor.size4()?;
    let size = |n: i64| usize::try_from(n).map_err(|_| TchError::Shape(format!("a size of {n}")));
    if one != 1 {
        return Err(TchError::Shape(format!("a batch of {one}, not 1")));
    }
    Ok((size(channels)?, size(height)?, size(width)?))
}
