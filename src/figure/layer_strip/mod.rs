//! The maps of one score at many layers, as a grid in the order of the network.

use std::sync::Arc;

use super::Page;
use super::parts::{self, Key, Type};
use crate::engine::{HeatMap, ModelInfo, Prediction};
use crate::picture::map::compose::{self, Look, Scale};
use crate::picture::page::text::Weight;
use crate::picture::page::{INK, Item, SECONDARY};
use crate::picture::photo::decode::Photo;
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

impl LayerStrip {
    /// The common scale of all maps.
    pub fn common_scale(&self) -> Scale {
        Scale::over(self.maps.iter().map(|heat_map| &heat_map.map))
    }

    /// The strip with maps of at most `max_px`, see [`LayerStrip::panel_px`].
    pub fn page(&self, max_px: u32) -> Page {
        let layout = self.layout(self.panel_px(max_px));
        let smaller = resample::at_size(&self.photo.rgb, layout.panel);
        let photo = smaller.as_ref().unwrap_or(&self.photo.rgb);
        let mut items = layout.items;
        for (heat_map, (x, y)) in self.maps.iter().zip(layout.corners) {
            let rgb = compose::overlay(photo, &heat_map.map, &self.answer.placement, &self.look);
            items.push(Item::Picture { x, y, rgb });
        }
        let title = format!("{} · {}", self.class(), self.model.name);
        Page::new(layout.size, &title, items)
    }

    /// The longest side of the maps for `max_px`, in pixels: not longer than the photo, and shorter if the
    /// page would be too large.
    pub fn panel_px(&self, max_px: u32) -> u32 {
        let px = self.photo.width().max(self.photo.height()).min(max_px);
        parts::limited(px, |px| self.layout(px).size)
    }

    fn class(&self) -> String {
        let score = self.maps.first().map(|heat_map| heat_map.score);
        score.map_or_else(String::new, |score| parts::class(score, &self.model))
    }

    fn layout(&self, px: u32) -> Layout {
        let panel = resample::fitted(self.photo.rgb.dimensions(), px);
        let face = Type::of(panel, EM);
        let (margin, gap) = (face.margin(), face.gap());
        let cell = (panel.0 as f32).max(face.em * 8.0).ceil();
        let columns = self.columns(cell + gap, panel.1 as f32 + gap + face.em * 2.5);
        let left = |column: usize| margin + (cell + gap) * column as f32;
        let width = (left(columns) - gap - margin).max(face.em * 16.0);

        let mut items = Vec::new();
        let mut corners = Vec::new();
        let mut y = self.heading(&mut items, face, (margin, margin), width);
        y = (y + face.em * 1.4).ceil();
        for row in self.maps.chunks(columns) {
            let mut bottom = y;
            for (column, heat_map) in row.iter().enumerate() {
                corners.push((left(column) as u32, y as u32));
                let below = (left(column), y + panel.1 as f32 + (face.em * 0.55).round());
                bottom = bottom.max(layer(&mut items, face, heat_map, below, cell));
            }
            y = (bottom + face.em * 1.2).ceil();
        }
        y += (face.em * 0.6).round();
        let maxima: Vec<f32> = self.maps.iter().map(|map| map.map.max()).collect();
        let key = Key::of_heat_maps(&self.look, &maxima);
        y = key.set(&mut items, face, (margin, y), face.em * 16.0);
        Layout {
            size: (
                (margin * 2.0 + width).ceil() as u32,
                (y + margin).ceil() as u32,
            ),
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
    heat_map: &HeatMap,
    (x, y): (f32, f32),
    width: f32,
) -> f32 {
    let path = face.style(Weight::Regular, 0.9, INK);
    let y = path.set(items, &heat_map.layer, (x, y), width, MAX_LINES) + face.em * 0.5;
    let maximum = parts::maximum(heat_map.map.max());
    face.detail().set(items, &maximum, (x, y), width, 1)
}

#[cfg(test)]
mod tests;
