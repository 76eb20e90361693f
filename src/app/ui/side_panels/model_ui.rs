//! Notes about the model below its layer tree, and what is shown while no model is open.

use egui::Ui;

use crate::engine::ModelInfo;

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::ui::kit::theme::{self, INSET, palette};
use crate::app::ui::kit::widgets::heading;

/// The largest share of the panel that the notes take before they scroll.
const MAX_SHARE: f32 = 0.45;

/// The notes about the model, below its layer tree.
pub fn notes_ui(ui: &mut Ui, model: &ModelInfo) {
    if model.notes.is_empty() {
        return;
    }
    let inset = egui::Margin {
        left: INSET as i8,
        right: INSET as i8,
        top: 12,
        bottom: 12,
    };
    // The tree keeps the larger part, however many notes there are.
    let most = MAX_SHARE * ui.available_height();
    egui::Panel::bottom("model notes")
        .frame(egui::Frame::new().inner_margin(inset))
        .show(ui, |ui| {
            egui::ScrollArea::vertical()
                .id_salt("model notes")
                .max_height(most)
                .min_scrolled_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| each_note_ui(ui, model));
        });
}

/// The notes about the model, one below the other.
pub fn each_note_ui(ui: &mut Ui, model: &ModelInfo) {
    let colour = palette(ui).caution;
    for note in &model.notes {
        let text = egui::RichText::new(note).font(theme::small());
        ui.label(text.color(colour));
    }
}

/// Shown in place of the tree. `opening` is the message about the file being opened, if there is one.
pub fn no_model_ui(ui: &mut Ui, opening: Option<&str>, commands: &mut Vec<Command>) {
    heading(ui, "Layers", |_| {});
    if let Some(opening) = opening {
        ui.label(egui::RichText::new(opening).color(palette(ui).weak));
        return;
    }
    let text = "Open a model to see its layers.";
    ui.label(egui::RichText::new(text).color(palette(ui).weak));
    let action = Action::OpenModel;
    if ui
        .button("Choose a model…")
        .on_hover_text(action.hint(ui.ctx()))
        .clicked()
    {
        commands.push(action.into());
    }
}
