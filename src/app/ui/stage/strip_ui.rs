//! The layer strip: a small map for each stage and block, in the order of the network, to see where
//! in the network evidence builds up. A tile can be expanded into the layers inside it.

use egui::{
    Color32, Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::engine::ModelInfo;
use crate::model::layers::Layer;
use crate::picture::page::caption::significant_beside_others;

use super::picture_ui::shade_unseen;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::signal::Signal;
use crate::app::state::view_options::Opacity;
use crate::app::textures::photo::PhotoTexture;
use crate::app::textures::tiles::{Atlas, Tile};
use crate::app::ui::SCROLLING_FRAMES;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{click_modifiers, on_stage, triangle};

const HEADER: f32 = 24.0;
const PICTURE: f32 = 56.0;
/// The height of two lines: the layer's name, and the maximum of its map.
const LABEL: f32 = 34.0;
const BAR: f32 = 12.0;
/// The total height of the strip.
const HEIGHT: f32 = HEADER + PICTURE + LABEL + BAR;
/// A stage lower than this has no room for the tiles beside large pictures, so they fold to their header.
const LOW_STAGE: f32 = 600.0;

const WHOLE: Rect = Rect {
    min: egui::Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

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

/// The height of the strip.
pub fn height(fold: Fold) -> f32 {
    match fold {
        Fold::Roomy | Fold::Unfolded => HEIGHT,
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
    strip_header_ui(ui, scene, &rows, scratch, fold, commands);
    if fold == Fold::Folded {
        return;
    }

    let own = scene.textures.row(scene.state.live_row());
    let photo = own.and_then(|own| own.photo.as_ref());
    let aspect = photo.map_or(1.0, |(_, photo)| {
        photo.size.0 as f32 / photo.size.1.max(1) as f32
    });
    let width = (PICTURE * aspect).clamp(64.0, 112.0).round();
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
                    let size = vec2(width, PICTURE + LABEL);
                    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
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
                    tile_ui(ui, scene, layer, rect, response, mark, depth, commands);
                }
                ui.add_space(2.0);
            });
        });
}

fn strip_header_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    rows: &[(usize, usize)],
    scratch: &mut StripScratch,
    fold: Fold,
    commands: &mut Vec<Command>,
) {
    on_stage(ui);
    let colours = palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let y = rect.top() + 9.0;
    let title = line(ui, "Layers", theme::title(), colours.text, rect.width());
    let left = draw_left(ui, rect.left(), y, title) + GRID + 4.0;
    let fused = scene.state.side().layers().len();
    let stopped = scene.state.prediction().is_some()
        && scene.state.fresh_layer_maps().is_none()
        && !scene.tasks.awaits_layer_maps()
        && !scene.is_loading();
    let text = if stopped {
        "not computed for what is chosen".to_owned()
    } else if fused > 1 {
        format!("mean of {fused} layers, each over its maximum")
    } else {
        format!(
            "{} from input to output; Ctrl+click fuses several",
            rows.len()
        )
    };
    let room = rect.right() - left - 176.0;
    let words = line(ui, &text, theme::small(), colours.weak, room);
    let end = draw_left(ui, left, y, words);
    if stopped {
        let action = Action::ComputeAgain;
        let area = Rect::from_min_max(pos2(end + GRID, rect.top()), rect.max);
        ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
            let button = ui.add(egui::Button::new(action.label()).small());
            if button.on_hover_text(action.tooltip()).clicked() {
                commands.push(action.into());
            }
        });
    }
    let area = Rect::from_min_max(pos2(rect.right() - 168.0, rect.top()), rect.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if fold != Fold::Roomy {
                let (label, hint) = if fold == Fold::Folded {
                    (
                        "Show maps",
                        "Show the maps of all layers, which makes the pictures smaller",
                    )
                } else {
                    (
                        "Fold",
                        "Hide the maps of the layers, to have more room for the pictures",
                    )
                };
                let button = egui::Button::new(label).small();
                if ui.add(button).on_hover_text(hint).clicked() {
                    scratch.unfolded = fold == Fold::Folded;
                }
            }
            if fold == Fold::Folded {
                return;
            }
            let on = scene.state.options.style.strip_common_scale;
            let button = egui::Button::new("One scale").small().selected(on);
            let hint = "Draw all layers' maps against the largest maximum, to see where the \
                        evidence is strong";
            if ui.add(button).on_hover_text(hint).clicked() {
                commands.push(scene.styled(|style| style.strip_common_scale = !on));
            }
        });
    });
}

#[expect(
    clippy::too_many_arguments,
    reason = "a tile, where it is, and its response"
)]
fn tile_ui(
    ui: &Ui,
    scene: Scene<'_>,
    layer: &Layer,
    rect: Rect,
    response: egui::Response,
    mark: Mark,
    depth: usize,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let picture = Rect::from_min_size(rect.min, vec2(rect.width(), PICTURE));
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
        0 => short(&layer.path),
        _ => &layer.name,
    };
    let chosen = mark == Mark::Chosen;
    let name = line(ui, name, theme::tiny(), colours.text, rect.width());
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
        let fuse = click_modifiers(ui).command;
        commands.push(if fuse {
            Command::ToggleLayer(layer.path.clone())
        } else {
            Command::ChooseLayer(layer.path.clone())
        });
    }
    response.on_hover_ui(|ui| {
        ui.label(egui::RichText::new(&layer.path).font(theme::title()));
        ui.label(&layer.kind);
        ui.label(format!("Maximum {max}"));
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

/// Draws a layer's small map over the photo, dimmed while it is stale.
pub fn small_map_ui(ui: &Ui, scene: Scene<'_>, rect: Rect, path: &str) -> Option<Tile> {
    let own = scene.textures.row(scene.state.live_row())?;
    let (_, photo) = own.photo.as_ref()?;
    let (key, atlas) = scene.textures.tiles.shown()?;
    let photo_now = scene.state.photo.as_ref().map(|photo| photo.id);
    if Some(key.prediction.photo) != photo_now {
        // A map of another photo means nothing on this one.
        return None;
    }
    let stale = scene.textures.tiles.are_stale(scene.state);
    let tile = atlas.tile(path)?;
    let small = Small {
        photo,
        atlas,
        tile,
        opacity: scene.state.options.style.opacity,
        strength: if stale { 0.35 } else { 1.0 },
    };
    small.draw(&ui.painter_at(rect), rect);
    Some(*tile)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Chosen,
    /// The chosen layer is inside this one and has no tile of its own.
    Within,
    None,
}

/// A small map over its photo.
struct Small<'a> {
    photo: &'a PhotoTexture,
    atlas: &'a Atlas,
    tile: &'a Tile,
    opacity: Opacity,
    /// Less than 1 if the map is stale.
    strength: f32,
}

impl Small<'_> {
    fn draw(&self, painter: &Painter, rect: Rect) {
        let size = vec2(self.photo.size.0 as f32, self.photo.size.1 as f32);
        let scale = (rect.width() / size.x).min(rect.height() / size.y);
        let photo_rect = Rect::from_center_size(rect.center(), size * scale);
        let texture = self
            .photo
            .level(photo_rect.width() * painter.pixels_per_point());
        let tint = Color32::WHITE.gamma_multiply(self.strength);
        painter.image(texture.id(), photo_rect, WHOLE, tint);
        let part = self.atlas.seen;
        let seen = Rect::from_min_max(
            photo_rect.min + part.min.to_vec2() * photo_rect.size(),
            photo_rect.min + part.max.to_vec2() * photo_rect.size(),
        );
        let tint = theme::light(self.opacity.0).gamma_multiply(self.strength);
        painter.image(
            self.atlas.texture.id(),
            seen,
            self.atlas.uv(self.tile),
            tint,
        );
        shade_unseen(painter, photo_rect, seen);
    }
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

fn has_inner_maps(scene: Scene<'_>, layer: &Layer) -> bool {
    let Some(model) = scene.state.model() else {
        return false;
    };
    layer
        .children
        .iter()
        .any(|child| model.layers.layers[*child].is_target())
}

/// The last three components of a path. What comes before them is the same for all layers.
fn short(path: &str) -> &str {
    let mut dots = path.rmatch_indices('.').map(|(index, _)| index);
    let third_last = dots.nth(2);
    third_last.map_or(path, |index| &path[index + 1..])
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn keeps_the_end_of_long_paths() {
        assert_eq!(short("features.12"), "features.12");
        assert_eq!(short("blocks.3.1"), "blocks.3.1");
        assert_eq!(short("model.blocks.3.1"), "blocks.3.1");
        assert_eq!(short("bn2"), "bn2");
    }
}
