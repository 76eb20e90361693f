//! The maps of one score at many layers, as a grid in the order of the network.

use std::sync::Arc;

use super::parts::{self, Key, Type};
use super::setting::{Extent, Setting};
use super::{Page, Unseen};
use crate::engine::{HeatMap, ModelInfo, Prediction};
use crate::picture::map::compose::{self, Look, Scale, Under};
use crate::picture::page::text::Weight;
use crate::picture::page::{INK, Item, SECONDARY};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::PixelBox;
use crate::picture::photo::resample;

/// The layers of one view.
#[derive(Clone)]
pub struct LayerStrip {
    /// The photo under every map.
    pub photo: Arc<Photo>,
    /// The model that the layers belong to.
    pub model: Arc<ModelInfo>,
    /// The model's prediction for the photo.
    pub answer: Arc<Prediction>,
    /// In the order of the network, all of one score.
    pub maps: Vec<Arc<HeatMap>>,
    /// How every map is shown.
    pub look: Look,
}

/// The positions of everything, before any map is drawn.
struct Layout {
    size: (u32, u32),
    /// Everything but the maps.
    items: Vec<Item>,
    panel: (u32, u32),
    /// The top left corner of each map.
    corners: Vec<(u32, u32)>,
}

/// The em as a share of a panel's side.
const EM: f32 = 0.075;
/// The preferred aspect ratio of the page.
const ASPECT: f32 = 1.4;
/// The maximum number of lines of a path.
const MAX_LINES: usize = 3;
/// The least width of a map with its text, in ems.
const CELL: f32 = 8.0;

impl LayerStrip {
    /// The common scale of all maps.
    pub fn common_scale(&self) -> Scale {
        Scale::over(self.maps.iter().map(|heat_map| &heat_map.map))
    }

    /// The page. Its maps are no longer than the photo; it is smaller than it was set, or has fewer pixels in an
    /// inch, if it would be too large ([`Page::reduced`]).
    pub fn page(&self, setting: &Setting) -> Page {
        if setting.unseen == Unseen::Cut {
            let whole = Setting {
                unseen: Unseen::default(),
                ..*setting
            };
            return self.part(self.answer.placement.seen()).page(&whole);
        }
        let (setting, reduced) = self.fitted(setting);
        let layout = self.layout(&setting);
        let smaller = resample::at_size(&self.photo.rgb, layout.panel);
        let photo = smaller.as_ref().unwrap_or(&self.photo.rgb);
        let placement = &self.answer.placement;
        let placement = placement.at_size(layout.panel.0, layout.panel.1);
        let mut items = layout.items;
        for (heat_map, (x, y)) in self.maps.iter().zip(layout.corners) {
            let mut rgb = compose::overlay(photo, &heat_map.map, &placement, &self.look);
            if setting.unseen == Unseen::Hatched {
                let under = Under::heat_map(photo, self.look.overlay);
                compose::hatch(&mut rgb, under, &placement.seen());
            }
            items.push(Item::Picture { x, y, rgb });
        }
        let title = format!("{} · {}", self.class(), self.model.name);
        let mut page = Page::new(layout.size, &title, items);
        page.ground = setting.ground;
        page.per_inch = setting.per_inch();
        page.reduced = reduced;
        page
    }

    /// The strip over a part of the photo (in its pixels, not empty, and within it) as a photo of its own.
    #[must_use]
    pub fn part(&self, part: PixelBox) -> LayerStrip {
        let mut strip = self.clone();
        if (part.width, part.height) == self.photo.rgb.dimensions() {
            return strip;
        }
        strip.photo = parts::of_photo(&self.photo, part);
        let mut answer = Prediction::clone(&self.answer);
        answer.placement = answer.placement.of_part(part);
        strip.answer = Arc::new(answer);
        strip
    }

    /// The setting at which the page is not too large, and no map larger than the photo if it is measured in pixels;
    /// and what had to be reduced.
    fn fitted(&self, setting: &Setting) -> (Setting, Option<String>) {
        let longest = self.photo.width().max(self.photo.height());
        parts::fitted(setting, longest, |setting| self.layout(setting).size)
    }

    fn class(&self) -> String {
        let score = self.maps.first().map(|heat_map| heat_map.score);
        score.map_or_else(String::new, |score| parts::class(score, &self.model))
    }

    fn layout(&self, setting: &Setting) -> Layout {
        let photo = self.photo.rgb.dimensions();
        let count = self.maps.len().max(1);
        let most = setting.columns.unwrap_or(count).clamp(1, count);
        let (face, panel, cell, columns) = match setting.extent {
            Extent::Pixels(px) => {
                let panel = resample::fitted(photo, px);
                let face = Type::of(panel, EM);
                let cell = (panel.0 as f32).max(face.em * CELL).ceil();
                let gap = face.gap();
                let down = panel.1 as f32 + gap + face.em * 2.5;
                let columns = setting
                    .columns
                    .map_or_else(|| self.columns(cell + gap, down), |_| most);
                (face, panel, cell, columns)
            }
            Extent::Print(print) => {
                let face = Type::print(&print);
                let whole = print.width_px() as f32 - 2.0 * face.margin();
                let fit = ((whole + face.gap()) / (face.em * CELL + face.gap())) as usize;
                let columns = fit.clamp(1, most);
                let gaps = face.gap() * (columns - 1) as f32;
                let cell = ((whole - gaps) / columns as f32).floor().max(1.0);
                let widest = photo.0 as f32 / photo.0.max(photo.1).max(1) as f32;
                let px = (cell / widest).min(2.0 * cell);
                (face, resample::fitted(photo, px as u32), cell, columns)
            }
        };
        let (margin, gap) = (face.margin(), face.gap());
        let left = |column: usize| margin + (cell + gap) * column as f32;
        let mut width = left(columns) - gap - margin;
        let mut key_width = cell;
        if let Extent::Pixels(_) = setting.extent {
            key_width = face.em * 16.0;
            width = width.max(key_width);
        }

        let mut items = Vec::new();
        let mut corners = Vec::new();
        let mut y = margin;
        if setting.captions {
            y = self.heading(&mut items, face, (margin, y), width);
            y = (y + face.em * 1.4).ceil();
        }
        let mut letters = parts::letters();
        for row in self.maps.chunks(columns) {
            let mut bottom = y;
            for (column, heat_map) in row.iter().enumerate() {
                corners.push((left(column) as u32, y as u32));
                let below = (left(column), y + panel.1 as f32 + (face.em * 0.55).round());
                let path = match letters.next().filter(|_| setting.letters) {
                    Some(letter) => format!("{letter}\u{a0}{}", heat_map.layer),
                    None => heat_map.layer.clone(),
                };
                let maximum = parts::maximum(heat_map.map.max());
                let words = (path.as_str(), maximum.as_str());
                bottom = bottom.max(layer(&mut items, face, words, below, cell));
            }
            y = (bottom + face.em * 1.2).ceil();
        }
        y += (face.em * 0.6).round();
        let maxima: Vec<f32> = self.maps.iter().map(|map| map.map.max()).collect();
        let key = Key::of_heat_maps(&self.look, &maxima);
        y = key.set(&mut items, face, (margin, y), (key_width.min(width), width));
        let width = match setting.extent {
            Extent::Pixels(_) => (margin * 2.0 + width).ceil() as u32,
            Extent::Print(print) => print.width_px(),
        };
        Layout {
            size: (width, (y + margin).ceil() as u32),
            items,
            panel,
            corners,
        }
    }

    /// The number of columns that brings the grid close to [`ASPECT`] and leaves little of its last row
    /// empty, for cells of this pitch.
    fn columns(&self, across: f32, down: f32) -> usize {
        let count = self.maps.len().max(1);
        let off = |columns: usize| {
            let rows = count.div_ceil(columns);
            let aspect = across * columns as f32 / (down * rows as f32);
            let empty = 1.0 - count as f32 / (rows * columns) as f32;
            (aspect / ASPECT).ln().abs() + empty
        };
        let best = (1..=count).min_by(|a, b| off(*a).total_cmp(&off(*b)));
        best.unwrap_or(1)
    }

    /// Adds the class and, below, the facts that all maps share. Returns the bottom.
    fn heading(&self, items: &mut Vec<Item>, face: Type, (x, y): (f32, f32), width: f32) -> f32 {
        let title = face.style(Weight::Medium, 1.3, INK);
        let y = title.set(items, &self.class(), (x, y), width, MAX_LINES) + face.em * 0.7;
        let score = self.maps.first().map(|heat_map| heat_map.score);
        let mut facts: Vec<String> = score
            .and_then(|score| parts::probability(score, &self.answer))
            .into_iter()
            .collect();
        facts.push(self.photo.name());
        facts.push(self.model.name.clone());
        facts.push(match self.maps.len() {
            1 => "1 layer".to_owned(),
            count => format!("{count} layers"),
        });
        let detail = face.style(Weight::Regular, 1.0, SECONDARY);
        detail.set(items, &facts.join(" · "), (x, y), width, MAX_LINES)
    }
}

/// Adds the text below a map: its layer and its maximum. Returns the bottom.
fn layer(
    items: &mut Vec<Item>,
    face: Type,
    (path, maximum): (&str, &str),
    (x, y): (f32, f32),
    width: f32,
) -> f32 {
    let style = face.style(Weight::Regular, 0.9, INK);
    let y = style.set(items, path, (x, y), width, MAX_LINES) + face.em * 0.5;
    face.detail().set(items, maximum, (x, y), width, 1)
}

#[cfg(test)]
mod tests;
