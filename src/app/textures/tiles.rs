//! The small maps in the strip and the layer tree. One atlas texture holds the maps of all layers,
//! so that hundreds of them cost no more to draw than one.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2, vec2};

use crate::engine::HeatMap;
use crate::model::ModulePath;
use crate::picture::map::Map;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::{self, Overlay};
use crate::picture::map::{colour, sample};

use super::slot::Slot;
use crate::app::state::State;
use crate::app::state::rows::subject::PredictionKey;
use crate::explain::Score;

/// The longer side of a tile, in pixels, where the texture has room.
const MAX_TILE_PX: usize = 80;

/// Identifies what the small maps show and how they are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct TilesKey {
    pub prediction: PredictionKey,
    pub score: Score,
    version: u64,
    colormap: Colormap,
    pub overlay: Overlay,
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

/// The texture with the small maps of all layers.
pub struct Atlas {
    pub texture: TextureHandle,
    tiles: HashMap<ModulePath, Tile>,
    /// The area a tile covers, in fractions of the photo.
    covers: Rect,
    /// The part of the photo that the network saw, in fractions of the photo.
    pub seen: Rect,
}

impl Atlas {
    pub fn tile(&self, path: &str) -> Option<&Tile> {
        self.tiles.get(path)
    }

    /// The part of the texture that lies on [`Atlas::seen`].
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
        let (Some(key), Some(maps), Some(prediction)) =
            (wanted, state.fresh_layer_maps(), state.prediction())
        else {
            return;
        };
        if self.slot.lacks(&key) {
            let maps: Vec<Arc<HeatMap>> = maps.maps.values().cloned().collect();
            let placement = prediction.placement;
            let (ctx2, tiles_key) = (ctx.clone(), key.clone());
            self.slot.make(ctx, key, move || {
                let max_px = ctx2.input(|input| input.max_texture_side);
                let px = tile_px(maps.len(), max_px);
                let size = tile_size(placement.input, px);
                let (image, tiles) = atlas(&maps, size, max_px / px, &tiles_key);
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

    /// The newest atlas and its key. It may belong to an earlier selection.
    pub fn shown(&self) -> Option<&(TilesKey, Atlas)> {
        self.slot.shown()
    }

    /// Whether the atlas shows all known maps in their current style.
    pub fn is_current(&self, state: &State) -> bool {
        self.shown().map(|(shown, _)| shown) == key(state).as_ref()
    }

    /// Whether the atlas belongs to another class or photo than the current selection.
    pub fn are_stale(&self, state: &State) -> bool {
        let current = state.subject().map(|s| (s.prediction_key(), s.score));
        let shown = self
            .shown()
            .map(|(key, _)| (key.prediction, Some(key.score)));
        current != shown
    }
}

fn key(state: &State) -> Option<TilesKey> {
    let maps = state.fresh_layer_maps()?;
    Some(TilesKey {
        prediction: maps.prediction,
        score: maps.score,
        version: maps.version,
        colormap: state.options.style.colormap,
        overlay: state.options.style.overlay,
        common_scale: state.options.style.strip_common_scale,
    })
}

/// The longer side of `count` tiles that fit in a texture of this side.
fn tile_px(count: usize, max_px: usize) -> usize {
    let columns = (count.max(1) as f64).sqrt().ceil() as usize;
    MAX_TILE_PX.min(max_px / columns).max(1)
}

/// The size of a tile whose longer side is `px`, with the aspect ratio of the network's input.
fn tile_size((width, height): (u32, u32), px: usize) -> (usize, usize) {
    let longest = width.max(height).max(1) as f32;
    let side = |side: u32| ((side as f32 / longest * px as f32).round() as usize).max(1);
    (side(width), side(height))
}

fn atlas(
    maps: &[Arc<HeatMap>],
    (width, height): (usize, usize),
    max_columns: usize,
    key: &TilesKey,
) -> (ColorImage, HashMap<ModulePath, Tile>) {
    let columns = max_columns.min(maps.len()).max(1);
    let rows = maps.len().div_ceil(columns).max(1);
    let size = [columns * width, rows * height];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let common_max = maps.iter().map(|heat| heat.map.max()).fold(0.0, f32::max);
    let mut tiles = HashMap::new();
    for (index, heat) in maps.iter().enumerate() {
        let (left, top) = (index % columns * width, index / columns * height);
        let max = heat.map.max();
        let end = if key.common_scale { common_max } else { max };
        let colours = colours(&heat.map, (width, height), end, key);
        for (y, row) in colours.chunks(width).enumerate() {
            let start = (top + y) * size[0] + left;
            image.pixels[start..start + width].copy_from_slice(row);
        }
        // Inset by half a texel, so that filtering does not mix in the neighbouring tile.
        let texel = |x: usize, y: usize| pos2(x as f32 / size[0] as f32, y as f32 / size[1] as f32);
        let half = vec2(0.5 / size[0] as f32, 0.5 / size[1] as f32);
        let uv = Rect::from_min_max(
            texel(left, top) + half,
            texel(left + width, top + height) - half,
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

#[expect(
    clippy::disallowed_methods,
    reason = "the colours of a colour map, not of the theme"
)]
fn colours(map: &Map, size: (usize, usize), end: f32, key: &TilesKey) -> Vec<Color32> {
    let at_size = || sample::sampled_as(map, size, key.overlay.sampling());
    match key.overlay {
        Overlay::Blend | Overlay::Cells => colour::heat(&at_size(), key.colormap, end, 0)
            .pixels()
            .map(|p| Color32::from_rgb(p.0[0], p.0[1], p.0[2]))
            .collect(),
        Overlay::Spotlight => colour::spotlight(&at_size(), end, 0)
            .pixels()
            .map(|p| Color32::from_black_alpha(p.0[3]))
            .collect(),
        Overlay::Contours => compose::small_contours(map, size, key.colormap, end)
            .pixels()
            .map(|p| Color32::from_rgba_unmultiplied(p.0[0], p.0[1], p.0[2], p.0[3]))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::tile_px;

    #[test]
    fn any_number_of_tiles_fits_in_the_texture() {
        for count in [0, 1, 65, 625, 626, 1200, 40_000] {
            for max_px in [2048, 8192] {
                let px = tile_px(count, max_px);
                let columns = max_px / px;
                assert!(
                    count.div_ceil(columns) * px <= max_px,
                    "{count} in {max_px}"
                );
            }
        }
        assert_eq!(tile_px(65, 2048), 80);
    }
}
