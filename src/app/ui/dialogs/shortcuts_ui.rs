//! Every command with its shortcut, in one dialog.

use egui::{Role, ScrollArea, Sense, Ui, vec2};

use super::dialog_frame;
use crate::app::commands::group::Group;
use crate::app::commands::shortcuts::keys_text;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{heading, name_row};

/// The maximum width, for two columns.
const MAX_WIDTH: f32 = 720.0;
/// Room for the scroll bar, which floats over the contents.
const SCROLL_BAR: f32 = 2.0 * GRID;
/// Below this width, there is only one column.
const MIN_TWO_COLUMNS: f32 = 600.0;

/// Draws the dialog. Returns whether it was closed.
pub fn shortcuts_ui(ui: &Ui) -> bool {
    let window = ui.content_rect();
    let width = MAX_WIDTH.min(window.width() - 8.0 * GRID);
    let max_height = window.height() - 12.0 * GRID;
    let shown = dialog_frame(ui, "shortcuts").show(ui.ctx(), |ui| {
        ui.set_width(width);
        let mut close = false;
        heading(ui, "Commands and keys", |ui| {
            close = ui
                .button("Close")
                .on_hover_text("Close this list (Esc)")
                .clicked();
        });
        ui.add_space(GRID);
        // As high as the lines need, or as the window allows.
        ScrollArea::vertical()
            .min_scrolled_height(max_height)
            .max_height(max_height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.set_width(width - SCROLL_BAR);
                columns_ui(ui, width);
            });
        close
    });
    shown.should_close() || shown.inner
}

fn columns_ui(ui: &mut Ui, width: f32) {
    ui.spacing_mut().item_spacing = vec2(4.0 * GRID, 0.0);
    if width < MIN_TWO_COLUMNS {
        Group::all().for_each(|group| group_ui(ui, group));
        return;
    }
    let (left, right) = halves();
    ui.columns(2, |columns| {
        for group in left {
            group_ui(&mut columns[0], group);
        }
        for group in right {
            group_ui(&mut columns[1], group);
        }
    });
}

/// The groups in two columns, balanced as well as their order allows.
fn halves() -> (Vec<Group>, Vec<Group>) {
    let lines = |group: &Group| group.actions().count() + group.gestures().len() + 2;
    let all: usize = Group::all().map(|group| lines(&group)).sum();
    let mut so_far = 0;
    Group::all().partition(|group| {
        let middle = so_far + lines(group) / 2;
        so_far += lines(group);
        middle < all / 2
    })
}

fn group_ui(ui: &mut Ui, group: Group) {
    if group.actions().next().is_none() {
        return;
    }
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let title = line(
        ui,
        group.label(),
        theme::small(),
        colours.weak,
        rect.width(),
    );
    draw_left(ui, rect.left(), rect.center().y, title);
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, group.label()));
    for action in group.actions() {
        let keys = action.shortcut().map(keys_text).unwrap_or_default();
        let hint = action.tooltip();
        line_ui(ui, action.label(), &keys, hint);
    }
    for gesture in group.gestures() {
        line_ui(ui, gesture.what, gesture.how, "");
    }
    ui.add_space(2.0 * GRID);
}

fn line_ui(ui: &mut Ui, name: &str, keys: &str, hint: &str) {
    let colours = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let y = rect.center().y;
    let keys_shown = line(ui, keys, theme::body(), colours.weak, rect.width() * 0.5);
    let right = draw_right(ui, rect.right(), y, keys_shown) - GRID;
    let name_shown = line(ui, name, theme::body(), colours.text, right - rect.left());
    draw_left(ui, rect.left(), y, name_shown);
    name_row(&response, Role::ListItem, false, name, keys);
    if !hint.is_empty() {
        response.on_hover_text(hint);
    }
}
