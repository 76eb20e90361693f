//! Lines of equal value in a map, by marching squares.

use std::collections::HashMap;

use super::Map;
use super::sample::refined;

/// The shares of the scale at which contours are drawn.
pub const LEVELS: [f32; 4] = [0.2, 0.4, 0.6, 0.8];

/// The longest side of the grid that lines are found on. Coarser maps are refined, so that the lines are those of the
/// interpolated map; finer ones are averaged.
const GRID: usize = 128;

/// A line of equal value.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// Its value as a share of the scale.
    pub level: f32,
    /// Its points, in fractions of the map's width and height. A closed line ends where it begins.
    pub points: Vec<[f32; 2]>,
}

/// The lines at [`LEVELS`] of `end`, the lowest first. None where `end` is not positive.
pub fn contours(map: &Map, end: f32) -> Vec<Contour> {
    contours_on(GRID, map, end)
}

/// [`contours`], on a grid with a longest side of about `side` cells.
pub fn contours_on(side: usize, map: &Map, end: f32) -> Vec<Contour> {
    if map.is_empty() || end.is_nan() || end <= 0.0 {
        return Vec::new();
    }
    let grid = Grid::of(&refined(&averaged(map, side), side));
    let of_level = |level: f32| {
        let lines = grid.lines(level * end).into_iter();
        lines.map(move |points| Contour { level, points })
    };
    LEVELS.into_iter().flat_map(of_level).collect()
}

/// The map on no more than `side` cells along either side, each the mean of those it touches.
fn averaged(map: &Map, side: usize) -> Map {
    let (width, height) = (map.width.min(side), map.height.min(side));
    if (width, height) == (map.width, map.height) {
        return map.clone();
    }
    let range = |i: usize, cells: usize, of: usize| i * of / cells..((i + 1) * of).div_ceil(cells);
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut count) = (0.0, 0.0);
            for row in range(y, height, map.height) {
                for column in range(x, width, map.width) {
                    sum += map.values[row * map.width + column];
                    count += 1.0;
                }
            }
            values.push(sum / count);
        }
    }
    Map {
        width,
        height,
        values,
    }
}

/// The values at the centres of cells, and around them those of the outermost cells once more, at the border of the map.
struct Grid {
    columns: Vec<f32>,
    rows: Vec<f32>,
    values: Vec<f32>,
}

/// The edge from a point of the grid to the right, or downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Edge {
    point: usize,
    is_down: bool,
}

impl Grid {
    fn of(map: &Map) -> Grid {
        let at = |cells: usize| -> Vec<f32> {
            let centres = (0..cells).map(|i| (i as f32 + 0.5) / cells as f32);
            [0.0].into_iter().chain(centres).chain([1.0]).collect()
        };
        let (columns, rows) = (at(map.width), at(map.height));
        let inside = |i: usize, cells: usize| i.saturating_sub(1).min(cells - 1);
        let mut values = Vec::with_capacity(columns.len() * rows.len());
        for y in 0..rows.len() {
            let row = inside(y, map.height) * map.width;
            values.extend((0..columns.len()).map(|x| map.values[row + inside(x, map.width)]));
        }
        Grid {
            columns,
            rows,
            values,
        }
    }

    fn lines(&self, value: f32) -> Vec<Vec<[f32; 2]>> {
        let joined = self.joined(value);
        let mut left = joined.clone();
        let mut lines = Vec::new();
        // Open lines first: they begin at an edge that only one line segment ends at.
        let mut starts: Vec<Edge> = joined.keys().copied().collect();
        starts.sort_by_key(|edge| (joined[edge].len(), edge.point, edge.is_down));
        for start in starts {
            let mut at = start;
            let mut points = Vec::new();
            while let Some(next) = left.get_mut(&at).and_then(Vec::pop) {
                if points.is_empty() {
                    points.push(self.crossing(at, value));
                }
                if let Some(back) = left.get_mut(&next)
                    && let Some(index) = back.iter().position(|edge| *edge == at)
                {
                    back.swap_remove(index);
                }
                points.push(self.crossing(next, value));
                at = next;
            }
            if !points.is_empty() {
                lines.push(points);
            }
        }
        lines
    }

    /// The edges that the line crosses, each with those that it goes on to.
    fn joined(&self, value: f32) -> HashMap<Edge, Vec<Edge>> {
        let width = self.columns.len();
        let mut joined: HashMap<Edge, Vec<Edge>> = HashMap::new();
        let mut join = |a: Edge, b: Edge| {
            joined.entry(a).or_default().push(b);
            joined.entry(b).or_default().push(a);
        };
        for y in 0..self.rows.len() - 1 {
            for x in 0..width - 1 {
                let point = y * width + x;
                let corners = [point, point + 1, point + width + 1, point + width];
                let above = corners.map(|corner| self.values[corner] >= value);
                let edge = |point: usize, is_down: bool| Edge { point, is_down };
                // Clockwise from the top, each between two corners.
                let edges = [
                    edge(point, false),
                    edge(point + 1, true),
                    edge(point + width, false),
                    edge(point, true),
                ];
                let crossed: Vec<usize> = (0..4)
                    .filter(|side| above[*side] != above[(side + 1) % 4])
                    .collect();
                match *crossed {
                    [a, b] => join(edges[a], edges[b]),
                    // A saddle: its middle decides which corners belong together.
                    [..] if crossed.len() == 4 => {
                        let sum: f32 = corners.iter().map(|corner| self.values[*corner]).sum();
                        let joins_first = (sum / 4.0 >= value) == above[0];
                        let pairs = if joins_first {
                            [[0, 1], [2, 3]]
                        } else {
                            [[3, 0], [1, 2]]
                        };
                        for [a, b] in pairs {
                            join(edges[a], edges[b]);
                        }
                    }
                    [..] => {}
                }
            }
        }
        joined
    }

    /// Where the value is on an edge.
    fn crossing(&self, edge: Edge, value: f32) -> [f32; 2] {
        let width = self.columns.len();
        let (x, y) = (edge.point % width, edge.point / width);
        let step = if edge.is_down { width } else { 1 };
        let (from, to) = (self.values[edge.point], self.values[edge.point + step]);
        let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
        let between = |places: &[f32], i: usize| places[i] + (places[i + 1] - places[i]) * share;
        if edge.is_down {
            [self.columns[x], between(&self.rows, y)]
        } else {
            [between(&self.columns, x), self.rows[y]]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::map::tests::map;

    fn levels(lines: &[Contour]) -> Vec<f32> {
        lines.iter().map(|line| line.level).collect()
    }

    #[test]
    fn a_ramp_has_a_straight_line_where_it_has_the_value() {
        // From 0 at a quarter of the width to 10 at three quarters.
        let lines = contours(&map(2, &[0.0, 10.0]), 10.0);
        assert_eq!(levels(&lines), LEVELS);
        for line in &lines {
            for [x, _] in &line.points {
                assert!((x - (0.25 + 0.5 * line.level)).abs() < 1e-5, "{line:?}");
            }
            // From border to border.
            let ends = [line.points[0][1], line.points[line.points.len() - 1][1]];
            assert!(ends == [0.0, 1.0] || ends == [1.0, 0.0], "{ends:?}");
        }
    }

    #[test]
    fn a_peak_has_closed_lines_one_inside_the_other() {
        let mut values = vec![0.0; 81];
        values[40] = 5.0;
        let lines = contours(&map(9, &values), 5.0);
        assert_eq!(levels(&lines), LEVELS);
        let reach = |line: &Contour| {
            assert_eq!(line.points.first(), line.points.last());
            let xs = line.points.iter().map(|[x, _]| (x - 0.5).abs());
            xs.fold(0.0, f32::max)
        };
        let reaches: Vec<f32> = lines.iter().map(reach).collect();
        assert!(reaches.is_sorted_by(|a, b| a > b), "{reaches:?}");
        // Along the middle the map falls linearly to 0 at the next centre, a ninth away.
        for (reach, level) in reaches.iter().zip(LEVELS) {
            assert!((reach - (1.0 - level) / 9.0).abs() < 1e-4);
        }
    }

    /// Every point of every line has the value of the line in the interpolated map, also at saddles.
    #[test]
    fn lines_lie_where_the_interpolated_map_has_their_value() {
        let values: Vec<f32> = (0..49).map(|i| ((i * 37) % 50) as f32).collect();
        let map = map(7, &values);
        let lines = contours(&map, 49.0);
        assert!(lines.len() > 8);
        for line in &lines {
            for [x, y] in &line.points {
                let value = map.sample(f64::from(*x), f64::from(*y));
                let off = (value - line.level * 49.0).abs();
                assert!(off < 0.02, "{value} at {x}, {y} of {}", line.level);
            }
            let open = line.points.first() != line.points.last();
            let is_border = |[x, y]: [f32; 2]| [x, y].iter().any(|at| [0.0, 1.0].contains(at));
            if open {
                let last = line.points[line.points.len() - 1];
                assert!(is_border(line.points[0]) && is_border(last), "{line:?}");
            }
        }
    }

    #[test]
    fn there_are_no_lines_in_nothing() {
        let flat = map(2, &[3.0; 4]);
        assert_eq!(contours(&flat, 3.0), []);
        assert_eq!(contours(&map(2, &[0.0; 4]), 0.0), []);
        assert_eq!(contours(&flat, f32::NAN), []);
        assert_eq!(contours(&Map::default(), 1.0), []);
    }

    #[test]
    fn averages_what_is_finer_than_the_grid() {
        let fine = map(256, &[1.0, 3.0].repeat(128 * 512));
        let coarse = averaged(&fine, GRID);
        assert_eq!((coarse.width, coarse.height), (128, 128));
        assert!(coarse.values.iter().all(|value| *value == 2.0));
    }
}
