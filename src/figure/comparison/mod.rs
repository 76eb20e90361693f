//! Several views as rows of pictures, or one view as a single row.
//!
//! What is compared must line up: all panels have the same long side, whatever the size of the photos,
//! columns are aligned, and a title is repeated only if it differs from the row above.

mod layout;
mod legends;
mod row;

use std::sync::Arc;

use image::RgbImage;

use super::parts;
use super::setting::Setting;
use super::{Figure, Page, Unseen};
use crate::picture::map::compose::Scale;
use crate::picture::page::Item;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::PixelBox;

pub use row::{Cell, Row, Shows};

/// The views to compare.
#[derive(Clone)]
pub struct Comparison {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// The scale of all maps but those whose look has a common scale already.
    pub scale: Scale,
}

impl Comparison {
    /// A single row, on the scale of its look.
    pub fn of(row: Row) -> Comparison {
        let scale = row.figure.look.scale;
        Comparison {
            rows: vec![row],
            scale,
        }
    }

    /// The page. It is smaller than it was set, or has fewer pixels in an inch, if it would be too large
    /// ([`Page::reduced`]).
    pub fn page(&self, setting: &Setting) -> Page {
        if setting.unseen == Unseen::Cut {
            let whole = Setting {
                unseen: Unseen::default(),
                ..*setting
            };
            let seen = self.part(|figure| figure.answer.placement.seen());
            return seen.page(&whole);
        }
        let (setting, reduced) = self.fitted(setting);
        let mut layout = self.layout(&setting);
        // The pictures of a row usually share their photo.
        let mut last: Option<(Arc<Photo>, Arc<Photo>)> = None;
        for spot in &layout.spots {
            let cell = &self.rows[spot.row].cells[spot.column];
            let Some(cell) = cell else { continue };
            let photo = &cell.figure.photo;
            let sized = last.take().filter(|(from, sized)| {
                Arc::ptr_eq(from, photo) && sized.rgb.dimensions() == spot.size
            });
            let mut figure = match sized {
                Some((_, sized)) => cell.figure.over(&sized),
                None => cell.figure.at_size(spot.size),
            };
            figure.look.scale = figure.look.scale.or(self.scale);
            let (x, y) = spot.corner;
            let rgb = drawn(cell, &figure, setting.unseen);
            layout.items.push(Item::Picture { x, y, rgb });
            last = Some((Arc::clone(photo), figure.photo));
        }
        let names: Vec<String> = self.rows.iter().map(Row::name).collect();
        let mut page = Page::new(layout.size, &names.join(", "), layout.items);
        page.ground = setting.ground;
        page.per_inch = setting.per_inch();
        page.reduced = reduced;
        page
    }

    /// The largest number of panels in a row.
    pub fn columns(&self) -> usize {
        let rows = self.rows.iter().map(|row| row.cells.len());
        rows.max().unwrap_or(0)
    }

    /// The comparison over a part of each photo, which `part` gives for each view (in pixels of its photo, not empty,
    /// and within it).
    #[must_use]
    pub fn part(&self, part: impl Fn(&Figure) -> PixelBox) -> Comparison {
        // The views of a row share their photo, and so they share its part.
        let mut parts: Vec<(Arc<Photo>, PixelBox, Arc<Photo>)> = Vec::new();
        self.mapped(|figure| {
            let (photo, part) = (&figure.photo, part(figure));
            let known = parts
                .iter()
                .find(|(whole, known, _)| Arc::ptr_eq(whole, photo) && *known == part);
            let known = known.map(|(_, _, photo)| Arc::clone(photo));
            let is_new = known.is_none();
            let changed = figure.part_in(part, known);
            if is_new {
                parts.push((Arc::clone(photo), part, Arc::clone(&changed.photo)));
            }
            changed
        })
    }

    /// The comparison with another figure in place of each.
    fn mapped(&self, mut change: impl FnMut(&Figure) -> Figure) -> Comparison {
        let mut changed = self.clone();
        for row in &mut changed.rows {
            row.figure = change(&row.figure);
            for cell in row.cells.iter_mut().flatten() {
                cell.figure = change(&cell.figure);
            }
        }
        changed
    }

    /// The setting at which the page is not too large, and no panel longer than the largest photo if panels are
    /// measured in pixels; and what had to be reduced.
    fn fitted(&self, setting: &Setting) -> (Setting, Option<String>) {
        let longest = self.rows.iter().map(|row| {
            let photo = &row.figure.photo;
            photo.width().max(photo.height())
        });
        let longest = longest.max().unwrap_or(1);
        parts::fitted(setting, longest, |setting| self.layout(setting).size)
    }
}

fn drawn(cell: &Cell, figure: &Figure, unseen: Unseen) -> RgbImage {
    match &cell.shows {
        Shows::Panel(panel) => figure.panel(*panel, unseen),
        Shows::Difference(map) => figure.difference(map, unseen),
    }
}

#[cfg(test)]
mod tests;
