//! Upsamples a coarse grid over the model's input to the pixels of the original image.
//!
//! Resizing and cropping are undone per axis. So the neighbours and weights of every column and row are
//! computed once, and each image row then costs one blend of two grid rows and one pass along it.

use super::sample::{Sampling, Tap, lerp};
use crate::picture::photo::geometry::Placement;

/// From a grid that covers the whole input to the image pixels the network saw ([`Placement::seen`]).
pub(crate) struct Upsampler {
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    /// One blended grid row.
    blended: Vec<f32>,
}

impl Upsampler {
    /// `grid` is (width, height), both at least 1.
    pub fn new(grid: (usize, usize), placement: &Placement, sampling: Sampling) -> Self {
        let seen = placement.seen();
        let source = placement.source;
        Self {
            columns: taps(
                seen.x,
                seen.width,
                (source.x, source.width),
                grid.0,
                sampling,
            ),
            rows: taps(
                seen.y,
                seen.height,
                (source.y, source.height),
                grid.1,
                sampling,
            ),
            blended: vec![0.0; grid.0],
        }
    }

    /// Computes row `y` of the seen box from `plane`, a grid row by row. `out` is as wide as the box.
    pub fn row(&mut self, plane: &[f32], y: usize, out: &mut [f32]) {
        let row = self.rows[y];
        let width = self.blended.len();
        let upper = &plane[row.low * width..][..width];
        let lower = &plane[row.high * width..][..width];
        for ((blended, a), b) in self.blended.iter_mut().zip(upper).zip(lower) {
            *blended = lerp(*a, *b, row.weight);
        }
        let blended = self.blended.as_slice();
        for (value, tap) in out.iter_mut().zip(&self.columns) {
            *value = lerp(blended[tap.low], blended[tap.high], tap.weight);
        }
    }
}

/// The positions of the centres of `count` pixels from `first` on, on a grid of `cells` that covers
/// `extent` image pixels from `origin` on.
fn taps(
    first: u32,
    count: u32,
    (origin, extent): (f64, f64),
    cells: usize,
    sampling: Sampling,
) -> Vec<Tap> {
    (first..first + count)
        .map(|pixel| Tap::at((f64::from(pixel) + 0.5 - origin) / extent, cells, sampling))
        .collect()
}
