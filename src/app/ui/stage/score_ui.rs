//! The menu that chooses what is differentiated: the class's logit, its negative (counterfactual), or
//! the difference between two logits.

use egui::Ui;

use crate::explain::Score;

use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::ui::kit::widgets;

const FOR: &str = "The class";
const AGAINST: &str = "Counterfactual";
const DRAWN: &str = "In a drawn region";
const DRAW: &str = "In a region you draw…";
const VERSUS: &str = "Versus another class…";

/// The menu of scores. `label` is the id of its label.
pub fn score_ui(ui: &mut Ui, state: &State, label: egui::Id, commands: &mut Vec<Command>) {
    let side = state.side();
    let shown = match (side.score(), side.rival()) {
        (Some(Score::Against(_)), _) => AGAINST.to_owned(),
        (Some(Score::Within { .. }), _) => DRAWN.to_owned(),
        (Some(_), Some(rival)) => format!("Versus {}", state.class_name(rival)),
        _ => FOR.to_owned(),
    };
    let class = state.class();
    ui.add_enabled_ui(class.is_some(), |ui| {
        let menu = widgets::combo("score")
            .selected_text(shown)
            .width(112.0)
            .truncate();
        let response = menu
            .show_ui(ui, |ui| {
                widgets::menu_spacing(ui);
                let Some(class) = class else { return };
                let choices = [
                    (FOR, "What speaks for this class", Score::For(class)),
                    (
                        AGAINST,
                        "The negated gradient: what, if removed, would raise this class",
                        Score::Against(class),
                    ),
                ];
                for (label, hint, score) in choices {
                    let chosen = side.score() == Some(score) && side.rival().is_none();
                    if ui
                        .selectable_label(chosen, label)
                        .on_hover_text(hint)
                        .clicked()
                    {
                        commands.push(Command::ChooseScore(score));
                    }
                }
                if state
                    .model()
                    .is_some_and(|model| model.map_size().is_some())
                {
                    let chosen = side.score().and_then(Score::region).is_some();
                    let hint =
                        "Then drag over the region on a panel; Shift and a drag do so at any time";
                    if ui
                        .selectable_label(chosen, DRAW)
                        .on_hover_text(hint)
                        .clicked()
                    {
                        commands.push(Command::DrawRegion(true));
                    }
                }
                let versus = side.rival().is_some();
                let hint = "Both classes and their difference: then click the other class";
                if ui
                    .selectable_label(versus, VERSUS)
                    .on_hover_text(hint)
                    .clicked()
                {
                    commands.push(Command::ChooseRival(true));
                }
            })
            .response;
        response
            .labelled_by(label)
            .on_hover_text("What the pictures explain");
    });
}
