//! What the stage shows before a photo is open: what will be there, and the ways to it.

use egui::{Align2, Button, Rect, RichText, Sense, Ui, UiBuilder, Vec2, vec2};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::commands::entries::name_and_folder;
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{busy, caption, on_stage};

/// The size of the invitation.
const SIZE: Vec2 = vec2(416.0, 328.0);
/// How many recent files it lists.
const MAX_RECENT: usize = 5;

/// Draws the invitation, or that a photo is being opened.
pub fn invitation_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let stage = ui.available_rect_before_wrap();
    if scene.tasks.photo.is_some() || scene.persistence.session.is_opening() {
        let (area, _) = ui.allocate_exact_size(stage.size(), Sense::hover());
        busy(ui, area.center(), GRID, palette(ui).weak);
        return;
    }
    let area = Align2::CENTER_CENTER.align_size_within_rect(SIZE.min(stage.size()), stage);
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        on_stage(ui);
        ui.vertical_centered(|ui| {
            words_ui(ui);
            ui.add_space(GRID);
            buttons_ui(ui, scene, area, commands);
        });
        ui.add_space(2.0 * GRID);
        recent_ui(ui, scene, commands);
    });
}

fn words_ui(ui: &mut Ui) {
    let colours = palette(ui);
    let title = RichText::new("Open or drop a photo").font(theme::display());
    ui.label(title.color(colours.text));
    let words = "Beside it you will see where the model looks for the class that it predicts, or for any other: \
                 the heat map (Grad-CAM), the pixels that matter (Guided Backpropagation), and both together.";
    ui.label(RichText::new(words).color(colours.weak));
}

fn buttons_ui(ui: &mut Ui, scene: Scene<'_>, area: Rect, commands: &mut Vec<Command>) {
    let sample = scene.state.sample.as_ref();
    let mut offers = vec![
        (
            "Choose a photo…",
            Action::OpenImage.hint(ui.ctx()),
            Action::OpenImage.into(),
        ),
        (
            "Open a folder…",
            Action::OpenFolder.hint(ui.ctx()),
            Action::OpenFolder.into(),
        ),
    ];
    if let Some(sample) = sample {
        let hint = "A cat and a cup of coffee, which come with the program".to_owned();
        offers.push(("Try a sample", hint, Command::OpenPath(sample.clone())));
    }
    let width = (area.width() - 2.0 * GRID) / 3.0;
    let row = width * offers.len() as f32 + GRID * (offers.len() - 1) as f32;
    ui.horizontal(|ui| {
        ui.add_space(((area.width() - row) / 2.0).max(0.0));
        for (label, hint, command) in offers {
            let button = ui.add(Button::new(label).min_size(vec2(width, 32.0)));
            if button.on_hover_text(hint).clicked() {
                commands.push(command);
            }
        }
    });
}

fn recent_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let recent = scene.persistence.memory.recent_images();
    if recent.is_empty() {
        return;
    }
    caption(ui, "Recent images and folders");
    ui.spacing_mut().item_spacing.y = 2.0;
    for path in recent.iter().take(MAX_RECENT) {
        let (name, folder) = name_and_folder(path);
        let button = Button::new(name).shortcut_text(folder).truncate();
        let button = button.frame_when_inactive(false);
        let button = ui.add_sized(vec2(ui.available_width(), 24.0), button);
        if button.on_hover_text(path.display().to_string()).clicked() {
            commands.push(Command::OpenPath(path.to_owned()));
        }
    }
}
