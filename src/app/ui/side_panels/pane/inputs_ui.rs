//! The inputs of a model besides the picture: what each is held at, and fields to change it.

use egui::{Label, RichText, TextEdit, Ui};

use crate::engine::ModelInfo;
use crate::model::{Held, HeldAt, InputValue};

use super::fact_rows::{fact, named, section};
use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, palette};

/// A value that is being typed.
#[derive(Debug, Default)]
pub struct TypedInput {
    /// The id of the model, the index of the input, and the text.
    text: Option<(u64, usize, String)>,
}

/// Draws a section with every further input, if there are any.
pub fn inputs_ui(
    ui: &mut Ui,
    model: &ModelInfo,
    typed: &mut TypedInput,
    commands: &mut Vec<Command>,
) {
    if model.held.is_empty() {
        return;
    }
    section(ui, "Other inputs");
    for (index, held) in model.held.iter().enumerate() {
        ui.push_id(("input", index), |ui| {
            input_ui(ui, model, (index, held), typed, commands);
        });
    }
}

fn input_ui(
    ui: &mut Ui,
    model: &ModelInfo,
    (index, held): (usize, &Held),
    typed: &mut TypedInput,
    commands: &mut Vec<Command>,
) {
    let sizes: Vec<String> = held.shape.iter().map(i64::to_string).collect();
    let sizes = if sizes.is_empty() {
        "a single number".to_owned()
    } else {
        sizes.join(" × ")
    };
    fact(ui, &held.name, &sizes);
    named(ui, "Held at", |ui| {
        let given = model.options.input(&held.name);
        let (words, known) = match (held.at, given) {
            (HeldAt::Given | HeldAt::Picture, Some(value)) => (value.words(), true),
            (HeldAt::Sample, _) => ("its sample".to_owned(), true),
            (HeldAt::Given | HeldAt::Picture | HeldAt::Zeros, _) => ("zeros".to_owned(), false),
        };
        let colours = palette(ui);
        let colour = if known { colours.text } else { colours.caution };
        ui.add(Label::new(RichText::new(words).color(colour)).truncate());
    });
    value_ui(ui, model.id, (index, held), typed, commands);
    ui.horizontal_wrapped(|ui| {
        let hint = "Choose a .npy file, or a picture, which is prepared as the first one is";
        if ui.button("File…").on_hover_text(hint).clicked() {
            commands.push(Command::ChooseInputFile(index));
        }
        if model.options.input(&held.name).is_some() {
            let hint = "Back to the sample that the file was exported with, or to zeros";
            if ui.button("As in the file").on_hover_text(hint).clicked() {
                commands.push(Command::HoldInput(index, None));
            }
        }
        let (width, height) = model.input_size();
        let channels = model.preprocess.channels.count() as i64;
        if held.shape == [1, channels, i64::from(height), i64::from(width)] {
            let hint = "Explain this input, and hold the one that is explained now";
            if ui.button("Explain this one").on_hover_text(hint).clicked() {
                commands.push(Command::TakeAsPicture(index));
            }
        }
    });
}

/// The field for numbers; Enter takes them.
fn value_ui(
    ui: &mut Ui,
    model: u64,
    (index, held): (usize, &Held),
    typed: &mut TypedInput,
    commands: &mut Vec<Command>,
) {
    let ours = typed
        .text
        .take_if(|(id, at, _)| (*id, *at) == (model, index));
    let mut text = ours.map(|(.., text)| text).unwrap_or_default();
    let name = format!("Value of {}", held.name);
    let field = TextEdit::singleline(&mut text)
        .hint_text("Numbers, and Enter")
        .desired_width(f32::INFINITY);
    let field = ui.add(field).accessible_name(name);
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    let count: i64 = held.shape.iter().product();
    let value = InputValue::from_text(&text);
    let fits = match &value {
        Some(InputValue::Numbers(numbers)) => numbers.len() == 1 || numbers.len() as i64 == count,
        Some(InputValue::Array(_) | InputValue::Picture(_)) | None => false,
    };
    if entered
        && fits
        && let Some(value) = value
    {
        commands.push(Command::HoldInput(index, Some(value)));
        return;
    }
    if text.is_empty() {
        return;
    }
    let why = match &value {
        Some(InputValue::Numbers(numbers)) if !fits => {
            format!("{} numbers, and it takes {count}", numbers.len())
        }
        Some(_) => "Enter takes it".to_owned(),
        None => "Numbers with commas between them".to_owned(),
    };
    let colour = palette(ui).weak;
    ui.label(RichText::new(why).font(theme::small()).color(colour));
    typed.text = Some((model, index, text));
}
