//! The dialog that asks which network a checkpoint belongs to, when its weights fit several.

use egui::{Button, Label, RichText, Ui, vec2};

use super::dialog_frame;
use crate::app::commands::Command;
use crate::app::tasks::ArchitectureQuestion;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::heading;

const WIDTH: f32 = 440.0;

/// Draws a button for each network, and one to cancel.
pub fn architecture_ui(ui: &Ui, question: &ArchitectureQuestion, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let shown = dialog_frame(ui, "architecture").show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(GRID, GRID);
        let mut close = false;
        heading(ui, "Which network is it?", |ui| {
            close = ui
                .button("Cancel")
                .on_hover_text("Open no model (Esc)")
                .clicked();
        });
        let name = question.path.file_name().unwrap_or_default();
        let words = format!(
            "{} contains only weights, and they fit each of these networks.",
            name.to_string_lossy()
        );
        ui.add(Label::new(RichText::new(words).color(colours.weak)).wrap());
        for candidate in &question.candidates {
            ui.add_space(GRID);
            let button = Button::new(&candidate.name).min_size(vec2(WIDTH, 0.0));
            if ui.add(button).clicked() {
                commands.push(Command::AnswerArchitecture(Some(candidate.name.clone())));
            }
            if !candidate.hint.is_empty() {
                let hint = RichText::new(&candidate.hint);
                let hint = hint.font(theme::small()).color(colours.weak);
                ui.add(Label::new(hint).wrap());
            }
        }
        close
    });
    if shown.should_close() || shown.inner {
        commands.push(Command::AnswerArchitecture(None));
    }
}
