//! The plain arrays that explanations are made of.

/// One value a place, row by row: a heat map at a layer's own resolution, raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    pub width: usize,
    pub height: usize,
    /// `height · width` values.
    pub values: Vec<f32>,
}

/// Three signed values a pixel, one plane after the other: `[3, height, width]`, raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignedImage {
    pub width: usize,
    pub height: usize,
    /// `3 · height · width` values.
    pub values: Vec<f32>,
}

impl Map {
    /// The largest value, 0 for an empty map; NaN is passed over.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().reduce(f32::max).unwrap_or(0.0)
    }

    /// Whether there is nothing to show: every value is 0.
    pub fn is_zero(&self) -> bool {
        self.values.iter().all(|value| *value == 0.0)
    }

    /// The value at a place given as fractions of the map's width and height: (0, 0) is the top
    /// left corner of the top left cell, (1, 1) the bottom right corner of the last one.
    ///
    /// Bilinear between the cells' centres, the outermost cells reaching to the edges and beyond,
    /// so it agrees with what [`importance`](super::compose::importance) draws there. 0 for an
    /// empty map.
    pub fn sample(&self, x: f64, y: f64) -> f32 {
        if self.width == 0 || self.height == 0 {
            return 0.0;
        }
        let column = Tap::at(x, self.width);
        let row = Tap::at(y, self.height);
        let along = |y: usize| {
            let row = &self.values[y * self.width..(y + 1) * self.width];
            lerp(row[column.low], row[column.high], column.weight)
        };
        lerp(along(row.low), along(row.high), row.weight)
    }
}

/// The two cells between whose centres a place lies, and how far it is towards the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    pub low: usize,
    pub high: usize,
    pub weight: f32,
}

impl Tap {
    /// `fraction` of the way along `cells` (at least one); half-pixel centres, clamped edges.
    pub fn at(fraction: f64, cells: usize) -> Self {
        let last = cells - 1;
        let place = (fraction * cells as f64 - 0.5).clamp(0.0, last as f64);
        let low = place as usize;
        Self {
            low,
            high: (low + 1).min(last),
            weight: (place - low as f64) as f32,
        }
    }
}

/// From `a` to `b`; exactly `a` where both are the same.
pub(super) fn lerp(a: f32, b: f32, weight: f32) -> f32 {
    a + (b - a) * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, values: &[f32]) -> Map {
        Map {
            width,
            height: values.len() / width,
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_maximum_passes_over_nan_and_is_zero_for_nothing() {
        assert_eq!(Map::default().max(), 0.0);
        assert!(Map::default().is_zero());
        assert_eq!(map(2, &[f32::NAN, 3.0]).max(), 3.0);
        assert_eq!(map(2, &[3.0, f32::NAN]).max(), 3.0);
        assert!(!map(2, &[0.0, 1e-30]).is_zero());
    }

    #[test]
    fn samples_lie_between_cell_centres_and_hold_at_the_edges() {
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
}
