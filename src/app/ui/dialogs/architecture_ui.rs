//! Which network a file of weights is of, where they fit several: asked once, on a small sheet.

use std::path::PathBuf;

use egui::{Align2, Button, Color32, Frame, Id, Label, Modal, RichText, Ui, vec2};

use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::heading;
use crate::model::error::Candidate;

const WIDTH: f32 = 440.0;

/// A file that waits for an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Choosing {
    /// Where the model is to stand.
    pub side: usize,
    pub path: PathBuf,
    pub candidates: Vec<Candidate>,
}

/// Draws the sheet: a button for each network, and one for none.
pub fn architecture_ui(ui: &Ui, choosing: &Choosing, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let area = Modal::default_area(Id::unique("architecture"));
    let modal = Modal::new(Id::unique("architecture"))
        .area(area.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)))
        .frame(Frame::popup(ui.style()).inner_margin(2.0 * GRID))
        .backdrop_color(Color32::from_black_alpha(48));
    let shown = modal.show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(GRID, GRID);
        let mut close = false;
        heading(ui, "Which network is it?", |ui| {
            close = ui
                .button("Cancel")
                .on_hover_text("Open no model (Esc)")
                .clicked();
        });
        let name = choosing.path.file_name().unwrap_or_default();
        let words = format!(
            "{} has weights alone, and they fit these networks alike.",
            name.to_string_lossy()
        );
        ui.add(Label::new(RichText::new(words).color(colours.weak)).wrap());
        for candidate in &choosing.candidates {
            ui.add_space(GRID);
            let button = Button::new(&candidate.name).min_size(vec2(WIDTH, 0.0));
            if ui.add(button).clicked() {
                commands.push(Command::TakeArchitecture(Some(candidate.name.clone())));
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
        commands.push(Command::TakeArchitecture(None));
    }
}
