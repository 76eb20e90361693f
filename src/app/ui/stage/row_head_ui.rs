//! The line above each of several rows: what the row shows, its numbers, and its buttons.

use egui::{
    Align, Button, Layout, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::row_facts::{DOT, facts, fitting, numbers, pair_numbers};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::View;
use crate::app::ui::kit::icons::{Icon, grip_ui, icon_button};
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::on_stage;

/// A narrower head has no room for the names of two classes and their numbers.
const ROOMY: f32 = 640.0;

/// Draws the head of a row. Returns the response of its text, which is the handle for moving a pin.
pub fn row_head_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    (row, is_pair): (&Row, bool),
    number: usize,
    head: Rect,
    view: &View,
    commands: &mut Vec<Command>,
) -> Response {
    let colours = palette(ui);
    let y = head.center().y + 2.0;
    let buttons = row_buttons(scene, row, is_pair);
    let mut right = row_buttons_ui(ui, scene, buttons, number, head, commands) - GRID;
    let numbers = if is_pair {
        pair_numbers(scene, row)
    } else {
        numbers(scene, row, view)
    };
    let numbers = numbers.unwrap_or_default();
    // Where there is little room, those of a pair are above its maps alone.
    let has_room = !is_pair || head.width() >= ROOMY;
    if has_room && !numbers.is_empty() {
        let words = line(
            ui,
            &numbers,
            theme::small(),
            colours.weak,
            head.width() / 3.0,
        );
        right = draw_right(ui, right, y, words) - 2.0 * GRID;
    }
    let mut left = head.left();
    if let RowId::Pin(_) = row.id {
        left = grip_ui(ui, head, y);
    }
    let active = scene.state.sides.active_index();
    let is_live = row.id == scene.state.live_row() || (is_pair && row.id.side() == Some(active));
    if is_live && scene.state.sides.count() > 1 {
        let mark = Rect::from_min_size(pos2(left, y - 7.0), vec2(3.0, 14.0));
        ui.painter().rect_filled(mark, 1.5, colours.accent);
        left += GRID + 3.0;
    }
    let name = row.subject.score_name();
    let title = line(ui, &name, theme::title(), colours.text, right - left);
    let mut is_cut = title.elided;
    left = draw_left(ui, left, y, title) + GRID + 4.0;
    let facts = facts(scene, row, is_pair);
    let width = |text: &str| {
        line(ui, text, theme::small(), colours.weak, f32::MAX)
            .size()
            .x
    };
    let fitting = fitting(&facts, right - left, width);
    is_cut |= fitting.len() < facts.len();
    if right - left > 3.0 * GRID {
        let text = fitting.join(DOT);
        let words = line(ui, &text, theme::small(), colours.weak, right - left);
        is_cut |= words.elided;
        draw_left(ui, left, y, words);
    }
    let full_text = format!("{name}{DOT}{}", facts.join(DOT));
    let area = Rect::from_min_max(head.min, pos2(right, head.max.y));
    let sense = match row.id {
        RowId::Pin(_) => Sense::DRAG,
        RowId::Side(_) | RowId::Rival(_) | RowId::Versus(_) => Sense::hover(),
    };
    let response = ui.interact(area, ui.scope_id().with((row.id, "head")), sense);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Heading, true, &full_text);
        info.current_text_value = Some(numbers.clone());
        info
    });
    if is_cut {
        response.on_hover_text(&full_text)
    } else {
        response
    }
}

/// The row's buttons. Returns their left edge.
fn row_buttons_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    buttons: Vec<RowButton>,
    number: usize,
    head: Rect,
    commands: &mut Vec<Command>,
) -> f32 {
    let area = Rect::from_min_max(pos2(head.center().x, head.top() + 4.0), head.max);
    let mut left = head.right();
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            on_stage(ui);
            for RowButton {
                label,
                icon,
                hint,
                command,
            } in buttons
            {
                let name = format!("{label}, row {}", number + 1);
                let why_not = scene.why_not(&command);
                let enabled = why_not.is_none();
                let button = match icon {
                    Some(icon) => icon_button(ui, icon, enabled),
                    None => ui.add_enabled(enabled, Button::new(label)),
                };
                let button = match icon {
                    Some(_) => button.on_hover_text(format!("{label}: {hint}")),
                    None => button.on_hover_text(hint),
                };
                let button = button.on_disabled_hover_text(why_not.unwrap_or_default());
                button.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
                left = left.min(button.rect.left());
                if button.clicked() {
                    commands.push(command);
                }
            }
        });
    });
    left
}

/// A button of a row.
struct RowButton {
    label: &'static str,
    /// What it shows in place of its label.
    icon: Option<Icon>,
    hint: &'static str,
    command: Command,
}

/// The buttons of a row, from right to left.
fn row_buttons(scene: Scene<'_>, row: &Row, is_pair: bool) -> Vec<RowButton> {
    let keep = |row| RowButton {
        label: "Pin",
        icon: None,
        hint: "Keep this view as a separate row",
        command: Command::Pin(row),
    };
    let stop = |side| RowButton {
        label: "Stop comparing",
        icon: None,
        hint: "Show only one class again",
        command: Command::SetRival(side, None),
    };
    match row.id {
        RowId::Pin(id) => pin_buttons(scene, id),
        RowId::Rival(side) => vec![stop(side), keep(row.id)],
        RowId::Versus(side) if is_pair => vec![stop(side), keep(RowId::Side(side))],
        RowId::Side(_) | RowId::Versus(_) => vec![keep(row.id)],
    }
}

/// The buttons of a pin, from right to left.
fn pin_buttons(scene: Scene<'_>, id: u64) -> Vec<RowButton> {
    let button = |label, icon, hint, command| RowButton {
        label,
        icon: Some(icon),
        hint,
        command,
    };
    let hint = "continue from this view, its photo, model, class and layer";
    let mut buttons = vec![
        button("Unpin", Icon::Remove, "remove this row", Command::Unpin(id)),
        button("Restore", Icon::Restore, hint, Command::MakeLive(id)),
    ];
    let pins = &scene.state.pins;
    let Some(position) = pins.iter().position(|pin| pin.id == id) else {
        return buttons;
    };
    if position + 1 < pins.len() {
        let hint = "move below the next pin; or drag the row by its head";
        let command = Command::MovePin(id, position + 1);
        buttons.push(button("Down", Icon::Down, hint, command));
    }
    if let Some(above) = position.checked_sub(1) {
        let hint = "move above the previous pin; or drag the row by its head";
        let command = Command::MovePin(id, above);
        buttons.push(button("Up", Icon::Up, hint, command));
    }
    buttons
}
