//! The heads of the columns of classes: with two models, one column of numbers for each.

use egui::{Margin, Rect, Sense, Ui, pos2, vec2};

use super::class_row_ui::{LOGIT, PROBABILITY};
use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::state::view_options::ViewOptions;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, INSET, palette};
use crate::engine::{Prediction, ValueKind};
use crate::model::AnswerKind;

/// The other model's side and its prediction for the same photo, where both answer with classes; with the switch
/// that links the classes of both.
pub fn other_ui<'a>(
    ui: &mut Ui,
    state: &'a State,
    commands: &mut Vec<Command>,
) -> Option<(usize, &'a Prediction)> {
    let other = state.other_side()?;
    let has_classes = state.sides.iter().all(|side| {
        let model = side.model.as_ref();
        model.is_some_and(|model| model.kind.directions().is_none())
    });
    if !has_classes {
        return None;
    }
    let inset = Margin::symmetric(INSET as i8, 2);
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        let mut linked = state.options.linked_classes;
        let box_ = ui.checkbox(&mut linked, "Same class in both models");
        let hint = "Explain the class of the same name with both models";
        if box_.on_hover_text(hint).changed() {
            commands.push(Command::SetOptions(ViewOptions {
                linked_classes: linked,
                ..state.options
            }));
        }
    });
    let side = state.sides.get(other)?;
    let prediction = state.results.prediction(&state.subject_of(side)?)?;
    Some((other, prediction.as_ref()))
}

/// The heads of the columns.
pub fn columns_ui(
    ui: &mut Ui,
    state: &State,
    prediction: &Prediction,
    other: Option<(usize, &Prediction)>,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let colour = palette(ui).weak;
    let y = rect.center().y;
    let right = rect.right() - INSET;
    let value = match prediction.value_kind() {
        ValueKind::Probability => "Prob.",
        ValueKind::Area => "Area",
        ValueKind::Number => "Value",
        ValueKind::Cosine => "Cosine",
    };
    let head = |side: usize, right: f32| {
        let colours = palette(ui);
        let is_active = side == state.sides.active_index();
        let colour = if is_active {
            colours.text
        } else {
            colours.weak
        };
        let model = state.sides.get(side).and_then(|side| side.model.as_ref());
        let name = model.map_or("", |model| model.name.as_str());
        let text = line(ui, name, theme::small(), colour, PROBABILITY - 6.0);
        let left = draw_right(ui, right, y, text);
        let area = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        let response = ui.interact(area, ui.scope_id().with(("of model", side)), Sense::hover());
        response.on_hover_text(format!("{value} by {name}"));
    };
    if other.is_some() {
        head(1, right);
        head(0, right - PROBABILITY);
    } else {
        draw_right(
            ui,
            right,
            y,
            line(ui, value, theme::small(), colour, PROBABILITY),
        );
    }
    if other.is_none() && prediction.reading.has_logits() {
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
