//! Pillow's resampling, to the bit: `Resample.c` of Pillow 13.
//!
//! Bytes are summed in fixed point and rounded after each pass, floats in double precision and rounded to
//! single. Which pass is first depends on the sizes: where a kernel overshoots at an edge, the other order
//! differs by ten levels.

use std::f64::consts::PI;
use std::ops::Range;

use super::cut::Axis;

/// The pixels that the axes want of a resized image, whose rows have `width` pixels of `N` values.
pub(super) fn scaled<T: Value, const N: usize>(
    pixels: &[[T; N]],
    width: usize,
    (across, down): (&Axis, &Axis),
    kernel: Kernel,
) -> Vec<[T; N]> {
    let columns: Vec<Taps<T>> = kernel.taps(across);
    let rows: Vec<Taps<T>> = kernel.taps(down);
    let width = width.max(1);
    // Only what the second pass reads is kept between the passes.
    if is_downwards_first(across, down) {
        let read = read(&columns);
        let lowered = downwards(pixels, width, &rows, (0, read.clone()));
        sideways(&lowered, read.len().max(1), &columns, read.start)
    } else {
        let read = read(&rows);
        let first = read.start;
        let taken = pixels.get(first * width..read.end * width);
        let narrowed = sideways(taken.unwrap_or_default(), width, &columns, 0);
        let length = columns.len().max(1);
        downwards(&narrowed, length, &rows, (first, 0..length))
    }
}

/// Whether Pillow takes the vertical pass first: where the height loses more than twice what the width does.
fn is_downwards_first(across: &Axis, down: &Axis) -> bool {
    let lost = |axis: &Axis| i64::from(axis.side) - i64::from(axis.resized);
    lost(down) > 2 * lost(across).max(0)
}

/// What these taps read.
fn read<T: Value>(taps: &[Taps<T>]) -> Range<usize> {
    let first = taps.iter().map(|taps| taps.first).min().unwrap_or(0);
    let ends = taps.iter().map(|taps| taps.first + taps.weights.len());
    first..ends.max().unwrap_or(first)
}

/// The horizontal pass over rows of `width` pixels, of which the first is at the column `from`.
fn sideways<T: Value, const N: usize>(
    pixels: &[[T; N]],
    width: usize,
    columns: &[Taps<T>],
    from: usize,
) -> Vec<[T; N]> {
    let mut done = Vec::with_capacity(pixels.len() / width * columns.len());
    for row in pixels.chunks_exact(width) {
        done.extend(columns.iter().map(|taps| {
            let mut sums = [T::START; N];
            let taken = row.iter().skip(taps.first - from);
            for (pixel, weight) in taken.zip(&taps.weights) {
                add(&mut sums, pixel, *weight);
            }
            sums.map(T::rounded)
        }));
    }
    done
}

/// The vertical pass over rows of `width` pixels, of which the first is the row `from`, for some of the columns.
fn downwards<T: Value, const N: usize>(
    pixels: &[[T; N]],
    width: usize,
    rows: &[Taps<T>],
    (from, columns): (usize, Range<usize>),
) -> Vec<[T; N]> {
    let mut done = Vec::with_capacity(rows.len() * columns.len());
    let mut sums = vec![[T::START; N]; columns.len()];
    for taps in rows {
        sums.fill([T::START; N]);
        let taken = pixels.chunks_exact(width).skip(taps.first - from);
        for (row, weight) in taken.zip(&taps.weights) {
            for (sums, pixel) in sums.iter_mut().zip(row.iter().skip(columns.start)) {
                add(sums, pixel, *weight);
            }
        }
        done.extend(sums.iter().map(|sums| sums.map(T::rounded)));
    }
    done
}

fn add<T: Value, const N: usize>(sums: &mut [T::Sum; N], pixel: &[T; N], weight: T::Weight) {
    for (sum, value) in sums.iter_mut().zip(pixel) {
        *sum = value.added(*sum, weight);
    }
}

/// What an image consists of.
pub(super) trait Value: Copy {
    type Weight: Copy;
    type Sum: Copy;

    /// The sum of nothing.
    const START: Self::Sum;

    fn weight(exact: f64) -> Self::Weight;

    fn added(self, sum: Self::Sum, weight: Self::Weight) -> Self::Sum;

    fn rounded(sum: Self::Sum) -> Self;
}

/// Bits after the point.
const PRECISION: u32 = 32 - 8 - 2;

impl Value for u8 {
    type Weight = i32;
    type Sum = i32;

    /// A half, because the sum is rounded down.
    const START: i32 = 1 << (PRECISION - 1);

    fn weight(exact: f64) -> i32 {
        let scaled = exact * f64::from(1 << PRECISION);
        // Rounded, halves away from zero.
        (scaled + 0.5f64.copysign(exact)) as i32
    }

    fn added(self, sum: i32, weight: i32) -> i32 {
        // Two bits are left for kernels that overshoot.
        sum.wrapping_add(i32::from(self).wrapping_mul(weight))
    }

    fn rounded(sum: i32) -> u8 {
        (sum >> PRECISION).clamp(0, 255) as u8
    }
}

impl Value for f32 {
    type Weight = f64;
    type Sum = f64;

    const START: f64 = 0.0;

    fn weight(exact: f64) -> f64 {
        exact
    }

    fn added(self, sum: f64, weight: f64) -> f64 {
        sum + f64::from(self) * weight
    }

    fn rounded(sum: f64) -> f32 {
        sum as f32
    }
}

/// The values that one value of the target is made of, along one axis.
struct Taps<T: Value> {
    first: usize,
    weights: Vec<T::Weight>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kernel {
    Nearest,
    Box,
    Bilinear,
    Hamming,
    Bicubic,
    Lanczos,
}

impl Kernel {
    /// How far it reaches on either side.
    fn support(self) -> f64 {
        match self {
            Kernel::Nearest | Kernel::Box => 0.5,
            Kernel::Bilinear | Kernel::Hamming => 1.0,
            Kernel::Bicubic => 2.0,
            Kernel::Lanczos => 3.0,
        }
    }

    fn at(self, x: f64) -> f64 {
        const A: f64 = -0.5;
        let sinc = |x: f64| {
            if x == 0.0 {
                1.0
            } else {
                (x * PI).sin() / (x * PI)
            }
        };
        let d = x.abs();
        match self {
            Kernel::Nearest | Kernel::Box => f64::from(u8::from(x > -0.5 && x <= 0.5)),
            Kernel::Bilinear => (1.0 - d).max(0.0),
            Kernel::Hamming if d == 0.0 => 1.0,
            Kernel::Hamming if d >= 1.0 => 0.0,
            Kernel::Hamming => sinc(d) * (0.54 + 0.46 * (d * PI).cos()),
            Kernel::Bicubic if d < 1.0 => ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0,
            Kernel::Bicubic if d < 2.0 => (((d - 5.0) * d + 8.0) * d - 4.0) * A,
            Kernel::Bicubic => 0.0,
            Kernel::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
            Kernel::Lanczos => 0.0,
        }
    }

    fn taps<T: Value>(self, axis: &Axis) -> Vec<Taps<T>> {
        let scale = f64::from(axis.side) / f64::from(axis.resized);
        let side = axis.side as usize;
        let pixels = (axis.first..).take(axis.length as usize);
        if axis.side == axis.resized {
            // Pillow leaves out a pass that changes nothing.
            let kept = |pixel: u32| Taps {
                first: (pixel as usize).min(side.saturating_sub(1)),
                weights: vec![T::weight(1.0)],
            };
            return pixels.map(kept).collect();
        }
        pixels
            .map(|pixel| {
                let centre = (f64::from(pixel) + 0.5) * scale;
                if let Kernel::Nearest = self {
                    let first = (centre as usize).min(side.saturating_sub(1));
                    let weights = vec![T::weight(1.0)];
                    return Taps { first, weights };
                }
                let widened = scale.max(1.0);
                let support = self.support() * widened;
                // A cast from float saturates, below at zero.
                let first = ((centre - support + 0.5) as usize).min(side.saturating_sub(1));
                let end = ((centre + support + 0.5) as usize).clamp(first + 1, side.max(1));
                let exact = (first..end).map(|at| {
                    let from_centre = at as f64 - centre + 0.5;
                    self.at(from_centre * (1.0 / widened))
                });
                let exact: Vec<f64> = exact.collect();
                let sum: f64 = exact.iter().sum();
                let whole = if sum == 0.0 { 1.0 } else { sum };
                let weights = exact.into_iter().map(|weight| T::weight(weight / whole));
                Taps {
                    first,
                    weights: weights.collect(),
                }
            })
            .collect()
    }
}
