//! The layer tree: every module of the model, with its type and output shape. Modules without a map
//! are included, so that the tree shows the model's architecture.

use egui::{Align, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::engine::ModelInfo;
use crate::model::layers::{Layer, Target};

use super::layer_head_ui::{panes_ui, sides_ui};
use super::model_ui::{no_model_ui, notes_ui};
use super::pane::about_ui::about_ui;
use super::pane::usage_ui::Draft;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::Pane;
use crate::app::state::sides::side::Side;
use crate::app::state::signal::Signal;
use crate::app::ui::SCROLLING_FRAMES;
use crate::app::ui::context_menu::layers::layer_entries;
use crate::app::ui::context_menu::{Entries, context_menu};
use crate::app::ui::kit::path_text::path_line;
use crate::app::ui::kit::text::{draw_left, draw_right, line, lines};
use crate::app::ui::kit::theme::{self, GRID, INSET, ROW, palette};
use crate::app::ui::kit::widgets::{
    LAYER_GESTURES, click_modifiers, gestures, name_row, row, search, triangle,
};
use crate::app::ui::stage::strip::small_map_ui::small_map_ui;

const INDENT: f32 = 12.0;
/// The width at the left of every row, for the mark of the recommended layer.
const GUTTER: f32 = 20.0;
/// The size of the map at the right of every row.
const MAP: egui::Vec2 = vec2(30.0, 20.0);

/// What the layer tree keeps from frame to frame.
#[derive(Debug, Default)]
pub struct LayersScratch {
    /// The last scroll request of each side, and the last search request, that were handled.
    scrolled: [Signal; 2],
    searched: Signal,
    /// The number of frames for which to keep scrolling to the chosen layer's row.
    scrolling: u8,
    /// The height of the list in the last frame.
    height: f32,
}

/// The left panel: the layers of the model, or facts about it.
pub fn layers_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut LayersScratch,
    usage: &mut Draft,
    commands: &mut Vec<Command>,
) {
    let state = scene.state;
    let Some(model) = state.model() else {
        let opening = opening_model(scene);
        ui.add_space(12.0);
        let inset = egui::Margin::symmetric(INSET as i8, 0);
        egui::Frame::new()
            .inner_margin(inset)
            .show(ui, |ui| no_model_ui(ui, opening.as_deref(), commands));
        return;
    };
    let side = state.side();
    if side
        .scroll_to_layer
        .is_new(&mut scratch.scrolled[state.sides.active_index()])
    {
        scratch.scrolling = SCROLLING_FRAMES;
    }
    let mut filter = side.layer_filter.clone();
    let inset = egui::Margin {
        left: INSET as i8,
        right: INSET as i8,
        top: 12,
        bottom: 8,
    };
    let mut entered = false;
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        sides_ui(ui, state, commands);
        panes_ui(ui, state, model, commands);
        if state.pane != Pane::Layers {
            return;
        }
        let focus = state.find_layer.is_new(&mut scratch.searched);
        let hint = "Filter by path or type";
        entered = search(ui, &mut filter, "Filter layers", hint, focus);
    });
    if state.pane == Pane::About {
        about_ui(ui, scene, model, usage, commands);
        return;
    }
    notes_ui(ui, model);
    if entered && !filter.trim().is_empty() {
        let rows = visible_rows(side, model, &filter);
        let mut layers = rows.iter().map(|&index| &model.layers.layers[index]);
        let first = layers.find(|layer| layer.is_target());
        commands.extend(first.map(|layer| Command::ChooseLayer(layer.path.clone())));
    }
    tree_ui(ui, scene, model, &filter, scratch, commands);
    if filter != side.layer_filter {
        commands.push(Command::FilterLayers(filter));
    }
}

fn tree_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    filter: &str,
    scratch: &mut LayersScratch,
    commands: &mut Vec<Command>,
) {
    let side = scene.state.side();
    let rows = visible_rows(side, model, filter);
    let filtered = !filter.trim().is_empty();
    ui.spacing_mut().item_spacing.y = 0.0;
    // Notes or a smaller window may shrink the list so that the chosen row is out of view.
    let height = ui.available_height();
    if scratch.height != height {
        (scratch.height, scratch.scrolling) = (height, SCROLLING_FRAMES);
    }
    let scroll_to = scratch.scrolling > 0;
    scratch.scrolling = scratch.scrolling.saturating_sub(1);
    let chosen = rows
        .iter()
        .position(|&i| side.has_layer(&model.layers.layers[i].path));
    ScrollArea::vertical()
        .id_salt("layers")
        .auto_shrink(false)
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            if let Some(index) = chosen.filter(|_| scroll_to) {
                let top = ui.max_rect().top() + (index as f32 - range.start as f32) * ROW;
                let rect = Rect::from_min_size(
                    pos2(ui.max_rect().left(), top - ROW),
                    vec2(1.0, 3.0 * ROW),
                );
                ui.scroll_to_rect(rect, None::<Align>);
            }
            // The Tab key stops at the chosen layer, or at the first in sight.
            let layer = |index: &usize| &model.layers.layers[*index];
            let drawn = &rows[range];
            let mut chosen = drawn
                .iter()
                .filter(|index| side.has_layer(&layer(index).path));
            let mut targets = drawn.iter().filter(|index| layer(index).is_target());
            let stop = chosen.next().or_else(|| targets.next());
            for index in drawn {
                let is_stop = stop == Some(index);
                layer_row(ui, scene, model, (*index, is_stop), filtered, commands);
            }
            ui.add_space(GRID);
        });
}

/// A message about the model or session being opened, if there is one.
fn opening_model(scene: Scene<'_>) -> Option<String> {
    let model = scene.tasks.models.front().map(|model| &model.opening.path);
    let name = model.map(|path| path.file_name().unwrap_or(path.as_os_str()));
    let session = || {
        scene
            .persistence
            .session
            .is_opening()
            .then(|| "the session".to_owned())
    };
    let what = name.map(|name| name.to_string_lossy().into_owned());
    Some(format!("Opening {}", what.or_else(session)?))
}

fn layer_row(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    (index, is_stop): (usize, bool),
    filtered: bool,
    commands: &mut Vec<Command>,
) {
    let layer = &model.layers.layers[index];
    let side = scene.state.side();
    let selected = side.has_layer(&layer.path);
    let recommended = model
        .layers
        .recommended
        .as_ref()
        .filter(|(i, _)| *i == index);
    let colours = palette(ui);
    let response = row(ui, ROW, layer.is_target(), selected, is_stop);
    let (rect, y) = (response.rect, response.rect.center().y);

    let mut left = rect.left() + GUTTER;
    let branch = !layer.children.is_empty() && !filtered;
    if !filtered {
        left += INDENT * layer.depth as f32;
    }
    let arrow = pos2(left + 4.0, y);
    left += 14.0;

    let (name_colour, weak) = if layer.is_target() {
        (colours.text, colours.weak)
    } else {
        (colours.faint, colours.faint)
    };
    let mut right = rect.right() - INSET;
    if scene.textures.tiles.shown().is_some() {
        let corner = pos2(right - MAP.x, y - MAP.y / 2.0);
        if layer.is_target() {
            small_map_ui(ui, scene, Rect::from_min_size(corner, MAP), &layer.path);
        }
        right -= MAP.x + GRID;
    }
    let name = if filtered { &layer.path } else { &layer.name };
    let name = path_line(ui, name, theme::body(), name_colour, right - left);
    // The name comes first; the shape is in the tooltip too.
    let shape = line(ui, &shape_text(layer), theme::small(), weak, 96.0);
    if left + name.size().x + GRID + shape.size().x <= right {
        right = draw_right(ui, right, y, shape) - GRID;
    }
    // Reserve room for the longest number, so that the types after the numbers are aligned.
    let digits = if filtered { 0 } else { digits(model, layer) };
    let column = line(ui, &"0".repeat(digits), theme::body(), weak, right - left);
    let column = left + column.size().x;
    left = draw_left(ui, left, y, name).max(column) + GRID;
    if right - left > 24.0 {
        draw_left(
            ui,
            left,
            y,
            line(ui, &layer.kind, theme::small(), weak, right - left),
        );
    }
    if recommended.is_some() {
        ui.painter()
            .circle_filled(pos2(rect.left() + 14.0, y), 3.0, colours.accent);
    }

    let numbers = format!("{} {}", layer.kind, shape_text(layer));
    name_row(&response, Role::TreeItem, selected, &layer.path, &numbers);
    if response.clicked() {
        let with_ctrl = click_modifiers(ui).command;
        commands.push(Command::click_layer(&layer.path, with_ctrl));
    }
    let fill = |entries: &mut Entries| layer_entries(entries, scene, layer);
    // A row without a map cannot be chosen, but it has a menu.
    let response = if layer.is_target() {
        response
    } else {
        let id = ui.scope_id().with(("menu", &layer.path));
        ui.interact(rect, id, Sense::CLICK)
    };
    context_menu(&response, fill, commands);
    response.on_hover_ui(|ui| {
        let size = lines(ui, &layer.path, theme::title(), colours.text, 304.0, 3);
        let (space, _) = ui.allocate_exact_size(size.size(), Sense::hover());
        ui.painter().galley(space.min, size, colours.text);
        ui.label(format!("{}, {}", layer.kind, long_shape(&layer.shape)));
        if let Target::None(why) = &layer.target {
            ui.label(egui::RichText::new(why).color(colours.caution));
        }
        if let Some((_, why)) = recommended {
            ui.label(egui::RichText::new(why).color(colours.accent));
        }
        if layer.is_target() {
            gestures(ui, LAYER_GESTURES);
        }
    });
    if branch {
        toggle_ui(ui, side, layer, arrow, commands);
    }
}

/// For a layer whose name is a number: the number of digits of the longest number among its siblings.
fn digits(model: &ModelInfo, layer: &Layer) -> usize {
    let layers = &model.layers.layers;
    let siblings = layer.parent.map(|parent| layers[parent].children.iter());
    let siblings = siblings.into_iter().flatten();
    max_digits(
        &layer.name,
        siblings.map(|index| layers[*index].name.as_str()),
    )
}

/// 0 if the name is not a number.
fn max_digits<'a>(name: &str, siblings: impl Iterator<Item = &'a str>) -> usize {
    let number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    if number(name) {
        siblings
            .filter(|other| number(other))
            .fold(name.len(), |max, other| max.max(other.len()))
    } else {
        0
    }
}

/// The rows to show: those that match the filter, or those in expanded branches.
fn visible_rows(side: &Side, model: &ModelInfo, filter: &str) -> Vec<usize> {
    let layers = &model.layers.layers;
    let wanted = filter.trim().to_lowercase();
    if !wanted.is_empty() {
        let matches = |layer: &Layer| {
            layer.path.to_lowercase().contains(&wanted)
                || layer.kind.to_lowercase().contains(&wanted)
        };
        return (0..layers.len()).filter(|&i| matches(&layers[i])).collect();
    }
    let mut rows = Vec::new();
    let mut closed_at: Option<usize> = None;
    for (index, layer) in layers.iter().enumerate() {
        if closed_at.is_some_and(|depth| layer.depth > depth) {
            continue;
        }
        closed_at = side.collapsed.contains(&layer.path).then_some(layer.depth);
        rows.push(index);
    }
    rows
}

/// The triangle in front of a branch.
fn toggle_ui(ui: &Ui, side: &Side, layer: &Layer, centre: egui::Pos2, commands: &mut Vec<Command>) {
    let open = !side.collapsed.contains(&layer.path);
    let rect = Rect::from_center_size(centre, vec2(18.0, ROW));
    let response = ui.interact(
        rect,
        ui.scope_id().with(("toggle", &layer.path)),
        Sense::CLICK,
    );
    let verb = if open { "Collapse" } else { "Expand" };
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::DisclosureTriangle,
            true,
            format!("{verb} {}", layer.path),
        )
    });
    let colours = palette(ui);
    let colour = if response.hovered() {
        colours.text
    } else {
        colours.weak
    };
    triangle(ui, centre, open, colour);
    if response.clicked() {
        commands.push(Command::ToggleBranch(layer.path.clone()));
    }
}

/// `512×13²`, `64×56×112`, or `1000` if there is no map.
fn shape_text(layer: &Layer) -> String {
    match layer.target {
        Target::Spatial {
            channels,
            height,
            width,
        } if height == width => {
            format!("{channels}×{height}²")
        }
        Target::Spatial {
            channels,
            height,
            width,
        } => format!("{channels}×{height}×{width}"),
        Target::None(_) => long_shape(layer.shape.get(1..).unwrap_or_default()),
    }
}

fn long_shape(shape: &[i64]) -> String {
    shape
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("×")
}

#[cfg(test)]
mod tests {
    use super::max_digits;

    #[test]
    fn numbers_reserve_the_width_of_their_longest_sibling() {
        let siblings = ["0", "9", "12", "squeeze_of_many"];
        let digits = |name| max_digits(name, siblings.into_iter());
        assert_eq!([digits("0"), digits("12"), digits("squeeze")], [2, 2, 0]);
    }
}
