//! The dialogs: the command palette, the list of shortcuts, the path prompt, the true classes of a folder,
//! and the question of which network a checkpoint belongs to.
//!
//! Each dialog keeps its scratch in [`OpenDialogs`]. What the user chooses becomes a command.

use std::collections::VecDeque;

use egui::{Align2, Frame, Id, Modal, Ui, vec2};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::tasks::ArchitectureQuestion;
use crate::app::tasks::typed_path::PathPrompt;
use crate::app::ui::kit::theme::{self, GRID};

use palette_ui::CommandPalette;
use trials_ui::Trials;
use true_classes::TrueClasses;

pub(crate) mod about_ui;
pub(crate) mod architecture_ui;
pub(crate) mod drop_ui;
mod figure_preview_ui;
pub(crate) mod figure_ui;
pub(crate) mod palette_ui;
pub(crate) mod path_ui;
pub(crate) mod shortcuts_ui;
pub(crate) mod trials_ui;
pub(crate) mod true_classes;

/// The open dialogs and their state.
#[derive(Default)]
pub struct OpenDialogs {
    pub palette: CommandPalette,
    pub path: Option<PathPrompt>,
    /// Questions about checkpoints that fit several networks, oldest first.
    pub architectures: VecDeque<ArchitectureQuestion>,
    pub shortcuts: bool,
    /// The version and the licences.
    pub about: bool,
    /// How figures are exported.
    pub figure: bool,
    /// The preprocessings that are compared.
    pub trials: Option<Trials>,
    pub true_classes: TrueClasses,
}

impl OpenDialogs {
    /// Whether any dialog is open and takes the keys that would otherwise be shortcuts.
    pub fn any_open(&self) -> bool {
        self.palette.is_open()
            || self.path.is_some()
            || !self.architectures.is_empty()
            || self.shortcuts
            || self.about
            || self.figure
            || self.trials.is_some()
            || self.true_classes.is_open()
    }
}

/// Draws the open dialogs.
pub fn dialogs_ui(
    ui: &Ui,
    scene: Scene<'_>,
    dialogs: &mut OpenDialogs,
    commands: &mut Vec<Command>,
) {
    if dialogs.palette.is_open() {
        commands.extend(dialogs.palette.ui(ui, &scene.entries(ui.ctx())));
    }
    if let Some(prompt) = &mut dialogs.path {
        commands.extend(path_ui::path_ui(ui, prompt));
    }
    if let Some(question) = dialogs.architectures.front() {
        architecture_ui::architecture_ui(ui, question, commands);
    }
    if let Some(trials) = &dialogs.trials {
        trials_ui::trials_ui(ui, trials, commands);
    }
    if dialogs.figure && figure_ui::figure_ui(ui, scene, commands) {
        dialogs.figure = false;
    }
    if dialogs.true_classes.is_open() {
        true_classes::dialog_ui(ui, scene, &mut dialogs.true_classes, commands);
    }
    if dialogs.shortcuts && shortcuts_ui::shortcuts_ui(ui) {
        commands.push(Action::ShowKeys.into());
    }
    if dialogs.about && about_ui::about_ui(ui) {
        commands.push(Action::About.into());
    }
}

/// The frame of a dialog: in the middle of the window, whose rest is shaded.
fn dialog_frame(ui: &Ui, name: &str) -> Modal {
    let id = Id::unique(name);
    Modal::new(id)
        .area(Modal::default_area(id).anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)))
        .frame(Frame::popup(ui.style()).inner_margin(2.0 * GRID))
        .backdrop_color(theme::shade(48))
}
