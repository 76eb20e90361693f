//! Pillow's resampling of one plane, to the bit: `Resample.c` of Pillow 13.
//!
//! Bytes are summed in fixed point and rounded after each pass, floats in double precision and rounded to
//! single. Colours of bytes are resampled by a library with other fixed-point numbers, which differs by a
//! level at most; where colours are divided by a small opacity afterwards, a level is much.

use std::f64::consts::PI;

use super::super::geometry::Filter;
use super::plain::Axis;

/// The plane, `width` values wide, where it is resized to the pixels that the axes want. `None` for a filter that
/// is not Pillow's.
pub(super) fn scaled<T: Value>(
    plane: &[T],
    width: usize,
    (across, down): (&Axis, &Axis),
    filter: Filter,
) -> Option<Vec<T>> {
    let kernel = Kernel::of(filter)?;
    let columns: Vec<Taps<T>> = kernel.taps(across);
    let rows: Vec<Taps<T>> = kernel.taps(down);
    let first = rows.iter().map(|row| row.first).min().unwrap_or(0);
    let ends = rows.iter().map(|row| row.first + row.weights.len());
    let read = first..ends.max().unwrap_or(first);
    let narrowed: Vec<T> = plane
        .chunks_exact(width.max(1))
        .skip(read.start)
        .take(read.len())
        .flat_map(|row| columns.iter().map(|taps| taps.sum(row.iter().copied())))
        .collect();
    let length = columns.len();
    let value = |taps: &Taps<T>, column: usize| {
        let values = narrowed.iter().skip(column).step_by(length.max(1));
        let taps = Taps {
            first: taps.first - read.start,
            ..taps.clone()
        };
        taps.sum(values.copied())
    };
    let row = |taps| (0..length).map(move |column| (taps, column));
    let all = rows.iter().flat_map(row);
    Some(all.map(|(taps, column)| value(taps, column)).collect())
}

/// What a plane consists of.
pub(super) trait Value: Copy {
    type Weight: Copy;

    fn weight(exact: f64) -> Self::Weight;

    fn sum(pairs: impl Iterator<Item = (Self, Self::Weight)>) -> Self;
}

/// Bits after the point.
const PRECISION: u32 = 32 - 8 - 2;

impl Value for u8 {
    type Weight = i64;

    fn weight(exact: f64) -> i64 {
        let scaled = exact * f64::from(1 << PRECISION);
        // Rounded, halves away from zero.
        (scaled + 0.5f64.copysign(exact)) as i64
    }

    fn sum(pairs: impl Iterator<Item = (u8, i64)>) -> u8 {
        let half = 1 << (PRECISION - 1);
        let sum = pairs.fold(half, |sum, (value, weight)| sum + i64::from(value) * weight);
        (sum >> PRECISION).clamp(0, 255) as u8
    }
}

impl Value for f32 {
    type Weight = f64;

    fn weight(exact: f64) -> f64 {
        exact
    }

    fn sum(pairs: impl Iterator<Item = (f32, f64)>) -> f32 {
        let products = pairs.map(|(value, weight)| f64::from(value) * weight);
        products.sum::<f64>() as f32
    }
}

/// The values that one value of the target is made of, along one axis.
#[derive(Clone)]
struct Taps<T: Value> {
    first: usize,
    weights: Vec<T::Weight>,
}

impl<T: Value> Taps<T> {
    fn sum(&self, values: impl Iterator<Item = T>) -> T {
        T::sum(values.skip(self.first).zip(self.weights.iter().copied()))
    }
}

#[derive(Debug, Clone, Copy)]
enum Kernel {
    Nearest,
    Box,
    Bilinear,
    Hamming,
    Bicubic,
    Lanczos,
}

impl Kernel {
    fn of(filter: Filter) -> Option<Kernel> {
        Some(match filter {
            Filter::Nearest => Kernel::Nearest,
            Filter::Box => Kernel::Box,
            Filter::Bilinear => Kernel::Bilinear,
            Filter::Hamming => Kernel::Hamming,
            Filter::Bicubic => Kernel::Bicubic,
            Filter::Lanczos => Kernel::Lanczos,
            Filter::Linear | Filter::Cubic | Filter::Area => return None,
        })
    }

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
