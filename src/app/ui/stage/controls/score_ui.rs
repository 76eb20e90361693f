//! The menu that chooses what is differentiated: the class's logit, its negative (counterfactual), or
//! the difference between two logits; for a number, what raises it or what lowers it; of a map, in a region.

use egui::Ui;

use crate::explain::Score;

use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::ui::kit::widgets;

const FOR: &str = "Class score";
const AGAINST: &str = "Counterfactual";
const DRAWN: &str = "In a drawn region";
const DRAW: &str = "In a region you draw…";
const VERSUS: &str = "Versus another class…";
const BOTH: &str = "Both directions";

/// An entry of the menu.
struct Entry {
    label: String,
    hint: &'static str,
    chosen: bool,
    command: Command,
}

/// The menu of scores. `label` is the id of its label.
pub fn score_ui(ui: &mut Ui, state: &State, label: egui::Id, commands: &mut Vec<Command>) {
    let directions = state.model().and_then(|model| model.kind.directions());
    let class = state.class();
    let entries = match (directions, class) {
        (Some(_), Some(class)) => directed(state, class),
        (None, Some(class)) => classed(state, class),
        (_, None) => Vec::new(),
    };
    let rival = state.side().rival();
    let shown = match (entries.iter().find(|entry| entry.chosen), rival) {
        _ if is_drawn(state) => DRAWN.to_owned(),
        (_, Some(rival)) if directions.is_none() => format!("Versus {}", state.class_name(rival)),
        (Some(entry), _) => entry.label.clone(),
        (None, _) => FOR.to_owned(),
    };
    ui.add_enabled_ui(class.is_some(), |ui| {
        let menu = widgets::combo("score")
            .selected_text(shown)
            .width(112.0)
            .truncate();
        let response = menu
            .show_ui(ui, |ui| {
                widgets::menu_spacing(ui);
                for Entry {
                    label,
                    hint,
                    chosen,
                    command,
                } in entries
                {
                    let entry = ui.selectable_label(chosen, label);
                    if entry.on_hover_text(hint).clicked() {
                        commands.push(command);
                    }
                }
            })
            .response;
        response
            .labelled_by(label)
            .on_hover_text("What the pictures explain");
    });
}

/// The entries for a model of classes.
fn classed(state: &State, class: usize) -> Vec<Entry> {
    let side = state.side();
    let single = |label: &str, hint, score| Entry {
        label: label.to_owned(),
        hint,
        chosen: side.score() == Some(score) && side.rival().is_none(),
        command: Command::ChooseScore(score),
    };
    let mut entries = vec![
        single(FOR, "What speaks for this class", Score::For(class)),
        single(
            AGAINST,
            "The negated gradient: what, if removed, would raise this class",
            Score::Against(class),
        ),
    ];
    entries.extend(drawn(state));
    entries.push(Entry {
        label: VERSUS.to_owned(),
        hint: "Both classes and their difference: then click the other class",
        chosen: side.rival().is_some(),
        command: Command::ChooseRival(true),
    });
    entries
}

/// The entry for a region, where the model answers with a map.
fn drawn(state: &State) -> Option<Entry> {
    let is_map = state
        .model()
        .is_some_and(|model| model.map_size().is_some());
    is_map.then(|| Entry {
        label: DRAW.to_owned(),
        hint: "Then drag over the region on a panel; Shift and a drag do so at any time",
        chosen: is_drawn(state),
        command: Command::DrawRegion(true),
    })
}

fn is_drawn(state: &State) -> bool {
    state.side().score().and_then(Score::region).is_some()
}

/// The entries for a number.
fn directed(state: &State, class: usize) -> Vec<Entry> {
    let side = state.side();
    let mut entries: Vec<Entry> = (0..2)
        .map(|direction| {
            let score = Score::For(direction);
            Entry {
                label: capital(&state.class_name(direction)),
                hint: "The gradient of the number, in this direction",
                chosen: side.score() == Some(score) && side.rival().is_none(),
                command: Command::ChooseScore(score),
            }
        })
        .collect();
    entries.extend(drawn(state));
    entries.push(Entry {
        label: BOTH.to_owned(),
        hint: "One row for each direction, and the difference of their maps",
        chosen: side.rival().is_some(),
        command: Command::SetRival(state.sides.active_index(), Some(1 - class.min(1))),
    });
    entries
}

/// With a capital letter at the start.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
