//! A class in the list: its name, its numbers and its bar.

use egui::{Rangef, Rect, RichText, Role, Ui, pos2, vec2};

use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::ui::context_menu::{Entries, context_menu, truth_entry};
use crate::app::ui::kit::text::{draw_left, draw_right, line, lines};
use crate::app::ui::kit::theme::{self, CLASS_ROW, INSET, palette};
use crate::app::ui::kit::widgets::{CLASS_GESTURES, click_modifiers, gestures, name_row, row};
use crate::engine::{Prediction, ValueKind};
use crate::model::{AnswerKind, Reading};
use crate::picture::page::caption::{significant, with_minus};

/// Widths of the columns of numbers.
pub const PROBABILITY: f32 = 52.0;
pub const LOGIT: f32 = 48.0;

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

/// A class with its numbers; `other` is the other model and its prediction, if there are two.
pub fn class_row(
    ui: &mut Ui,
    state: &State,
    prediction: &Prediction,
    ((rank, class), is_stop): ((usize, usize), bool),
    other: Option<(usize, &Prediction)>,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let name = state.class_name(class);
    let logit = prediction.logits.get(class).copied().unwrap_or_default();
    let shown = prediction.shown(class).unwrap_or_default();
    let selected = state.class() == Some(class);
    let response = row(ui, CLASS_ROW, true, selected, is_stop);
    let rect = response.rect.shrink2(vec2(INSET, 0.0));
    let y = rect.top() + 13.0;

    let of_other = other.map(|(side, theirs)| {
        let same = state.same_class(state.sides.active_index(), class, side);
        let shown = same.and_then(|class| theirs.shown(class));
        (side, shown.unwrap_or_else(|| "–".to_owned()))
    });
    let right = rect.right() - PROBABILITY;
    numbers_ui(ui, (rect.right(), y), &shown, of_other.as_ref());
    let has_logits = prediction.reading.has_logits() && other.is_none();
    let logit_text = with_minus(format!("{logit:.2}"));
    if has_logits {
        draw_right(
            ui,
            right,
            y,
            line(ui, &logit_text, theme::small(), colours.weak, LOGIT),
        );
    }
    let tag = tag(state, class);
    let end = match (has_logits, &of_other) {
        (true, _) => right - LOGIT,
        (false, Some(_)) => right - PROBABILITY,
        (false, None) => right,
    };
    let at = (Rangef::new(rect.left(), end), y);
    name_ui(ui, &name, tag.as_deref(), selected, at);

    // Both directions of a number have the same value.
    if prediction.kind.directions().is_none() {
        bar_ui(ui, rect, selected, bar(prediction, class));
    }

    let mut numbers = if prediction.reading.has_logits() {
        format!("{shown}, logit {logit_text}")
    } else {
        shown
    };
    if let Some((side, theirs)) = &of_other {
        let model = state.sides.get(*side).and_then(|side| side.model.as_ref());
        let name = model.map_or("", |model| model.name.as_str());
        numbers = format!("{numbers}, {theirs} by {name}");
    }
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
        gestures(ui, CLASS_GESTURES);
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
    let entries = |entries: &mut Entries| {
        let rival = Command::SetRival(state.sides.active_index(), Some(class));
        let why_not = match (selected, state.class()) {
            (true, _) => Some("This class is explained"),
            (false, None) => Some("Choose a class first"),
            (false, Some(_)) => None,
        };
        let why_not = why_not.map(str::to_owned);
        entries.add_unless(format!("Compare with {name}"), rival, why_not);
        if prediction.kind.directions().is_some() {
            return;
        }
        truth_entry(entries, class, state.truth_here() == Some(class));
    };
    context_menu(&response, entries, commands);
}

/// Draws the name of a class and its tag, the tag below the name where both do not fit side by side.
fn name_ui(ui: &Ui, name: &str, tag: Option<&str>, selected: bool, (x, y): (Rangef, f32)) {
    let colours = palette(ui);
    let (left, end, room) = (x.min, x.max, x.span());
    let name_line = line(ui, name, theme::body(), colours.text, room);
    let tag_line = tag.map(|tag| line(ui, tag, theme::small(), colours.accent, 80.0));
    let tag_width = tag_line.as_ref().map_or(0.0, |tag| tag.size().x + 4.0);
    match tag_line {
        Some(tag_line) if name_line.size().x + tag_width <= room => {
            draw_right(ui, end, y, tag_line);
            draw_left(ui, left, y, name_line);
        }
        Some(_) => {
            // The tag goes below the name, which matters more.
            let name_line = line(ui, name, theme::small(), colours.text, room);
            draw_left(ui, left, y - 5.0, name_line);
            let tag = line(
                ui,
                tag.unwrap_or_default(),
                theme::tiny(),
                colours.accent,
                room,
            );
            draw_left(ui, left, y + 6.0, tag);
        }
        None if selected && name_line.elided => {
            // The chosen class is told whole, if a smaller line or two can.
            let small = line(ui, name, theme::small(), colours.text, room);
            if small.elided {
                let both = lines(ui, name, theme::tiny(), colours.text, room, 2);
                draw_left(ui, left, y - 1.0, both);
            } else {
                draw_left(ui, left, y, small);
            }
        }
        None => {
            draw_left(ui, left, y, name_line);
        }
    }
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

/// The value of a class, and that of the other model beside it: in the order of the models, whichever is active.
fn numbers_ui(ui: &Ui, (right, y): (f32, f32), ours: &str, theirs: Option<&(usize, String)>) {
    let colours = palette(ui);
    let ours = (ours, colours.text);
    let (last, first) = match theirs {
        None => (ours, None),
        Some((1, theirs)) => ((theirs.as_str(), colours.weak), Some(ours)),
        Some((_, theirs)) => (ours, Some((theirs.as_str(), colours.weak))),
    };
    let first = first.map(|number| (number, right - PROBABILITY));
    for ((text, colour), at) in std::iter::once((last, right)).chain(first) {
        let number = line(ui, text, theme::body(), colour, PROBABILITY);
        draw_right(ui, at, y, number);
    }
}
