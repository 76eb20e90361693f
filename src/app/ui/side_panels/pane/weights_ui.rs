//! What a file of weights alone leaves open: the activations of a head that was rebuilt, and which of two sets of
//! weights is meant.

use egui::Ui;

use super::fact_rows::{choice_width, named, section};
use crate::app::commands::Command;
use crate::app::ui::kit::widgets::{Choice, segments};
use crate::engine::ModelInfo;
use crate::model::HeadActivation;

/// The width of the combo box.
const CHOICE_WIDTH: f32 = 88.0;

/// Draws nothing for a model about which nothing is left open.
pub fn weights_ui(ui: &mut Ui, model: &ModelInfo, commands: &mut Vec<Command>) {
    if model.head_activation.is_none() && model.averaged.is_none() {
        return;
    }
    section(ui, "Weights");
    if let Some(averaged) = model.averaged {
        named(ui, "Use", |ui| {
            let choices = [
                (
                    false,
                    "Trained",
                    "The weights after the last step of training",
                ),
                (
                    true,
                    "Averaged",
                    "The average of the weights over the last steps (EMA)",
                ),
            ];
            if let Some(picked) = segments(ui, averaged, &choices) {
                commands.push(Command::UseAverages(picked));
            }
        });
    }
    if let Some(activation) = model.head_activation {
        let width = choice_width(ui, CHOICE_WIDTH);
        named(ui, "Head activation", |ui| {
            let list = Choice {
                name: "Head activation",
                hint: "What lies between the linear layers at the end: weights do not tell",
                width,
                named: false,
                cut: true,
            };
            let all = HeadActivation::ALL;
            if let Some(picked) = list.ui(ui, activation, &all, HeadActivation::label) {
                commands.push(Command::SetHeadActivation(picked));
            }
        });
    }
}
