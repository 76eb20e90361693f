//! Resampling whose kernels do not widen, as tensors and OpenCV have it, and OpenCV's means over areas.
//!
//! In float32 along both axes; bytes are rounded once. OpenCV computes in fixed point, and differs by at most
//! one level.

use super::cut::Axis;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    Linear,
    Cubic,
    Area,
}

/// The pixels of the source that one pixel of the target is made of, along one axis, with their weights.
struct Taps(Vec<(u32, f32)>);

/// The pixels that are wanted, as sums of `pixel` at a column and a row. Pixels at the edges of the image are
/// repeated beyond it.
pub(super) fn sums<const N: usize>(
    across: &Axis,
    down: &Axis,
    kernel: Kernel,
    pixel: impl Fn(u32, u32) -> [f32; N],
) -> Vec<[f32; N]> {
    let reduced = across.scale() >= 1.0 && down.scale() >= 1.0;
    let taps = |axis: &Axis, pixel: u32| match kernel {
        Kernel::Linear => axis.linear(pixel),
        Kernel::Cubic => axis.cubic(pixel),
        Kernel::Area if reduced => axis.area(pixel),
        Kernel::Area => axis.steep(pixel),
    };
    let columns: Vec<Taps> = (0..across.length)
        .map(|column| taps(across, column))
        .collect();
    let mut all = vec![[0f32; N]; columns.len() * down.length as usize];
    for (row, sums) in (0..).zip(all.chunks_exact_mut(columns.len().max(1))) {
        for (from, down) in taps(down, row).0 {
            for (sum, column) in sums.iter_mut().zip(&columns) {
                for (at, across) in &column.0 {
                    let weight = across * down;
                    for (sum, value) in sum.iter_mut().zip(pixel(*at, from)) {
                        *sum += weight * value;
                    }
                }
            }
        }
    }
    all
}

impl Axis {
    /// Pixels of the source for each of the resized image.
    fn scale(&self) -> f64 {
        f64::from(self.side) / f64::from(self.resized)
    }

    /// The place of a pixel that is wanted in the resized image.
    fn place(&self, pixel: u32) -> f64 {
        f64::from(self.first) + f64::from(pixel)
    }

    /// The pixel of the source at this position, the nearest one if there is none.
    fn pixel(&self, at: f64) -> u32 {
        at.clamp(0.0, f64::from(self.side - 1)) as u32
    }

    /// The pixel before the centre of a target's pixel, and how far the centre is beyond that pixel's.
    fn centre(&self, pixel: u32) -> (f64, f32) {
        let centre = (self.place(pixel) + 0.5) * self.scale() - 0.5;
        let before = centre.floor();
        (before, (centre - before) as f32)
    }

    fn linear(&self, pixel: u32) -> Taps {
        let (before, beyond) = self.centre(pixel);
        self.between(before, beyond)
    }

    fn between(&self, before: f64, beyond: f32) -> Taps {
        let after = (self.pixel(before + 1.0), beyond);
        Taps(vec![(self.pixel(before), 1.0 - beyond), after])
    }

    /// Keys' kernel with -0.75, over four pixels.
    fn cubic(&self, pixel: u32) -> Taps {
        const A: f32 = -0.75;
        let (before, beyond) = self.centre(pixel);
        let near = |d: f32| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
        let far = |d: f32| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
        Taps(vec![
            (self.pixel(before - 1.0), far(beyond + 1.0)),
            (self.pixel(before), near(beyond)),
            (self.pixel(before + 1.0), near(1.0 - beyond)),
            (self.pixel(before + 2.0), far(2.0 - beyond)),
        ])
    }

    /// Each pixel by how much of it lies under the target's.
    fn area(&self, pixel: u32) -> Taps {
        let begin = self.place(pixel) * self.scale();
        let end = (begin + self.scale()).min(f64::from(self.side));
        let mut taps = Vec::new();
        let mut at = self.pixel(begin.floor());
        let mut sum = 0.0;
        while at < self.side && f64::from(at) < end {
            let under = end.min(f64::from(at + 1)) - begin.max(f64::from(at));
            // What rounding errors leave of a pixel does not count.
            if under > 1e-3 {
                taps.push((at, under as f32));
                sum += under as f32;
            }
            at += 1;
        }
        if taps.is_empty() {
            return Taps(vec![(self.pixel(begin.floor()), 1.0)]);
        }
        for (_, weight) in &mut taps {
            *weight /= sum;
        }
        Taps(taps)
    }

    /// What OpenCV does for `INTER_AREA` if an axis is enlarged: a pixel of the target that lies within one
    /// of the source is that pixel; only where it spans two of them, it is between.
    fn steep(&self, pixel: u32) -> Taps {
        let scale = self.scale();
        let begin = self.place(pixel) * scale;
        let before = begin.floor();
        let beyond = (begin + scale - (before + 1.0)) / scale;
        let beyond = if beyond <= 0.0 {
            0.0
        } else {
            beyond - beyond.floor()
        };
        self.between(before, beyond as f32)
    }
}
