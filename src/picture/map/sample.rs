//! Bilinear sampling: half-pixel centres, clamped edges.

use super::Map;

/// `map` with each cell divided along both axes into the same odd number of parts, as many as keep the
/// longer side within `longest`. Odd, so that the centres of the cells remain samples.
pub fn refined(map: &Map, longest: usize) -> Map {
    let parts = longest / map.width.max(map.height).max(1);
    let factor = if parts.is_multiple_of(2) {
        parts.saturating_sub(1)
    } else {
        parts
    }
    .max(1);
    if factor == 1 || map.width == 0 || map.height == 0 {
        return map.clone();
    }
    sampled(map, (map.width * factor, map.height * factor))
}

/// What a map is between the centres of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// Interpolated along both axes; half-pixel centres, clamped edges.
    Bilinear,
    /// The value of the cell that a position is in.
    Nearest,
}

/// `map` at another size (width, height): the value of each new cell is the map at its centre, interpolated. An empty
/// map gives zeros.
pub fn sampled(map: &Map, size: (usize, usize)) -> Map {
    sampled_as(map, size, Sampling::Bilinear)
}

/// [`sampled`], interpolated or not.
pub fn sampled_as(map: &Map, (width, height): (usize, usize), sampling: Sampling) -> Map {
    if map.width == 0 || map.height == 0 {
        return Map {
            width,
            height,
            values: vec![0.0; width * height],
        };
    }
    let taps = |count: usize, cells: usize| -> Vec<Tap> {
        (0..count)
            .map(|i| Tap::at((i as f64 + 0.5) / count as f64, cells, sampling))
            .collect()
    };
    let columns = taps(width, map.width);
    let mut blended = vec![0.0; map.width];
    let mut values = Vec::with_capacity(width * height);
    for row in taps(height, map.height) {
        let upper = &map.values[row.low * map.width..][..map.width];
        let lower = &map.values[row.high * map.width..][..map.width];
        for ((blended, a), b) in blended.iter_mut().zip(upper).zip(lower) {
            *blended = lerp(*a, *b, row.weight);
        }
        values.extend(
            columns
                .iter()
                .map(|tap| lerp(blended[tap.low], blended[tap.high], tap.weight)),
        );
    }
    Map {
        width,
        height,
        values,
    }
}

/// The two cells between whose centres a position lies, and the weight of the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    pub low: usize,
    pub high: usize,
    pub weight: f32,
}

impl Tap {
    /// For the position at `fraction` of the length of `cells` (at least one).
    pub fn at(fraction: f64, cells: usize, sampling: Sampling) -> Self {
        let last = cells - 1;
        if sampling == Sampling::Nearest {
            let cell = ((fraction * cells as f64).max(0.0) as usize).min(last);
            return Self {
                low: cell,
                high: cell,
                weight: 0.0,
            };
        }
        let position = (fraction * cells as f64 - 0.5).clamp(0.0, last as f64);
        let low = position as usize;
        Self {
            low,
            high: (low + 1).min(last),
            weight: (position - low as f64) as f32,
        }
    }
}

/// Interpolates from `a` to `b`; exactly `a` if both are equal.
pub(super) fn lerp(a: f32, b: f32, weight: f32) -> f32 {
    a + (b - a) * weight
}
