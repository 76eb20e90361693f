//! The list of classes, with probabilities as bars and numbers, and logits.

use egui::{Align, Margin, Rangef, Rect, RichText, Role, ScrollArea, Ui, pos2, vec2};

use crate::engine::{Prediction, ValueKind};
use crate::model::{AnswerKind, Reading};

use super::compared_ui::compared_panel_ui;
use crate::picture::page::caption::{significant, with_minus};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::State;
use crate::app::state::rows::subject::PredictionKey;
use crate::app::state::signal::Signal;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, CLASS_ROW, GRID, INSET, palette};
use crate::app::ui::kit::widgets::{click_modifiers, menu_spacing, name_row, row, search};

/// Widths of the columns of numbers.
const PROBABILITY: f32 = 52.0;
const LOGIT: f32 = 48.0;

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
    columns_ui(ui, prediction);
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
    ScrollArea::vertical()
        .id_salt("classes")
        .auto_shrink(false)
        .show_rows(ui, CLASS_ROW, rows.len(), |ui, range| {
            if let Some(index) = chosen.filter(|_| scroll_to) {
                let top = ui.max_rect().top() + (index as f32 - range.start as f32) * CLASS_ROW;
                let rect =
                    Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, CLASS_ROW));
                ui.scroll_to_rect(rect, None::<Align>);
            }
            for &(rank, class) in &rows[range] {
                class_row(ui, state, prediction, rank, class, commands);
            }
        });
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
    let hint = format!("Search all {classes} classes");
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

fn columns_ui(ui: &mut Ui, prediction: &Prediction) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), egui::Sense::hover());
    let colour = palette(ui).weak;
    let y = rect.center().y;
    let right = rect.right() - INSET;
    let value = match prediction.value_kind() {
        ValueKind::Probability => "Prob.",
        ValueKind::Area => "Area",
        ValueKind::Number => "Value",
        ValueKind::Cosine => "Cosine",
    };
    draw_right(
        ui,
        right,
        y,
        line(ui, value, theme::small(), colour, PROBABILITY),
    );
    if prediction.reading.has_logits() {
        let logit = line(ui, "Logit", theme::small(), colour, LOGIT);
        draw_right(ui, right - PROBABILITY, y, logit);
    }
    let names = match prediction.kind {
        AnswerKind::Classes | AnswerKind::YesNo => "Class",
        AnswerKind::Number | AnswerKind::Similarity => "Direction",
    };
    draw_left(
        ui,
        rect.left() + INSET,
        y,
        line(ui, names, theme::small(), colour, 100.0),
    );
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

/// The bar below a class, from start to end as shares of its track: its probability, or the way from zero
/// to its number, where the track spans zero and all numbers.
fn bar(prediction: &Prediction, class: usize) -> Rangef {
    let value = prediction
        .probabilities
        .get(class)
        .copied()
        .unwrap_or_default();
    if prediction.reading.gives_probabilities() {
        return Rangef::new(0.0, value.clamp(0.0, 1.0));
    }
    let numbers = || prediction.probabilities.iter().copied();
    let (least, most) = (numbers().fold(0.0, f32::min), numbers().fold(0.0, f32::max));
    let at = |number: f32| {
        if most > least {
            ((number - least) / (most - least)).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    Rangef::new(at(value.min(0.0)), at(value.max(0.0)))
}

/// The value of a class with more digits than its row has.
fn exact(prediction: &Prediction, class: usize, logit: f32) -> String {
    let value = prediction.probabilities.get(class).copied();
    let value = value.unwrap_or_default();
    if prediction.value_kind() == ValueKind::Area {
        let percent = value * 100.0;
        let mean = significant(logit);
        return if value > 0.0 {
            format!("Covers {percent:.2} % of the map, mean score there {mean}")
        } else {
            format!("Predicted nowhere, mean score over the map {mean}")
        };
    }
    match prediction.reading {
        Reading::Softmax | Reading::Sigmoid => {
            format!("Probability {value:.4}, logit {}", significant(logit))
        }
        Reading::AsTheyAre => format!("Probability {value:.4}, the model's own output"),
        Reading::Numbers => match prediction.kind {
            AnswerKind::Similarity => format!("Cosine {value}"),
            AnswerKind::Classes | AnswerKind::YesNo | AnswerKind::Number => {
                format!("Value {value}")
            }
        },
    }
}

/// Draws the track at the bottom of a row, and the bar in it.
fn bar_ui(ui: &Ui, row: Rect, selected: bool, share: Rangef) {
    let colours = palette(ui);
    let track = Rect::from_min_size(pos2(row.left(), row.bottom() - 8.0), vec2(row.width(), 3.0));
    ui.painter().rect_filled(
        track,
        1.5,
        if selected {
            colours.line
        } else {
            colours.hover
        },
    );
    let left = (track.left() + track.width() * share.min).min(track.right() - 1.0);
    let full = vec2((track.width() * share.span()).max(1.0), track.height());
    let fill = if selected {
        colours.accent
    } else {
        colours.bar
    };
    ui.painter().rect_filled(
        Rect::from_min_size(pos2(left, track.top()), full),
        1.5,
        fill,
    );
}

fn class_row(
    ui: &mut Ui,
    state: &State,
    prediction: &Prediction,
    rank: usize,
    class: usize,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let name = state.class_name(class);
    let logit = prediction.logits.get(class).copied().unwrap_or_default();
    let shown = prediction.shown(class).unwrap_or_default();
    let selected = state.class() == Some(class);
    let response = row(ui, CLASS_ROW, true, selected);
    let rect = response.rect.shrink2(vec2(INSET, 0.0));
    let y = rect.top() + 13.0;

    draw_right(ui, rect.right(), y, {
        line(ui, &shown, theme::body(), colours.text, PROBABILITY)
    });
    let right = rect.right() - PROBABILITY;
    let logit_text = with_minus(format!("{logit:.2}"));
    if prediction.reading.has_logits() {
        draw_right(
            ui,
            right,
            y,
            line(ui, &logit_text, theme::small(), colours.weak, LOGIT),
        );
    }
    let tag = tag(state, class);
    let mut end = if prediction.reading.has_logits() {
        right - LOGIT
    } else {
        right
    };
    if let Some(tag) = &tag {
        let tag = line(ui, tag, theme::small(), colours.accent, 80.0);
        end = draw_right(ui, end, y, tag) - 4.0;
    }
    let name_line = line(ui, &name, theme::body(), colours.text, end - rect.left());
    draw_left(ui, rect.left(), y, name_line);

    // Both directions of a number have the same value.
    if prediction.kind.directions().is_none() {
        bar_ui(ui, rect, selected, bar(prediction, class));
    }

    let mut numbers = if prediction.reading.has_logits() {
        format!("{shown}, logit {logit_text}")
    } else {
        shown
    };
    if let Some(tag) = tag {
        numbers = format!("{numbers}, {tag}");
    }
    name_row(&response, Role::ListBoxOption, selected, &name, &numbers);
    let response = response.on_hover_ui(|ui| {
        ui.label(RichText::new(&name).font(theme::title()));
        ui.label(format!(
            "Class {class}, rank {} of {}",
            rank + 1,
            prediction.ranking.len()
        ));
        ui.label(exact(prediction, class, logit));
    });
    // Clicking the chosen class counts too: its computation may have been cancelled.
    if response.clicked() {
        let versus = click_modifiers(ui).shift && !selected;
        commands.push(if versus {
            Command::SetRival(state.sides.active_index(), Some(class))
        } else {
            Command::ChooseClass(class)
        });
    }
    response.context_menu(|ui| {
        menu_spacing(ui);
        let directional = prediction.kind.directions().is_some();
        let versus = format!("Compare with {name}");
        let can = !selected && state.class().is_some();
        if ui.add_enabled(can, egui::Button::new(versus)).clicked() {
            commands.push(Command::SetRival(state.sides.active_index(), Some(class)));
        }
        if directional {
            return;
        }
        let is_true = state.truth_here() == Some(class);
        let label = if is_true {
            "This is not the true class"
        } else {
            "This is the true class"
        };
        if ui.button(label).clicked() {
            commands.push(Command::SetTruth(Some(class).filter(|_| !is_true)));
        }
    });
}

/// The tag of a class: whether it is the rival or the true class.
fn tag(state: &State, class: usize) -> Option<String> {
    // While a prediction is being computed, the list may belong to the previous photo.
    let newest = state.side().newest_prediction.as_ref();
    let photo = state.photo.as_ref().map(|photo| photo.id);
    let is_current = newest.map(|(key, _)| key.photo) == photo;
    let tags = [
        (state.side().rival() == Some(class), "versus"),
        (is_current && state.truth_here() == Some(class), "true"),
    ];
    let tags = tags.into_iter().filter(|(holds, _)| *holds);
    let tags: Vec<&str> = tags.map(|(_, words)| words).collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}
