//! The dialog that shows what the model predicts for the open photo under the usual preprocessings.

use std::sync::Arc;

use egui::{
    Align, Atom, Button, Grid, Label, Layout, RichText, ScrollArea, Stroke, StrokeKind, Ui, vec2,
};

use super::dialog_frame;
use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, GRID, Palette, palette};
use crate::app::ui::kit::widgets::heading;
use crate::engine::{ModelInfo, Trial};
use crate::model::AnswerKind;
use crate::picture::page::caption::with_minus;

const WIDTH: f32 = 640.0;
const HEIGHT: f32 = 400.0;
const NAME_WIDTH: f32 = 290.0;
const CLASS_WIDTH: f32 = 164.0;
const NUMBER_WIDTH: f32 = 56.0;

/// The question, and what has been tried.
pub struct Trials {
    /// The model that it is about.
    pub model: Arc<ModelInfo>,
    /// The present preprocessing first; `None` while they are being computed.
    pub rows: Option<Arc<Vec<Trial>>>,
}

/// Draws a row for each preprocessing.
pub fn trials_ui(ui: &Ui, trials: &Trials, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let shown = dialog_frame(ui, "trials").show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(GRID, GRID);
        let mut close = false;
        heading(ui, "Which fits?", |ui| {
            close = ui
                .button("Close")
                .on_hover_text("Keep the present preprocessing (Esc)")
                .clicked();
        });
        let proof = if trials.model.reading.gives_probabilities() {
            ": a high probability alone proves nothing"
        } else {
            ""
        };
        let words = format!(
            "What the model predicts for this photo if it is prepared in each of the usual ways. Take \
             the one whose prediction is right, and check it on a second photo{proof}."
        );
        ui.add(Label::new(RichText::new(words).color(colours.weak)).wrap());
        ui.add_space(GRID);
        // The rows appear where nothing moves any more.
        ui.set_min_height(HEIGHT);
        match &trials.rows {
            None => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Trying the usual preprocessings…");
                });
            }
            Some(rows) => {
                ScrollArea::vertical().max_height(HEIGHT).show(ui, |ui| {
                    rows_ui(ui, trials, rows, commands);
                });
            }
        }
        close
    });
    if shown.should_close() || shown.inner {
        commands.push(Command::TakeTrial(None));
    }
}

fn rows_ui(ui: &mut Ui, trials: &Trials, rows: &[Trial], commands: &mut Vec<Command>) {
    let Palette { weak, accent, .. } = *palette(ui);
    let model = &trials.model;
    let reading = model.reading;
    let names_classes = match model.kind {
        AnswerKind::Classes | AnswerKind::YesNo => true,
        // Its two directions have the same value.
        AnswerKind::Number | AnswerKind::Similarity => false,
    };
    let small = |text: &str| RichText::new(text).font(theme::small()).color(weak);
    Grid::new("trials")
        .spacing(vec2(2.0 * GRID, GRID))
        .show(ui, |ui| {
            ui.label(small("Preprocessing"));
            if names_classes {
                ui.label(small("Top class"));
            }
            let value = if reading.gives_probabilities() {
                "Probability"
            } else {
                "Value"
            };
            at_right(ui, small(value));
            if reading.has_logits() {
                at_right(ui, small("Logit"));
            }
            ui.end_row();
            for (index, trial) in rows.iter().enumerate() {
                // The space behind the name pushes it to the left.
                let button = Button::new((trial.name.as_str(), Atom::grow()));
                let button = button.selected(index == 0).truncate();
                let button = ui.add(button.min_size(vec2(NAME_WIDTH, 0.0)));
                // So that the arrow keys and Enter work at once.
                if index == 0 && ui.memory(|memory| memory.focused().is_none()) {
                    button.request_focus();
                }
                if button.has_focus() {
                    let stroke = Stroke::new(1.0, accent);
                    let inside = StrokeKind::Inside;
                    ui.painter().rect_stroke(button.rect, 4.0, stroke, inside);
                }
                if button.on_hover_text(trial.preprocess.words()).clicked() {
                    commands.push(Command::TakeTrial(Some(index)));
                }
                if names_classes {
                    let label = model.labels.get(trial.class);
                    let label = label.map_or("", String::as_str);
                    ui.scope(|ui| {
                        ui.set_width(CLASS_WIDTH);
                        ui.add(Label::new(label).truncate());
                    });
                }
                at_right(ui, reading.shown(trial.probability).into());
                if reading.has_logits() {
                    let logit = with_minus(format!("{:.2}", trial.logit));
                    at_right(ui, RichText::new(logit).color(weak));
                }
                ui.end_row();
            }
        });
}

/// A cell whose text ends at its right edge.
fn at_right(ui: &mut Ui, text: RichText) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_width(NUMBER_WIDTH);
        ui.label(text);
    });
}
