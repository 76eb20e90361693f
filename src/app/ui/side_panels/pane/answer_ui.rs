//! Which output of the model is explained, and how its values are read.

use egui::Ui;

use super::fact_rows::named_wide;
use crate::app::ui::kit::widgets::{Choice, segments};
use crate::engine::ModelInfo;
use crate::model::error::short;
use crate::model::{Reading, Usage};

/// The width of the combo box of outputs.
const OUTPUT_WIDTH: f32 = 132.0;
/// The width of the readings side by side. In a narrow panel, they wrap.
const READINGS_WIDTH: f32 = 216.0;

/// Draws the combo box of outputs, if there are several, and the readings that make sense of the one in
/// use. Returns whether the usage was changed.
pub fn answer_ui(ui: &mut Ui, model: &ModelInfo, usage: &mut Usage) -> bool {
    let mut settled = false;
    let mut output = usage
        .output
        .as_ref()
        .and_then(|name| model.outputs.iter().position(|output| output.name == *name))
        .unwrap_or(model.default_output);
    if model.outputs.len() > 1 {
        let width = OUTPUT_WIDTH.min(ui.available_width());
        named_wide(ui, "Output", OUTPUT_WIDTH, |ui| {
            let list = Choice {
                name: "Output",
                hint: "The output of the model that is explained, and how many values it has",
                width,
                named: false,
                cut: true,
            };
            let all: Vec<usize> = (0..model.outputs.len()).collect();
            let label = |index: usize| {
                let output = &model.outputs[index];
                format!("{} ({})", short(&output.name), output.count)
            };
            if let Some(picked) = list.ui(ui, output, &all, label) {
                output = picked;
                let taken = &model.outputs[picked];
                usage.output = (picked != model.default_output).then(|| taken.name.clone());
                usage.reading = taken.reading;
                usage.names = None;
                // Only a row of several numbers can be compared.
                if taken.count == 1 || taken.positions.is_some() {
                    usage.reference = None;
                }
                settled = true;
            }
        });
    }
    let Some(output) = model.outputs.get(output) else {
        return settled;
    };
    if output.readings.len() > 1 {
        let (name, words): (_, fn(Reading) -> _) = match (output.count, output.positions) {
            (1, None) => ("Its answer is", of_one),
            (1, Some(_)) => ("Each position is", of_one_at_each_position),
            _ => ("Read as", of_several),
        };
        let choices: Vec<_> = output
            .readings
            .iter()
            .map(|reading| words(*reading))
            .collect();
        named_wide(ui, name, READINGS_WIDTH, |ui| {
            if let Some(picked) = segments(ui, usage.reading, &choices) {
                usage.reading = picked;
                usage.reference = None;
                settled = true;
            }
        });
    }
    settled
}

/// A reading of several values, with its name and what it means.
fn of_several(reading: Reading) -> (Reading, &'static str, &'static str) {
    let hint = match reading {
        Reading::Softmax => "Exactly one class: probabilities add up to 100 %",
        Reading::Sigmoid => "Each class independently, for images that may show several",
        Reading::AsTheyAre => "The model's own output, which is a probability already",
        Reading::Numbers => "No probabilities: each value is shown as the number that it is",
    };
    (reading, reading.label(), hint)
}

/// A reading of a map of single values, with its name and what it means.
fn of_one_at_each_position(reading: Reading) -> (Reading, &'static str, &'static str) {
    let (label, hint) = match reading {
        Reading::Softmax | Reading::Sigmoid => (
            "Yes or no",
            "Each value is a logit: the region is where it is above zero",
        ),
        Reading::AsTheyAre => ("Probability", "Each value is a probability"),
        Reading::Numbers => (
            "A number",
            "Each value is a measure, such as a depth: see what raises and what lowers their mean",
        ),
    };
    (reading, label, hint)
}

/// A reading of a single value, with its name and what it means.
fn of_one(reading: Reading) -> (Reading, &'static str, &'static str) {
    let (label, hint) = match reading {
        Reading::Softmax | Reading::Sigmoid => {
            ("Yes or no", "The value is a logit: above zero means yes")
        }
        Reading::AsTheyAre => ("Probability", "The value is the probability of yes"),
        Reading::Numbers => (
            "A number",
            "The value is a measure, such as an age: see what raises it and what lowers it",
        ),
    };
    (reading, label, hint)
}
