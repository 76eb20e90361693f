//! The legends of a comparison, below the columns that they explain.

use super::layout::Grid;
use super::{Comparison, Shows};
use crate::figure::Panel;
use crate::figure::parts::Key;
use crate::picture::map::compose::Look;
use crate::picture::page::Item;

/// The greatest width of a bar, in ems.
const MAX_BAR: f32 = 24.0;

impl Comparison {
    /// Adds the legends at `y`, if there is anything to explain. Returns the bottom of the page's content.
    pub(super) fn legends(
        &self,
        items: &mut Vec<Item>,
        grid: &Grid,
        mut y: f32,
        captions: bool,
    ) -> f32 {
        let face = grid.face;
        let mut keys = self.keys();
        keys.sort_by_key(|(column, _)| column % grid.columns);
        if keys.is_empty() {
            // There is a distance to the next row below each caption, but no next row.
            return y - if captions { face.row_gap() } else { 0.0 };
        }
        if !captions {
            y = (y + face.em * 0.9).ceil();
        }
        let mut rest = keys;
        while !rest.is_empty() {
            let mut free: Vec<usize> = (0..grid.columns).collect();
            let mut line: Vec<(usize, Key)> = Vec::new();
            let mut later = Vec::new();
            for (column, key) in rest {
                let wanted = column % grid.columns;
                let near = free
                    .iter()
                    .copied()
                    .min_by_key(|column| column.abs_diff(wanted));
                match near {
                    Some(column) => {
                        free.retain(|free| *free != column);
                        line.push((column, key));
                    }
                    None => later.push((column, key)),
                }
            }
            line.sort_by_key(|(column, _)| *column);
            let mut bottom = y;
            for (index, (column, key)) in line.iter().enumerate() {
                let end = line.get(index + 1).map_or(grid.columns, |(next, _)| *next);
                let room = grid.span(*column, end - 1);
                let bar = grid.cell.min(MAX_BAR * face.em);
                let at = (grid.left(*column), y);
                bottom = bottom.max(key.set(items, face, at, (bar, room)));
            }
            rest = later;
            y = bottom;
            if !rest.is_empty() {
                y += face.row_gap();
            }
        }
        y
    }

    /// The legends, each with the column in which what it explains is first.
    fn keys(&self) -> Vec<(usize, Key)> {
        let cells = || {
            let rows = self.rows.iter();
            rows.flat_map(|row| {
                let cells = row.cells.iter().enumerate();
                cells.filter_map(move |(column, cell)| Some((row, column, cell.as_ref()?)))
            })
        };
        let mut keys = Vec::new();
        // Usually all views have the same look; otherwise each look has its own legend.
        let mut looks: Vec<(Look, usize, Vec<f32>)> = Vec::new();
        for (_, column, cell) in cells().filter(|(_, _, cell)| cell.shows_panel(Panel::HeatMap)) {
            let look = Look {
                scale: cell.figure.look.scale.or(self.scale),
                ..cell.figure.look
            };
            let max = cell.figure.heat_map.map.max();
            match looks.iter_mut().find(|(known, _, _)| *known == look) {
                Some((_, _, maxima)) => maxima.push(max),
                None => looks.push((look, column, vec![max])),
            }
        }
        for (look, column, maxima) in looks {
            keys.push((column, Key::of_heat_maps(&look, &maxima)));
        }
        let mut differences = Vec::new();
        for (row, column, cell) in cells() {
            if let Shows::Difference(map) = &cell.shows {
                differences.push((column, map.max_abs(), row.classes_compared()));
            }
        }
        if let Some((column, _, first)) = differences.first() {
            // Named only if all differences are of the same two.
            let same = differences.iter().all(|(_, _, classes)| classes == first);
            let classes = first.clone().filter(|_| same);
            let magnitudes: Vec<f32> = differences.iter().map(|(_, max, _)| *max).collect();
            let key = Key::of_differences(self.scale, &magnitudes, classes);
            keys.push((*column, key));
        }
        keys
    }
}
