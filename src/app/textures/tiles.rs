//! The small maps of the strip and of the layer tree: one texture holds those of all layers, so
//! that hundreds of them are drawn at the cost of one.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2, vec2};

use crate::engine::HeatMap;
use crate::model::ModulePath;
use crate::picture::map::Map;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::map::{colour, sample};

use super::slot::Slot;
use crate::app::state::State;
use crate::app::state::results::PredictionKey;
use crate::explain::Score;

/// The longer side of a tile, in pixels.
const SIDE: usize = 56;
/// Tiles side by side in the texture.
const COLUMNS: usize = 32;

/// What the small maps are of, and how they look.
#[derive(Debug, Clone, PartialEq)]
pub struct TilesKey {
    pub answer: PredictionKey,
    pub score: Score,
    version: u64,
    colormap: Colormap,
    overlay: Overlay,
    common_scale: bool,
}

/// One layer's small map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tile {
    uv: Rect,
    /// The map's own maximum.
    pub max: f32,
    pub zero: bool,
}

/// All of them.
pub struct Atlas {
    pub texture: TextureHandle,
    tiles: HashMap<ModulePath, Tile>,
    /// What a tile covers and what of it the network saw, in fractions of the photo.
    covers: Rect,
    pub seen: Rect,
}

impl Atlas {
    pub fn tile(&self, path: &str) -> Option<&Tile> {
        self.tiles.get(path)
    }

    /// The part of the texture that lies on what was seen of the photo.
    pub fn uv(&self, tile: &Tile) -> Rect {
        let part = |p: egui::Pos2| {
            let inside = (p - self.covers.min) / self.covers.size();
            tile.uv.min + inside * tile.uv.size()
        };
        Rect::from_min_max(part(self.seen.min), part(self.seen.max))
    }
}

/// The newest atlas, and the one being made.
#[derive(Default)]
pub struct Tiles {
    slot: Slot<TilesKey, Atlas>,
}

impl Tiles {
    pub fn update(&mut self, ctx: &Context, state: &State) {
        let wanted = key(state);
        self.slot.drain(wanted.as_ref());
        let (Some(key), Some(maps), Some(answer)) =
            (wanted, state.fresh_layer_maps(), state.answer())
        else {
            return;
        };
        if self.slot.lacks(&key) {
            let maps: Vec<Arc<HeatMap>> = maps.maps.values().cloned().collect();
            let placement = answer.placement;
            let (ctx2, theirs) = (ctx.clone(), key.clone());
            self.slot.make(ctx, key, move || {
                let size = tile_size(placement.input);
                let (image, tiles) = atlas(&maps, size, &theirs);
                let image_size = vec2(placement.image.0 as f32, placement.image.1 as f32);
                let source = placement.source;
                let corner = vec2(source.x as f32, source.y as f32) / image_size;
                let extent = vec2(source.width as f32, source.height as f32) / image_size;
                Atlas {
                    texture: ctx2.load_texture("layers", image, TextureOptions::LINEAR),
                    tiles,
                    covers: Rect::from_min_size(corner.to_pos2(), extent),
                    seen: super::input::seen(&placement),
                }
            });
        }
    }

    /// The newest maps, with what they are of; of what is asked now or of what was before.
    pub fn shown(&self) -> Option<&(TilesKey, Atlas)> {
        self.slot.shown()
    }

    /// Whether everything that is known is shown, as it is to look now.
    pub fn show(&self, state: &State) -> bool {
        self.shown().map(|(shown, _)| shown) == key(state).as_ref()
    }

    /// Whether what is shown is of another class or picture than what is asked now.
    pub fn are_stale(&self, state: &State) -> bool {
        let asked = state.subject().map(|s| (s.answer_key(), s.score));
        let shown = self.shown().map(|(key, _)| (key.answer, Some(key.score)));
        asked != shown
    }
}

fn key(state: &State) -> Option<TilesKey> {
    let maps = state.fresh_layer_maps()?;
    Some(TilesKey {
        answer: maps.answer,
        score: maps.score,
        version: maps.version,
        colormap: state.colormap,
        overlay: state.overlay,
        common_scale: state.strip_common_scale,
    })
}

/// In the shape of the network's input.
fn tile_size((width, height): (u32, u32)) -> (usize, usize) {
    let longest = width.max(height).max(1) as f32;
    let side = |side: u32| ((side as f32 / longest * SIDE as f32).round() as usize).max(1);
    (side(width), side(height))
}

fn atlas(
    maps: &[Arc<HeatMap>],
    (width, height): (usize, usize),
    key: &TilesKey,
) -> (ColorImage, HashMap<ModulePath, Tile>) {
    let columns = COLUMNS.min(maps.len()).max(1);
    let rows = maps.len().div_ceil(columns).max(1);
    let size = [columns * width, rows * height];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let largest = maps.iter().map(|heat| heat.map.max()).fold(0.0, f32::max);
    let mut tiles = HashMap::new();
    for (index, heat) in maps.iter().enumerate() {
        let (left, top) = (index % columns * width, index / columns * height);
        let max = heat.map.max();
        let end = if key.common_scale { largest } else { max };
        let colours = colours(&heat.map, (width, height), end, key);
        for (y, row) in colours.chunks(width).enumerate() {
            let start = (top + y) * size[0] + left;
            image.pixels[start..start + width].copy_from_slice(row);
        }
        // Half a pixel within the tile, so that none of its neighbour is mixed in.
        let place = |x: usize, y: usize| pos2(x as f32 / size[0] as f32, y as f32 / size[1] as f32);
        let half = vec2(0.5 / size[0] as f32, 0.5 / size[1] as f32);
        let uv = Rect::from_min_max(
            place(left, top) + half,
            place(left + width, top + height) - half,
        );
        let tile = Tile {
            uv,
            max,
            zero: heat.map.is_zero(),
        };
        tiles.insert(heat.layer.clone(), tile);
    }
    (image, tiles)
}

fn colours(map: &Map, size: (usize, usize), end: f32, key: &TilesKey) -> Vec<Color32> {
    let map = sample::sampled(map, size);
    match key.overlay {
        Overlay::Blend => colour::heat(&map, key.colormap, end, 0)
            .pixels()
            .map(|p| Color32::from_rgb(p.0[0], p.0[1], p.0[2]))
            .collect(),
        Overlay::Spotlight => colour::spotlight(&map, end, 0)
            .pixels()
            .map(|p| Color32::from_black_alpha(p.0[3]))
            .collect(),
    }
}
