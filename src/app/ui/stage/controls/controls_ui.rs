//! The controls below the panels: how the heat map is drawn over the photo, and how it is computed.

use egui::Ui;

use crate::model::ReluRule;
use crate::picture::photo::geometry::{CropMode, Fit};

use super::look_ui::look_ui;
use super::score_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::State;
use crate::app::state::view_options::ViewOptions;
use crate::app::ui::kit::theme::{GRID, ROW};
use crate::app::ui::kit::widgets::{self, Choice};
use crate::app::wording::fit_label;

/// From this width on, the controls fit in one row.
const ONE_ROW: f32 = 1480.0;
/// Below this width, the controls drop what they can spare.
const COMPACT: f32 = 800.0;
/// The same with the opacity of a difference beside the others.
const COMPACT_WITH_DIFFERENCE: f32 = 880.0;

/// The height of the controls in a stage of this width.
pub fn height(width: f32) -> f32 {
    if width >= ONE_ROW {
        ROW
    } else {
        2.0 * ROW + GRID
    }
}

/// What the controls keep from frame to frame.
#[derive(Debug, Default)]
pub struct ControlsScratch {
    /// Their width in the last frame.
    width: f32,
}

/// Draws the controls, centred below the panels by their width in the last frame.
pub fn controls_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut ControlsScratch,
    commands: &mut Vec<Command>,
) {
    widgets::on_stage(ui);
    let room = ui.available_width();
    let compact = if shows_difference(scene.state) {
        room < COMPACT_WITH_DIFFERENCE
    } else {
        room < COMPACT
    };
    let indent = ((room - scratch.width) / 2.0).max(0.0).floor();
    let mut end = 0.0_f32;
    let mut row = |ui: &mut Ui, contents: &mut dyn FnMut(&mut Ui)| {
        ui.horizontal(|ui| {
            ui.set_height(ROW);
            ui.add_space(indent);
            let start = ui.cursor().left();
            contents(ui);
            end = end.max(ui.min_rect().right() - start);
        });
    };
    row(ui, &mut |ui| {
        look_ui(ui, scene, compact, commands);
        if room >= ONE_ROW {
            // What only redraws is apart from what computes.
            ui.separator();
            method_ui(ui, scene, compact, commands);
        }
    });
    if room < ONE_ROW {
        row(ui, &mut |ui| method_ui(ui, scene, compact, commands));
    }
    if end != scratch.width {
        scratch.width = end;
        ui.request_repaint();
    }
}

/// Fit, rule and score. These change what the engine computes.
fn method_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let state = scene.state;
    let gap = if compact { 0.0 } else { GRID };
    let mode = state.model().map(|model| model.preprocess.mode);
    let fit = Choice {
        name: "Resize",
        hint: about_fit(mode),
        width: 88.0,
        named: true,
        cut: false,
    };
    let picked = fit.ui(ui, state.options.fit, &Fit::ALL, |fit| fit_label(fit, mode));
    commands.extend(picked.map(|fit| {
        Command::SetOptions(ViewOptions {
            fit,
            ..state.options
        })
    }));
    ui.add_space(gap);

    let rule = Choice {
        name: "Backprop rule",
        hint: "How ReLUs pass gradients backwards, for the guided panels",
        width: 120.0,
        named: true,
        cut: false,
    };
    let picked = rule.ui(ui, state.options.rule, &ReluRule::ALL, ReluRule::label);
    commands.extend(picked.map(|rule| {
        Command::SetOptions(ViewOptions {
            rule,
            ..state.options
        })
    }));
    ui.add_space(gap);

    let label = widgets::name(ui, "Target");
    score_ui::score_ui(ui, state, label, commands);
}

fn about_fit(mode: Option<CropMode>) -> &'static str {
    match mode {
        None | Some(CropMode::Centre | CropMode::CentreFloor) => {
            "How the photo is fitted to the model's input size"
        }
        Some(CropMode::Squash) => {
            "How the photo is fitted to the model's input size; the model itself stretches it"
        }
        Some(CropMode::Border) => {
            "How the photo is fitted to the model's input size; the model itself pads it"
        }
    }
}

/// Whether the difference of two maps is on the stage.
pub(super) fn shows_difference(state: &State) -> bool {
    state.sides.iter().any(|side| side.choice.is_comparing())
}
