//! What the facts about a model and its settings are laid out with: sections of named rows.

use egui::{Sense, Ui, vec2};

use crate::app::ui::kit::text::lines;
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};

/// The width of the names in front of the facts.
const NAMES: f32 = 92.0;
/// The width needed for a name with three numbers beside it.
const WIDE: f32 = 272.0;

pub fn section(ui: &mut Ui, title: &str) {
    ui.add_space(GRID);
    let colours = palette(ui);
    let title = lines(
        ui,
        title,
        theme::title(),
        colours.text,
        ui.available_width(),
        1,
    );
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let top = rect.center().y - title.size().y / 2.0;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Heading, true, title.text()));
    ui.painter()
        .galley(egui::pos2(rect.left(), top), title, colours.text);
}

/// [`named`] for wide contents: in a narrow panel, the name is above them.
pub fn named_wide(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    if ui.available_width() >= WIDE {
        return named(ui, name, contents);
    }
    name_ui(ui, name);
    ui.horizontal(contents);
}

pub fn named(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        name_ui(ui, name);
        contents(ui);
    });
}

fn name_ui(ui: &mut Ui, name: &str) {
    let colours = palette(ui);
    let text = lines(ui, name, theme::body(), colours.weak, NAMES, 1);
    let (rect, response) = ui.allocate_exact_size(vec2(NAMES, text.size().y), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
    ui.painter().galley(rect.min, text, colours.weak);
}

pub fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name);
        ui.add(egui::Label::new(value).wrap().selectable(true));
    });
}

pub fn fact_with_more(ui: &mut Ui, name: &str, value: &str, more: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name);
        ui.add(egui::Label::new(value).wrap().selectable(true))
            .on_hover_text(more);
    });
}
