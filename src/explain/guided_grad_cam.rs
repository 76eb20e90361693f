//! Guided Grad-CAM: the detail of Guided Backpropagation where Grad-CAM finds evidence (Selvaraju et
//! al., arXiv 1610.02391 v4, §3.2).
//!
//! This is plain arithmetic on two finished results: another layer of the same class needs no tensor
//! and so no worker.

use crate::picture::map::sample::sampled;
use crate::picture::map::{Map, SignedImage};

/// Each plane of `guided` times the raw `map`. The map is upsampled bilinearly to the
/// size of the planes, with half-pixel centres (`align_corners = false`).
pub fn guided_grad_cam(guided: &SignedImage, map: &Map) -> SignedImage {
    let (width, height) = (guided.width, guided.height);
    let weights = sampled(map, (width, height)).values;
    let mut values = Vec::with_capacity(guided.values.len());
    for plane in guided.values.chunks(weights.len().max(1)) {
        values.extend(plane.iter().zip(&weights).map(|(g, weight)| g * weight));
    }
    SignedImage {
        width,
        height,
        values,
        blue_first: guided.blue_first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_each_plane_by_the_map_at_its_pixels() {
        let guided = SignedImage {
            width: 4,
            height: 1,
            values: (1..=12).map(|v| v as f32).collect(),
            blue_first: false,
        };
        let map = Map {
            width: 2,
            height: 1,
            values: vec![0.0, 4.0],
        };
        // Half-pixel centres: the pixels lie at −¼, ¼, ¾ and 1¼ of the way from cell to cell.
        let product = guided_grad_cam(&guided, &map);
        assert_eq!(
            product.values,
            [
                0.0, 2.0, 9.0, 16.0, 0.0, 6.0, 21.0, 32.0, 0.0, 10.0, 33.0, 48.0
            ]
        );
    }
}
