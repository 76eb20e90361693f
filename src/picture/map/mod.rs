//! The plain arrays that explanations are made of, and their colours.
//!
//! This may use `photo` for the placement on the original image. It knows neither files nor pages.

use std::borrow::Cow;

pub use regions::Regions;
use sample::{Sampling, Tap, lerp, sampled};

pub mod colormap;
pub mod colour;
pub mod compose;
pub mod contours;
pub(crate) mod look;
mod overlay;
mod regions;
pub mod sample;
pub(crate) mod upsample;

/// One raw value per position, row by row: a heat map at a layer's own resolution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// The number of positions in a row.
    pub width: usize,
    /// The number of rows.
    pub height: usize,
    /// `height · width` values.
    pub values: Vec<f32>,
}

/// A raw, signed value per pixel and channel of the model's input, as planes:
/// `[channels, height, width]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignedImage {
    /// In pixels of the model's input.
    pub width: usize,
    /// In pixels of the model's input.
    pub height: usize,
    /// `channels · height · width` values.
    pub values: Vec<f32>,
    /// Whether the planes are blue, green, red rather than red, green, blue.
    pub blue_first: bool,
}

impl SignedImage {
    /// The number of planes.
    pub fn channels(&self) -> usize {
        match self.width * self.height {
            0 => 0,
            plane => self.values.len() / plane,
        }
    }

    /// What is drawn of it: itself if it has one channel, or three, which are colours. Of others it is the sum over
    /// the channels, as captum draws them.
    pub fn drawn(&self) -> Cow<'_, SignedImage> {
        if matches!(self.channels(), 0 | 1 | 3) {
            return Cow::Borrowed(self);
        }
        let mut sum = vec![0.0; self.width * self.height];
        for plane in self.values.chunks_exact(sum.len()) {
            let pairs = sum.iter_mut().zip(plane);
            pairs.for_each(|(sum, value)| *sum += value);
        }
        Cow::Owned(SignedImage {
            width: self.width,
            height: self.height,
            values: sum,
            blue_first: false,
        })
    }

    /// The indices of the planes that are shown as red, green and blue, where there are several.
    pub fn rgb(&self) -> [usize; 3] {
        if self.blue_first {
            [2, 1, 0]
        } else {
            [0, 1, 2]
        }
    }
}

impl Map {
    /// The largest value, 0 for an empty map. NaN is ignored.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().reduce(f32::max).unwrap_or(0.0)
    }

    /// The largest magnitude, 0 for an empty map. NaN is ignored.
    pub fn max_abs(&self) -> f32 {
        let magnitudes = self.values.iter().map(|value| value.abs());
        magnitudes.reduce(f32::max).unwrap_or(0.0)
    }

    /// Whether it has no positions.
    pub fn is_empty(&self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Whether every value is 0.
    pub fn is_zero(&self) -> bool {
        self.values.iter().all(|value| *value == 0.0)
    }

    /// The value at a position given as fractions of the map's width and height: (0, 0) is the top
    /// left corner of the first cell, (1, 1) the bottom right corner of the last one.
    ///
    /// Bilinear between the cells' centres and constant beyond the outermost ones, so it agrees with
    /// what [`importance`](compose::importance) draws there. 0 for an empty map.
    pub fn sample(&self, x: f64, y: f64) -> f32 {
        self.sample_as(x, y, Sampling::Bilinear)
    }

    /// [`Map::sample`], interpolated or not.
    pub fn sample_as(&self, x: f64, y: f64, sampling: Sampling) -> f32 {
        if self.is_empty() {
            return 0.0;
        }
        let column = Tap::at(x, self.width, sampling);
        let row = Tap::at(y, self.height, sampling);
        let along = |y: usize| {
            let row = &self.values[y * self.width..(y + 1) * self.width];
            lerp(row[column.low], row[column.high], column.weight)
        };
        lerp(along(row.low), along(row.high), row.weight)
    }

    /// The map on another grid, sampled at the new cells' centres; borrowed if the size is the same.
    pub fn at_size(&self, width: usize, height: usize) -> Cow<'_, Map> {
        if (self.width, self.height) == (width, height) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(sampled(self, (width, height)))
    }
}

/// `a − b` in raw values, at the larger width and the larger height of the two.
///
/// Both maps are assumed to cover the same pixels. The coarser one is sampled bilinearly, as by
/// [`Map::sample`]; an empty map counts as zero.
pub fn difference(a: &Map, b: &Map) -> Map {
    let (width, height) = (a.width.max(b.width), a.height.max(b.height));
    let (a, b) = (a.at_size(width, height), b.at_size(width, height));
    let pairs = a.values.iter().zip(&b.values);
    Map {
        width,
        height,
        values: pairs.map(|(a, b)| a - b).collect(),
    }
}

/// Fuses the maps of several layers: the mean of the maps, each divided by its own maximum, at the
/// largest width and height among them (bilinear, see [`Map::sample`]). A map without a positive value
/// counts as zero; without any map the result is empty.
pub fn fuse(maps: &[&Map]) -> Map {
    let width = maps.iter().map(|map| map.width).max().unwrap_or(0);
    let height = maps.iter().map(|map| map.height).max().unwrap_or(0);
    let mut values = vec![0.0; width * height];
    for map in maps {
        let share = map.max() * maps.len() as f32;
        if share > 0.0 {
            let map = map.at_size(width, height);
            let pairs = values.iter_mut().zip(&map.values);
            pairs.for_each(|(sum, value)| *sum += value / share);
        }
    }
    Map {
        width,
        height,
        values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn map(width: usize, values: &[f32]) -> Map {
        Map {
            width,
            height: values.len() / width,
            values: values.to_vec(),
        }
    }

    #[test]
    fn ignores_nan_in_the_maximum() {
        assert_eq!(Map::default().max(), 0.0);
        assert!(Map::default().is_zero());
        assert_eq!(map(2, &[f32::NAN, 3.0]).max(), 3.0);
        assert_eq!(map(2, &[3.0, f32::NAN]).max(), 3.0);
        assert!(!map(2, &[0.0, 1e-30]).is_zero());
    }

    #[test]
    fn takes_the_largest_magnitude_of_either_sign() {
        assert_eq!(map(3, &[1.0, -4.0, 2.0]).max_abs(), 4.0);
        assert_eq!(map(3, &[1.0, f32::NAN, -0.5]).max_abs(), 1.0);
        assert_eq!(Map::default().max_abs(), 0.0);
    }

    #[test]
    fn subtracts_equal_grids_cell_by_cell() {
        let a = map(2, &[0.1, 4.0, 0.0, 1.0]);
        let b = map(2, &[0.1, 1.0, 3.0, 0.0]);
        assert_eq!(difference(&a, &b), map(2, &[0.0, 3.0, -3.0, 1.0]));
        assert_eq!(difference(&b, &a), map(2, &[0.0, -3.0, 3.0, -1.0]));
    }

    #[test]
    fn samples_the_coarser_map_of_a_difference() {
        // Four cells against two: centres at 1/8, 3/8, … between the two at 1/4 and 3/4.
        let (fine, coarse) = (map(4, &[8.0; 4]), map(2, &[0.0, 4.0]));
        assert_eq!(difference(&fine, &coarse), map(4, &[8.0, 7.0, 5.0, 4.0]));
        // Each axis on its own: 2 × 1 and 1 × 2 meet at 2 × 2.
        let (wide, tall) = (map(2, &[1.0, 2.0]), map(1, &[10.0, 20.0]));
        let expected = map(2, &[-9.0, -8.0, -19.0, -18.0]);
        assert_eq!(difference(&wide, &tall), expected);
        let nothing = Map::default();
        assert_eq!(difference(&nothing, &wide), map(2, &[-1.0, -2.0]));
        assert!(difference(&nothing, &nothing).is_empty());
    }

    #[test]
    fn samples_between_cell_centres_and_clamps_at_the_edges() {
        let map = map(2, &[0.0, 4.0, 8.0, 12.0]);
        assert_eq!(map.sample(0.25, 0.25), 0.0);
        assert_eq!(map.sample(0.75, 0.25), 4.0);
        assert_eq!(map.sample(0.5, 0.25), 2.0);
        assert_eq!(map.sample(0.5, 0.5), 6.0);
        assert_eq!(map.sample(0.0, 0.0), 0.0);
        assert_eq!(map.sample(1.0, 1.0), 12.0);
        assert_eq!(map.sample(7.0, -3.0), 4.0);
        assert_eq!(Map::default().sample(0.5, 0.5), 0.0);
    }

    #[test]
    fn fuses_maps_of_any_scale_and_size_equally() {
        let fine = map(2, &[0.0, 8.0, 4.0, 2.0]);
        let coarse = map(1, &[1e-3]);
        let fused = fuse(&[&fine, &coarse]);
        assert_eq!((fused.width, fused.height), (2, 2));
        assert_eq!(fused.values, [0.5, 1.0, 0.75, 0.625]);
        assert_eq!(fuse(&[&fine]).values, [0.0, 1.0, 0.5, 0.25]);

        // Half-pixel centres: from two cells to four.
        let fused = fuse(&[&map(2, &[0.0, 4.0]), &map(4, &[0.0; 4])]);
        assert_eq!(fused.values, [0.0, 0.125, 0.375, 0.5]);
    }

    #[test]
    fn fuses_zero_maps_and_no_maps() {
        let some = map(2, &[1.0, 2.0]);
        let zero = map(2, &[0.0, 0.0]);
        assert_eq!(fuse(&[&some, &zero]).values, [0.25, 0.5]);
        assert!(fuse(&[&zero, &zero]).is_zero());
        assert_eq!(fuse(&[]), Map::default());
        // Wide and tall together: the larger of each.
        let tall = map(1, &[1.0, 1.0, 1.0]);
        assert_eq!(
            (fuse(&[&some, &tall]).width, fuse(&[&some, &tall]).height),
            (2, 3)
        );
    }
}
