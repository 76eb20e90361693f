//! One tile of the strip: the small map of a layer, its name, and the maximum of its map.

use egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::small_map_ui::small_map_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::ui::context_menu::layers::layer_entries;
use crate::app::ui::context_menu::{Entries, context_menu};
use crate::app::ui::kit::path_text::path_line;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{LAYER_GESTURES, click_modifiers, gestures, triangle};
use crate::model::layers::Layer;
use crate::picture::page::caption::significant_beside_others;

/// The height of two lines: the layer's name, and the maximum of its map.
pub const LABEL: f32 = 34.0;

/// How a tile is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Chosen,
    /// The chosen layer is inside this one and has no tile of its own.
    Within,
    None,
}

#[expect(
    clippy::too_many_arguments,
    reason = "a tile, where it is, and its response"
)]
/// Draws the tile of a layer at this depth inside expanded tiles. The first `prefix` bytes of paths are the same for
/// all tiles.
pub fn tile_ui(
    ui: &Ui,
    scene: Scene<'_>,
    layer: &Layer,
    rect: Rect,
    response: egui::Response,
    mark: Mark,
    (depth, prefix): (usize, usize),
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let picture = rect.with_max_y(rect.bottom() - LABEL);
    ui.painter().rect_filled(picture, 2.0, colours.well);
    let tile = small_map_ui(ui, scene, picture, &layer.path);
    let stroke = match mark {
        Mark::Chosen => Stroke::new(2.0, colours.accent),
        Mark::Within => Stroke::new(1.0, colours.accent),
        Mark::None if response.hovered() || response.has_focus() => Stroke::new(1.0, colours.weak),
        Mark::None => Stroke::NONE,
    };
    ui.painter()
        .rect_stroke(picture, 2.0, stroke, StrokeKind::Outside);
    // The layers of an expanded tile are joined by a line.
    if depth > 0 {
        let y = picture.bottom() + 2.0;
        let line = Stroke::new(1.0, colours.faint);
        ui.painter()
            .hline(rect.left() - GRID..=rect.right(), y, line);
    }
    let y = picture.bottom() + 11.0;
    // A stale number could be mistaken for that of the current class.
    let fresh = tile.filter(|_| !scene.textures.tiles.are_stale(scene.state));
    let max = fresh.map_or_else(String::new, |tile| {
        if tile.zero {
            "0".to_owned()
        } else {
            significant_beside_others(tile.max)
        }
    });
    let name = match depth {
        0 => layer.path.get(prefix..).unwrap_or(&layer.path),
        _ => &layer.name,
    };
    let chosen = mark == Mark::Chosen;
    let name = path_line(ui, name, theme::tiny(), colours.text, rect.width());
    draw_left(ui, rect.left(), y, name);
    let number = line(ui, &max, theme::tiny(), colours.weak, rect.width());
    draw_left(ui, rect.left(), y + 13.0, number);

    let title = format!("Map of {}", layer.path);
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::RadioButton, true, chosen, &title);
        info.current_text_value = Some(format!("maximum {max}"));
        info
    });
    if has_inner_maps(scene, layer) {
        open_tile_ui(ui, scene, layer, picture, commands);
    }
    if response.clicked() {
        let with_ctrl = click_modifiers(ui).command;
        commands.push(Command::click_layer(&layer.path, with_ctrl));
    }
    let fill = |entries: &mut Entries| layer_entries(entries, scene, layer);
    context_menu(&response, fill, commands);
    response.on_hover_ui(|ui| {
        ui.label(egui::RichText::new(&layer.path).font(theme::title()));
        ui.label(&layer.kind);
        ui.label(format!("Maximum {max}"));
        gestures(ui, LAYER_GESTURES);
    });
}

/// The triangle in a tile's corner that expands and collapses it.
fn open_tile_ui(
    ui: &Ui,
    scene: Scene<'_>,
    layer: &Layer,
    picture: Rect,
    commands: &mut Vec<Command>,
) {
    let open = scene.state.side().expanded.contains(&layer.path);
    let corner = Rect::from_min_size(
        pos2(picture.right() - 18.0, picture.top() + 2.0),
        vec2(16.0, 16.0),
    );
    let id = ui.scope_id().with(("open", &layer.path));
    let response = ui.interact(corner, id, Sense::click());
    let verb = if open { "Close" } else { "Open" };
    let name = format!("{verb} the maps inside {}", layer.path);
    response.widget_info(|| WidgetInfo::labeled(Role::DisclosureTriangle, true, &name));
    let alpha = if response.hovered() { 200 } else { 140 };
    ui.painter().rect_filled(corner, 3.0, theme::shade(alpha));
    // The layers inside appear at the right, so the closed triangle points there.
    triangle(ui, corner.center(), open, theme::ON_PICTURE);
    if response.on_hover_text(&name).clicked() {
        commands.push(Command::ToggleTile(layer.path.clone()));
    }
}

fn has_inner_maps(scene: Scene<'_>, layer: &Layer) -> bool {
    let Some(model) = scene.state.model() else {
        return false;
    };
    layer
        .children
        .iter()
        .any(|child| model.layers.layers[*child].is_target())
}
