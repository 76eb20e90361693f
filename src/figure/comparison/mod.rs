//! Several views as rows of panels.
//!
//! What is compared must line up: all panels have the same long side, whatever the size of the photos,
//! columns are aligned, and a title is repeated only if it differs from the row above.

use image::RgbImage;

use super::parts::{self, Key, Type};
use super::{Figure, Page, Panel};
use crate::explain::Score;
use crate::picture::map::Map;
use crate::picture::map::compose::{self, Look, Scale};
use crate::picture::page::caption::difference as difference_words;
use crate::picture::page::{Item, Run};
use crate::picture::photo::resample;

/// One view of a comparison.
#[derive(Clone)]
pub struct Row {
    /// What the panels show. The comparison's scale replaces that of its look.
    pub figure: Figure,
    /// A label before the name of the class: "A".
    pub label: Option<String>,
    /// The difference of the maps of two other rows, shown in place of the photo.
    pub difference: Option<Map>,
}

/// The views to compare.
#[derive(Clone)]
pub struct Comparison {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// The scale of all rows, in place of the scale of their looks.
    pub scale: Scale,
}

/// The positions of everything, before any panel is drawn.
struct Layout {
    size: (u32, u32),
    /// Everything but the panels.
    items: Vec<Item>,
    /// For each row, the size of the panels and the top left corner of each.
    panels: Vec<(Size, [Corner; COLUMNS])>,
}

/// Width and height in pixels.
type Size = (u32, u32);
/// Left and top in pixels.
type Corner = (u32, u32);

const COLUMNS: usize = Panel::ALL.len();

/// The em as a share of a panel's side.
const EM: f32 = 0.055;

/// The maximum number of lines of a class name.
const MAX_LINES: usize = 3;

impl Row {
    /// The title of a panel.
    fn title(&self, panel: Panel) -> &'static str {
        match (panel, &self.difference) {
            (Panel::Original, Some(_)) => "Difference of the maps",
            _ => panel.title(self.figure.guided.rule),
        }
    }

    fn name(&self) -> String {
        let class = parts::class(self.figure.heat_map.score, &self.figure.model);
        match &self.label {
            Some(label) => format!("{label}: {class}"),
            None => class,
        }
    }

    /// The details after the name, for this scale of the comparison.
    fn details(&self, scale: Scale) -> String {
        let figure = &self.figure;
        let mut details = vec![
            figure.photo.name(),
            figure.model.name.clone(),
            figure.heat_map.layer.clone(),
            parts::maximum(figure.heat_map.map.max()),
        ];
        let probability = parts::probability(figure.heat_map.score, &figure.answer);
        details.splice(0..0, probability);
        if let Some(difference) = &self.difference {
            details.push(difference_words(difference.max_abs(), scale));
        }
        details.join(" · ")
    }

    fn panel(&self, panel: Panel, figure: &Figure) -> RgbImage {
        match (panel, &self.difference) {
            (Panel::Original, Some(map)) => compose::difference_overlay(
                &figure.photo.rgb,
                map,
                &figure.answer.placement,
                figure.look.difference_opacity,
                figure.look.scale,
            ),
            _ => figure.panel(panel),
        }
    }
}

impl Comparison {
    /// The comparison with panels of at most `max_px`, see [`Comparison::panel_px`].
    pub fn page(&self, max_px: u32) -> Page {
        let Layout {
            size,
            mut items,
            panels,
        } = self.layout(self.panel_px(max_px));
        for (row, (size, corners)) in self.rows.iter().zip(panels) {
            let mut figure = row.figure.at_size(size);
            figure.look.scale = self.scale;
            for (panel, (x, y)) in Panel::ALL.into_iter().zip(corners) {
                let rgb = row.panel(panel, &figure);
                items.push(Item::Picture { x, y, rgb });
            }
        }
        let names: Vec<String> = self.rows.iter().map(Row::name).collect();
        Page::new(size, &names.join(", "), items)
    }

    /// The longest side of the panels for `max_px`, in pixels: not longer than the largest photo, and
    /// shorter if the page would be too large.
    pub fn panel_px(&self, max_px: u32) -> u32 {
        let longest = self.rows.iter().map(|row| {
            let photo = &row.figure.photo;
            photo.width().max(photo.height())
        });
        let px = longest.max().unwrap_or(1).min(max_px);
        parts::limited(px, |px| self.layout(px).size)
    }

    fn layout(&self, px: u32) -> Layout {
        let sizes: Vec<(u32, u32)> = self
            .rows
            .iter()
            .map(|row| resample::fitted(row.figure.photo.rgb.dimensions(), px))
            .collect();
        let largest = sizes.iter().max_by_key(|(width, height)| width * height);
        let face = Type::of(largest.copied().unwrap_or((1, 1)), EM);
        let (title, margin, gap) = (face.title(), face.margin(), face.gap());

        let titles = self
            .rows
            .iter()
            .flat_map(|row| Panel::ALL.map(|panel| title.width(row.title(panel))));
        let widest = sizes.iter().map(|size| size.0 as f32);
        let cell = widest.chain(titles).fold(face.narrowest(), f32::max).ceil();
        let left = |column: usize| margin + (cell + gap) * column as f32;
        let width = left(COLUMNS) - gap - margin;

        let (mut items, mut panels) = (Vec::new(), Vec::new());
        let mut y = margin;
        let mut above = [""; COLUMNS];
        for (row, size) in self.rows.iter().zip(sizes) {
            let titles = Panel::ALL.map(|panel| row.title(panel));
            if titles != above {
                for (column, words) in titles.into_iter().enumerate() {
                    if words != above[column] {
                        items.push(Item::Text(Run::new(left(column), y, words, title)));
                    }
                }
                y += (title.ascent() + face.em * 0.6).round();
                above = titles;
            }
            panels.push((
                size,
                std::array::from_fn(|column| (left(column) as u32, y as u32)),
            ));
            y += size.1 as f32 + (face.em * 0.75).round();
            let words = (row.name(), row.details(self.scale));
            y = caption(&mut items, face, words, (margin, y), width);
            y = (y + face.em * 2.0).ceil();
        }
        y = self.legends(&mut items, face, y, left, cell);
        let size = (margin * 2.0 + width, y + margin);
        Layout {
            size: (size.0.ceil() as u32, size.1.ceil() as u32),
            items,
            panels,
        }
    }

    /// The names of the two classes whose differences are shown, if all rows have the same two.
    fn classes_compared(&self) -> Option<(String, String)> {
        let mut pairs = self
            .rows
            .iter()
            .filter(|row| row.difference.is_some())
            .map(|row| {
                let name = |class| parts::class(Score::For(class), &row.figure.model);
                match row.figure.heat_map.score {
                    Score::Versus { a, b } => Some((name(a), name(b))),
                    Score::For(_) | Score::Against(_) | Score::Within { .. } => None,
                }
            });
        let first = pairs.next()?;
        pairs.all(|pair| pair == first).then_some(first)?
    }

    /// Adds the legends below their columns. Returns the bottom.
    fn legends(
        &self,
        items: &mut Vec<Item>,
        face: Type,
        y: f32,
        left: impl Fn(usize) -> f32,
        cell: f32,
    ) -> f32 {
        let differences = self.rows.iter().filter_map(|row| row.difference.as_ref());
        let magnitudes: Vec<f32> = differences.map(Map::max_abs).collect();
        let mut bottom = y;
        if !magnitudes.is_empty() {
            let key = Key::of_differences(self.scale, &magnitudes, self.classes_compared());
            bottom = key.set(items, face, (left(0), y), cell);
        }
        // Usually all views have the same look; otherwise each look has its own legend.
        let mut looks: Vec<Look> = Vec::new();
        for row in &self.rows {
            let look = Look {
                scale: self.scale,
                ..row.figure.look
            };
            if !looks.contains(&look) {
                looks.push(look);
            }
        }
        for (look, column) in looks.iter().zip(1..COLUMNS) {
            let rows = self.rows.iter().filter(|row| {
                let Look { scale, .. } = *look;
                let own = row.figure.look;
                Look { scale, ..own } == *look
            });
            let maxima: Vec<f32> = rows.map(|row| row.figure.heat_map.map.max()).collect();
            let key = Key::of_heat_maps(look, &maxima);
            bottom = bottom.max(key.set(items, face, (left(column), y), cell));
        }
        bottom
    }
}

/// Adds the caption of a row: the class followed by the details, on separate lines if there is no room.
/// Returns the bottom.
fn caption(
    items: &mut Vec<Item>,
    face: Type,
    (name, details): (String, String),
    (x, y): (f32, f32),
    width: f32,
) -> f32 {
    let (title, detail) = (face.title(), face.detail());
    let behind = title.width(&name) + face.em;
    if behind + detail.width(&details) <= width {
        let bottom = title.set(items, &name, (x, y), width, 1);
        detail.set(
            items,
            &details,
            (x + behind, bottom - detail.ascent()),
            width,
            1,
        );
        return bottom;
    }
    let bottom = title.set(items, &name, (x, y), width, MAX_LINES);
    detail.set(
        items,
        &details,
        (x, bottom + face.em * 0.65),
        width,
        MAX_LINES,
    )
}

#[cfg(test)]
mod tests;
