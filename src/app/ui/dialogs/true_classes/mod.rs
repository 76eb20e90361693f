//! The dialog that shows which class each name in the folder stands for, and lets one be assigned.

use std::sync::Arc;

use egui::{Label, Layout, RichText, ScrollArea, Ui, UiBuilder, vec2};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::ui::dialogs::dialog_frame;
use crate::app::ui::kit::theme::{GRID, palette};
use crate::app::ui::kit::widgets::{Choice, heading};
use crate::folder::{Name, Numbering, Source};

mod classes_ui;
mod names_ui;

/// The maximum width of the dialog.
const MAX_WIDTH: f32 = 760.0;
/// The maximum height of the two lists.
const MAX_HEIGHT: f32 = 400.0;
/// What the dialog needs above its lists, and around it.
const ABOVE: f32 = 176.0;
/// The maximum height of what is to be said.
const SAID: f32 = 84.0;

/// The dialog's state.
#[derive(Default)]
pub struct TrueClasses {
    open: bool,
    /// The name that is looked at.
    chosen: Option<(Source, Arc<str>)>,
    search: String,
    /// Whether the search field is to get the keyboard focus.
    focus: bool,
}

impl TrueClasses {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens or closes the dialog.
    pub fn toggle(&mut self) {
        *self = TrueClasses {
            open: !self.open,
            focus: true,
            ..TrueClasses::default()
        };
    }
}

/// Draws the names, and the classes that the chosen one may stand for.
pub fn dialog_ui(ui: &Ui, scene: Scene<'_>, dialog: &mut TrueClasses, commands: &mut Vec<Command>) {
    let window = ui.content_rect();
    let width = MAX_WIDTH.min(window.width() - 8.0 * GRID);
    let height = MAX_HEIGHT.min(window.height() - ABOVE - SAID);
    let shown = dialog_frame(ui, "true classes").show(ui.ctx(), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(GRID, GRID);
        let mut close = false;
        heading(ui, "True classes", |ui| {
            let button = ui.button("Close");
            close = button.on_hover_text("Close this dialog (Esc)").clicked();
            numbering_ui(ui, scene, commands);
        });
        said_ui(ui, scene);
        let names = names_ui::listed(scene);
        if dialog.chosen.is_none() {
            dialog.chosen = names.first().map(|name| key(name));
        }
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
        let (left, right) = rect.split_left_right_at_fraction(0.52);
        let column = |rect: egui::Rect| {
            let layout = Layout::top_down(egui::Align::Min);
            UiBuilder::new().max_rect(rect).layout(layout)
        };
        let left_column = left.with_max_x(left.right() - GRID);
        // A child takes no room of its own: the dialog's margin is beside it.
        let mut list = ui.new_child(column(aligned(left_column)));
        names_ui::names_ui(&mut list, scene, &names, dialog);
        ui.painter().vline(
            left.right(),
            rect.y_range(),
            egui::Stroke::new(1.0, palette(ui).line),
        );
        ui.scope_builder(column(right.with_min_x(right.left() + 2.0 * GRID)), |ui| {
            classes_ui::classes_ui(ui, scene, &names, dialog, commands);
        });
        close
    });
    if shown.should_close() || shown.inner {
        dialog.toggle();
    }
}

/// The area of a list whose text begins where `rect` does; the chosen row's background begins before it.
fn aligned(rect: egui::Rect) -> egui::Rect {
    rect.with_min_x(rect.left() - 2.0 * GRID)
}

fn key(name: &Name) -> (Source, Arc<str>) {
    (name.source, Arc::clone(&name.text))
}

/// What there is to say about the names.
fn said_ui(ui: &mut Ui, scene: Scene<'_>) {
    let weak = palette(ui).weak;
    let lines = &scene.gallery.report.lines;
    let words = if lines.is_empty() {
        "Every name in the folder stands for a class of the model.".to_owned()
    } else {
        lines.join("\n")
    };
    let area = ScrollArea::vertical().id_salt("said").max_height(SAID);
    area.show(ui, |ui| {
        ui.add(Label::new(RichText::new(words).color(weak)).wrap());
    });
}

/// How numbers are taken, where there are any.
fn numbering_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let truths = scene.gallery.folder.list.truths();
    let chosen = truths.choices().numbering;
    let mut names = truths.names().all().iter();
    let has_numbers = names.any(|name| name.number().is_some());
    if chosen == Numbering::Auto && !has_numbers && truths.sorted_names().is_none() {
        return;
    }
    ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
        ui.add_space((ui.available_width() - 272.0).max(0.0));
        let list = Choice {
            name: "Numbers",
            hint: "What folders and labels that are numbers stand for",
            width: 200.0,
            named: true,
            cut: false,
        };
        let picked = list.ui(ui, chosen, &Numbering::ALL, numbering_label);
        commands.extend(picked.map(Command::NumberClasses));
    });
}

fn numbering_label(numbering: Numbering) -> &'static str {
    match numbering {
        Numbering::Auto => "Automatic",
        Numbering::FromZero => "Class numbers, from 0",
        Numbering::FromOne => "Class numbers, from 1",
        Numbering::Sorted => "Sorted as text (ImageFolder)",
    }
}
