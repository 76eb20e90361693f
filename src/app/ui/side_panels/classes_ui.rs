//! The list of classes, with probabilities as bars and numbers, and logits.

use egui::{Align, Margin, Rect, RichText, ScrollArea, Ui, pos2, vec2};

use crate::engine::Prediction;
use crate::model::AnswerKind;

use super::class_columns_ui::{columns_ui, other_ui};
use super::class_row_ui::class_row;
use super::compared_ui::compared_panel_ui;
use super::probability_chart_ui::{self, probability_chart_ui};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::State;
use crate::app::state::rows::subject::PredictionKey;
use crate::app::state::signal::Signal;
use crate::app::ui::kit::theme::{CLASS_ROW, GRID, INSET, palette};
use crate::app::ui::kit::widgets::search;

/// What the list of classes keeps from frame to frame.
#[derive(Debug, Default)]
pub struct ClassesScratch {
    /// The last scroll request of each side, and the last search request, that were handled.
    scrolled: [Signal; 2],
    searched: Signal,
}

/// The predicted classes with their probabilities and logits, and a field to search them.
pub fn classes_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut ClassesScratch,
    commands: &mut Vec<Command>,
) {
    let state = scene.state;
    compared_panel_ui(ui, scene, commands);
    let side = state.side();
    let mut text = side.class_search.clone();
    let entered = search_ui(ui, state, &mut text, scratch, commands);
    if text != side.class_search {
        commands.push(Command::SearchClasses(text.clone()));
    }
    let wanted_key = state.subject().map(|subject| subject.prediction_key());
    let Some((key, prediction)) = newest_prediction(scene, wanted_key) else {
        no_prediction_ui(ui, scene, commands);
        return;
    };
    let other = other_ui(ui, state, commands);
    columns_ui(ui, state, prediction, other);
    let rows = visible_rows(state, prediction, &text);
    let Some(first) = rows.first() else {
        hint_ui(ui, "No class of that name.");
        return;
    };
    if entered && !text.is_empty() {
        // The class with exactly that name, or else the most probable one in the list.
        let wanted = text.trim().to_lowercase();
        let exact =
            |(_, class): &&(usize, usize)| state.class_name(*class).to_lowercase() == wanted;
        let (_, class) = rows.iter().find(exact).unwrap_or(first);
        commands.push(Command::ChooseClass(*class));
    }
    let scroll_to = side
        .scroll_to_class
        .is_new(&mut scratch.scrolled[state.sides.active_index()]);
    let chosen = rows
        .iter()
        .position(|(_, class)| Some(*class) == state.class());
    ui.spacing_mut().item_spacing.y = 0.0;
    if Some(key) != wanted_key {
        ui.multiply_opacity(0.5);
    }
    let left = ui.available_height() - CLASS_ROW * rows.len() as f32;
    let chart = probability_chart_ui::height(prediction, left);
    ScrollArea::vertical()
        .id_salt("classes")
        .auto_shrink([false, chart.is_some()])
        .show_rows(ui, CLASS_ROW, rows.len(), |ui, range| {
            if let Some(index) = chosen.filter(|_| scroll_to) {
                let top = ui.max_rect().top() + (index as f32 - range.start as f32) * CLASS_ROW;
                let rect =
                    Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, CLASS_ROW));
                ui.scroll_to_rect(rect, None::<Align>);
            }
            // The Tab key stops at the chosen class, or at the first in sight.
            let drawn = &rows[range];
            let mut chosen = drawn.iter().filter(|row| Some(row.1) == state.class());
            let stop = chosen.next().or(drawn.first());
            for row in drawn {
                let is_stop = stop == Some(row);
                class_row(ui, state, prediction, (*row, is_stop), other, commands);
            }
        });
    if let Some(height) = chart {
        probability_chart_ui(ui, state, prediction, other, height, commands);
    }
}

/// The search field; returns whether Enter was pressed in it.
fn search_ui(
    ui: &mut Ui,
    state: &State,
    text: &mut String,
    scratch: &mut ClassesScratch,
    commands: &mut Vec<Command>,
) -> bool {
    let inset = Margin {
        left: INSET as i8,
        right: INSET as i8,
        top: 4,
        bottom: 4,
    };
    let classes = state.model().map_or(0, |model| model.labels.len());
    let hint = format!("Search {classes} classes");
    let kind = state.model().map(|model| model.kind);
    let hint = match kind {
        Some(AnswerKind::Classes | AnswerKind::YesNo) => hint.as_str(),
        Some(AnswerKind::Number | AnswerKind::Similarity) | None => "Search",
    };
    let focus = state.find_class.is_new(&mut scratch.searched);
    let frame = egui::Frame::new().inner_margin(inset);
    let shown = frame.show(ui, |ui| {
        let entered = search(ui, text, "Search classes", hint, focus);
        rival_ui(ui, state, commands);
        entered
    });
    shown.inner
}

/// The newest prediction. While the one for the current photo and model is being computed, this may
/// be the previous one. If none is being computed, a stale prediction is not shown, because it would
/// be mistaken for the current one.
fn newest_prediction(
    scene: Scene<'_>,
    wanted_key: Option<PredictionKey>,
) -> Option<(PredictionKey, &Prediction)> {
    let state = scene.state;
    let awaited = scene.tasks.awaits_prediction_of(state.sides.active_index());
    let newest = state.side().newest_prediction.as_ref();
    let newest =
        newest.filter(|(key, _)| awaited || wanted_key.is_none_or(|wanted_key| wanted_key == *key));
    newest.map(|(key, prediction)| (*key, prediction.as_ref()))
}

/// The message shown when there is nothing to list.
fn no_prediction_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    if scene.is_loading() {
        return;
    }
    match (state.photo.is_some(), state.model().is_some()) {
        (false, false) => hint_ui(ui, "Open an image and a model to see the classes."),
        (false, true) => hint_ui(ui, "Open an image to see what the model predicts."),
        (true, false) => hint_ui(ui, "Open a model to see what it predicts."),
        (true, true) => {
            hint_ui(ui, "The prediction for this image was not computed.");
            compute_again_ui(ui, commands);
        }
    }
}

/// A sentence in place of the list.
fn hint_ui(ui: &mut Ui, text: &str) {
    let inset = Margin::symmetric(INSET as i8, GRID as i8);
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        ui.label(RichText::new(text).color(palette(ui).weak));
    });
}

/// The button to compute the prediction again.
fn compute_again_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let action = Action::ComputeAgain;
    let inset = Margin::symmetric(INSET as i8, 0);
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        let button = ui.button(action.label());
        if button.on_hover_text(action.hint(ui.ctx())).clicked() {
            commands.push(action.into());
        }
    });
}

/// The prompt shown while a class to compare with is being chosen.
fn rival_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if !state.side().choice.is_choosing_rival() {
        return;
    }
    let Some(class) = state.class() else { return };
    ui.horizontal(|ui| {
        let text = format!("{} versus …", state.class_name(class));
        ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Stop choosing").clicked() {
                commands.push(Command::ChooseRival(false));
            }
            let colours = palette(ui);
            let label = egui::Label::new(RichText::new(text).color(colours.accent)).truncate();
            ui.with_layout(egui::Layout::left_to_right(Align::Center), |ui| {
                ui.add(label)
            })
            .response
            .on_hover_text("Click the class to compare with");
        });
    });
}

/// The rank and class of each row: all that match the search, or the top k with the chosen, rival and
/// true classes.
fn visible_rows(state: &State, prediction: &Prediction, search: &str) -> Vec<(usize, usize)> {
    let ranked = prediction.ranking.iter().copied().enumerate();
    let wanted = search.trim().to_lowercase();
    if wanted.is_empty() {
        let k = state.top_k.0;
        let always = [state.class(), state.side().rival(), state.truth_here()];
        return ranked
            .filter(|(rank, class)| *rank < k || always.contains(&Some(*class)))
            .collect();
    }
    let index = wanted.parse::<usize>().ok();
    let labels = state
        .model()
        .map(|model| model.labels.as_slice())
        .unwrap_or_default();
    let matches = |class: usize| {
        index == Some(class)
            || labels
                .get(class)
                .is_some_and(|label| label.to_lowercase().contains(&wanted))
    };
    ranked.filter(|(_, class)| matches(*class)).collect()
}
