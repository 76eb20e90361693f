//! The layer strip: a small map for each stage and block, in the order of the network, to see where
//! in the network evidence builds up. A tile can be expanded into the layers inside it.

use egui::{ScrollArea, Ui, vec2};

use crate::engine::ModelInfo;

use super::head_ui::{HEADER, head_ui};
use super::tile_ui::{LABEL, Mark, tile_ui};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::signal::Signal;
use crate::app::ui::SCROLLING_FRAMES;
use crate::app::ui::kit::path_text::common_prefix;
use crate::app::ui::kit::theme::GRID;
use crate::app::ui::kit::widgets::clicks;

const BAR: f32 = 12.0;
/// The least and the greatest height of the picture of a tile, and its share of the stage in between.
const PICTURES: [f32; 2] = [56.0, 112.0];
const PICTURE_SHARE: f32 = 0.075;
/// A stage lower than this has no room for the tiles beside large pictures, so they fold to their header.
const LOW_STAGE: f32 = 600.0;

/// What the strip keeps from frame to frame.
#[derive(Debug, Default)]
pub struct StripScratch {
    /// The last scroll request of each side that was handled.
    scrolled: [Signal; 2],
    /// The number of frames for which to keep scrolling to the chosen layer's tile.
    scrolling: u8,
    /// The widths of a tile and of the strip in the last frame.
    widths: (f32, f32),
    /// Whether the tiles are shown in a low stage, where they are folded by themselves.
    unfolded: bool,
}

/// Whether the strip shows its header alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// There is room for the tiles.
    Roomy,
    /// The tiles are hidden, and a button shows them.
    Folded,
    /// There is little room, but the tiles are wanted.
    Unfolded,
}

impl StripScratch {
    /// How the strip is shown in a stage of this height.
    pub fn fold(&self, stage_height: f32) -> Fold {
        match (stage_height < LOW_STAGE, self.unfolded) {
            (false, _) => Fold::Roomy,
            (true, false) => Fold::Folded,
            (true, true) => Fold::Unfolded,
        }
    }
}

/// The height of the picture of a tile in a stage of this height.
fn picture_height(stage_height: f32) -> f32 {
    let [least, most] = PICTURES;
    (stage_height * PICTURE_SHARE).clamp(least, most).round()
}

/// The height of the strip in a stage of this height.
pub fn height(fold: Fold, stage_height: f32) -> f32 {
    match fold {
        Fold::Roomy | Fold::Unfolded => HEADER + picture_height(stage_height) + LABEL + BAR,
        Fold::Folded => HEADER,
    }
}

/// Whether the strip is shown.
pub fn is_shown(scene: Scene<'_>) -> bool {
    let state = scene.state;
    let possible = state.photo.is_some() && state.model().is_some();
    possible && state.options.layer_strip && !state.lacks_spatial_layer()
}

/// Draws the header line and the tiles.
pub fn strip_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut StripScratch,
    fold: Fold,
    commands: &mut Vec<Command>,
) {
    let Some(model) = scene.state.model() else {
        return;
    };
    let side = scene.state.side();
    let rows = side.tiles();
    head_ui(ui, scene, &rows, &mut scratch.unfolded, fold, commands);
    if fold == Fold::Folded {
        return;
    }

    let own = scene.textures.row(scene.state.live_row());
    let photo = own.and_then(|own| own.photo.as_ref());
    let aspect = photo.map_or(1.0, |(_, photo)| {
        photo.size.0 as f32 / photo.size.1.max(1) as f32
    });
    // The strip has been given its height by the stage's.
    let [least, _] = PICTURES;
    let picture = (ui.available_height() - LABEL - BAR).max(least).round();
    let width = (picture * aspect).clamp(64.0, 2.0 * picture).round();
    let layers = &model.layers.layers;
    let paths = rows.iter().map(|(index, _)| layers[*index].path.as_str());
    let prefix = common_prefix(paths);
    let chosen = side.layers();
    let tile_of_chosen = chosen.first().and_then(|path| shown_in(model, &rows, path));
    // A photo with another aspect ratio changes the width of the tiles and moves the chosen one. In a
    // narrower strip, the chosen tile may be out of view.
    let widths = (width, ui.available_width());
    let moved = std::mem::replace(&mut scratch.widths, widths) != widths;
    if side
        .scroll_to_layer
        .is_new(&mut scratch.scrolled[scene.state.sides.active_index()])
        || moved
    {
        scratch.scrolling = SCROLLING_FRAMES;
    }
    let reveal = scratch.scrolling > 0;
    scratch.scrolling = scratch.scrolling.saturating_sub(1);

    ui.style_mut().always_scroll_the_only_direction = true;
    ui.spacing_mut().item_spacing = vec2(GRID, 0.0);
    ScrollArea::horizontal()
        .id_salt("strip")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                // Room for the mark around the first and last tiles.
                ui.add_space(2.0);
                for &(index, depth) in &rows {
                    let layer = &model.layers.layers[index];
                    let size = vec2(width, picture + LABEL);
                    let (rect, response) =
                        ui.allocate_exact_size(size, clicks(tile_of_chosen == Some(index)));
                    if reveal && tile_of_chosen == Some(index) {
                        ui.scroll_to_rect(rect.expand2(vec2(width, 0.0)), None);
                    }
                    if !ui.is_rect_visible(rect) {
                        continue;
                    }
                    let within = chosen.len() == 1 && tile_of_chosen == Some(index);
                    let mark = if chosen.contains(&layer.path) {
                        Mark::Chosen
                    } else if within {
                        Mark::Within
                    } else {
                        Mark::None
                    };
                    let named = (depth, prefix);
                    tile_ui(ui, scene, layer, rect, response, mark, named, commands);
                }
                ui.add_space(2.0);
            });
        });
}

/// The tile that shows a layer: its own, or that of its innermost ancestor with one.
fn shown_in(model: &ModelInfo, rows: &[(usize, usize)], path: &str) -> Option<usize> {
    let layers = &model.layers.layers;
    let mut index = layers.iter().position(|layer| layer.path == path)?;
    loop {
        if rows.iter().any(|(row, _)| *row == index) {
            return Some(index);
        }
        index = layers[index].parent?;
    }
}
