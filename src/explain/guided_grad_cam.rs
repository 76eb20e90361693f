//! Guided Grad-CAM: the fine detail of Guided Backpropagation where Grad-CAM finds evidence
//! (arXiv 1610.02391 v4, §3.2).

use tch::{TchError, Tensor};

use super::plain;
use crate::picture::map::{Map, SignedImage};

/// Each of the three planes of `guided` times the raw `map`, upsampled bilinearly with half-pixel
/// centres (`align_corners = false`) to the planes' size.
///
/// # Errors
/// What libtorch says of arrays whose sizes do not fit their values.
pub fn guided_grad_cam(guided: &SignedImage, map: &Map) -> Result<SignedImage, TchError> {
    let (width, height) = (guided.width as i64, guided.height as i64);
    let map = Tensor::f_from_slice(&map.values)?
        .f_reshape([1, 1, map.height as i64, map.width as i64])?
        .f_upsample_bilinear2d([height, width], false, None, None)?;
    let planes = Tensor::f_from_slice(&guided.values)?.f_reshape([1, 3, height, width])?;
    Ok(SignedImage {
        width: guided.width,
        height: guided.height,
        values: plain(&planes.f_mul(&map)?)?,
    })
}
