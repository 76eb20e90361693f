//! What the facts about a model and its settings are laid out with: sections of named rows.

use egui::{Sense, Ui, vec2};

use crate::app::ui::kit::path_text::middle_line;
use crate::app::ui::kit::text::lines;
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};

/// The width of the names in front of the facts.
const NAMES: f32 = 92.0;
/// Their width in a panel that is narrower than [`NARROW`].
const NARROW_NAMES: f32 = 72.0;
const NARROW: f32 = 200.0;
/// A combo box narrower than this shows too little of what is chosen.
const MIN_CHOICE: f32 = 64.0;

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

/// [`named`] for contents of a given width: if the panel is too narrow for both, the name is above
/// them, and they wrap.
pub fn named_wide(ui: &mut Ui, name: &str, width: f32, contents: impl FnOnce(&mut Ui)) {
    if left_for_contents(ui) >= width {
        return named(ui, name, contents);
    }
    name_ui(ui, name, ui.available_width());
    ui.horizontal_wrapped(contents);
}

/// The width of a combo box that has `wanted` points, or as much as there is beside its name.
pub fn choice_width(ui: &Ui, wanted: f32) -> f32 {
    left_for_contents(ui).clamp(MIN_CHOICE, wanted)
}

/// The width beside a name in a row of its own.
fn left_for_contents(ui: &Ui) -> f32 {
    ui.available_width() - names_width(ui.available_width()) - ui.spacing().item_spacing.x
}

fn names_width(row: f32) -> f32 {
    if row < NARROW { NARROW_NAMES } else { NAMES }
}

pub fn named(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        name_ui(ui, name, names_width(ui.available_width()));
        contents(ui);
    });
}

fn name_ui(ui: &mut Ui, name: &str, width: f32) {
    let colours = palette(ui);
    let text = lines(ui, name, theme::body(), colours.weak, width, 2);
    let (rect, response) = ui.allocate_exact_size(vec2(width, text.size().y), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
    ui.painter().galley(rect.min, text, colours.weak);
}

pub fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name, names_width(ui.available_width()));
        ui.add(egui::Label::new(value).wrap().selectable(true));
    });
}

pub fn fact_with_more(ui: &mut Ui, name: &str, value: &str, more: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name, names_width(ui.available_width()));
        ui.add(egui::Label::new(value).wrap().selectable(true))
            .on_hover_text(more);
    });
}

/// The name of a file in one line: shortened in the middle where it is too long, because half a name in each of two
/// lines cannot be read. All of it is in the tooltip.
pub fn file_fact(ui: &mut Ui, name: &str, file: &str, path: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name, names_width(ui.available_width()));
        let colours = palette(ui);
        let room = ui.available_width();
        let (text, _) = middle_line(ui, file, theme::body(), colours.text, room);
        let (rect, response) = ui.allocate_exact_size(text.size(), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, file));
        ui.painter().galley(rect.min, text, colours.text);
        response.on_hover_text(path);
    });
}
