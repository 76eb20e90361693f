//! Linear and cubic resizing by any of ONNX's rules: each axis by itself, as a sum of entries with weights.

use tch::Tensor;

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::index::take;
use crate::model::graph::ValueId;
use crate::model::op::Arithmetic;

/// Longest axis of a result.
const MAX_SIZE: i64 = 1 << 16;
/// Most entries that are summed up for one.
const MAX_TAPS: usize = 128;

/// Where in the input a position of the result lies (`coordinate_transformation_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    HalfPixel,
    HalfPixelOfSeveral,
    HalfPixelSymmetric,
    AlignCorners,
    Asymmetric,
}

impl Rule {
    pub fn named(name: &str) -> Option<Rule> {
        Some(match name {
            "half_pixel" => Rule::HalfPixel,
            "pytorch_half_pixel" => Rule::HalfPixelOfSeveral,
            "half_pixel_symmetric" => Rule::HalfPixelSymmetric,
            "align_corners" => Rule::AlignCorners,
            "asymmetric" => Rule::Asymmetric,
            _ => return None,
        })
    }

    /// In float32, as other runtimes compute it.
    pub fn source(self, index: i64, length: i64, size: i64, factor: f32) -> f32 {
        let at = index as f32;
        let centred = (at + 0.5) / factor - 0.5;
        match self {
            Rule::HalfPixel => centred,
            Rule::HalfPixelOfSeveral if size > 1 => centred,
            Rule::HalfPixelOfSeveral => 0.0,
            Rule::HalfPixelSymmetric => {
                let adjustment = size as f32 / (factor * length as f32);
                length as f32 / 2.0 * (1.0 - adjustment) + centred
            }
            Rule::AlignCorners if size > 1 => at * (length - 1) as f32 / (size - 1) as f32,
            Rule::AlignCorners => 0.0,
            Rule::Asymmetric => at / factor,
        }
    }
}

/// How weights fall off with the distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    Linear,
    /// Keys' cubic convolution with this slope at 1.
    Cubic {
        slope: f64,
    },
}

impl Kernel {
    fn reach(self) -> f64 {
        match self {
            Kernel::Linear => 1.0,
            Kernel::Cubic { .. } => 2.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let t = distance.abs();
        match self {
            Kernel::Linear => (1.0 - t).max(0.0),
            Kernel::Cubic { slope: a } if t <= 1.0 => ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0,
            Kernel::Cubic { slope: a } if t < 2.0 => (((t - 5.0) * t + 8.0) * t - 4.0) * a,
            Kernel::Cubic { .. } => 0.0,
        }
    }
}

/// A way to resize.
pub struct Resampling {
    pub rule: Rule,
    pub kernel: Kernel,
    /// Whether the kernel becomes as much wider as an axis becomes shorter.
    pub antialias: bool,
    /// Whether positions outside count nothing; they count as the nearest inside otherwise.
    pub exclude: bool,
}

impl Resampling {
    /// `x` with the axes after the first two resized to `sizes`.
    pub fn emit(
        &self,
        args: &Args,
        builder: &mut Builder,
        x: ValueId,
        sizes: &[i64],
        factors: &[f32],
    ) -> Answer<ValueId> {
        if sizes.iter().any(|size| *size > MAX_SIZE) {
            return args.wrong(format!("resizes to {sizes:?}, which is out of range"));
        }
        let mut x = x;
        for (axis, (&size, &factor)) in sizes.iter().zip(factors).enumerate() {
            let dim = axis + 2;
            let length = builder.shape(x).get(dim).copied().unwrap_or(0);
            if size != length || factor != 1.0 {
                x = self.along(builder, x, dim, (length, size, factor))?;
            }
        }
        Ok(x)
    }

    fn along(
        &self,
        builder: &mut Builder,
        x: ValueId,
        dim: usize,
        (length, size, factor): (i64, i64, f32),
    ) -> Answer<ValueId> {
        let widened = self.widened(factor);
        let taps = 2.0 * self.kernel.reach() * widened + 3.0;
        if taps > MAX_TAPS as f64 {
            return beyond(format!(
                "it averages over {taps:.0} entries of an axis for one"
            ));
        }
        builder.afford(taps * size as f64)?;
        let rows: Vec<Vec<(i64, f64)>> = (0..size)
            .map(|index| {
                self.row(
                    self.rule.source(index, length, size, factor),
                    length,
                    widened,
                )
            })
            .collect();
        let most = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut sizes = vec![1; builder.shape(x).len()];
        sizes[dim] = size;
        let mut sum = None;
        for tap in 0..most {
            let at = |row: &Vec<(i64, f64)>| row.get(tap).copied().unwrap_or((0, 0.0));
            let weights: Vec<f32> = rows.iter().map(|row| at(row).1 as f32).collect();
            let weights = Tensor::f_from_slice(&weights).and_then(|row| row.f_reshape(&sizes));
            let weights = weights.map_err(|error| builder.torch(&error))?;
            let weights = builder.constant(weights);
            let entries = rows.iter().map(|row| at(row).0);
            let entries = take(builder, x, dim as i64, entries)?;
            let part = builder.emit(Arithmetic::Mul, &[entries, weights])?;
            sum = Some(match sum {
                Some(sum) => builder.emit(Arithmetic::Add { alpha: 1.0 }, &[sum, part])?,
                None => part,
            });
        }
        Ok(sum.unwrap_or(x))
    }

    /// By how much the kernel is wider than at full size.
    fn widened(&self, factor: f32) -> f64 {
        if self.antialias {
            (1.0 / f64::from(factor)).max(1.0)
        } else {
            1.0
        }
    }

    /// The entries that are summed up at `source`, with their weights.
    fn row(&self, source: f32, length: i64, widened: f64) -> Vec<(i64, f64)> {
        let source = f64::from(source);
        let reach = self.kernel.reach() * widened;
        let mut found: Vec<(i64, f64)> = Vec::new();
        let mut total = 0.0;
        for index in (source - reach).floor() as i64..=(source + reach).ceil() as i64 {
            let weight = self.kernel.weight((index as f64 - source) / widened);
            let inside = (0..length).contains(&index);
            if weight == 0.0 || (self.exclude && !inside) {
                continue;
            }
            total += weight;
            let entry = index.clamp(0, length - 1);
            match found.last_mut() {
                Some((last, sum)) if *last == entry => *sum += weight,
                Some(_) | None => found.push((entry, weight)),
            }
        }
        if self.antialias || self.exclude {
            for (_, weight) in &mut found {
                *weight /= total;
            }
        }
        found
    }
}
