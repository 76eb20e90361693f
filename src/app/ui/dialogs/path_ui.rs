//! The dialog in which a path is typed.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Button, Id, Key, RichText, TextEdit, Ui};

use super::dialog_frame;
use crate::app::commands::Command;
use crate::app::tasks::typed_path::PathPrompt;
use crate::app::ui::kit::theme::{self, GRID, palette};

/// The maximum width of the field.
const MAX_WIDTH: f32 = 560.0;

fn caret_to_end(ui: &Ui, id: Id, text: &str) {
    let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    state.store(ui.ctx(), id);
}

/// Draws the dialog. Returns the command that was chosen.
pub fn path_ui(ui: &Ui, prompt: &mut PathPrompt) -> Option<Command> {
    let width = MAX_WIDTH.min(ui.content_rect().width() - 8.0 * GRID);
    let shown = dialog_frame(ui, "path").show(ui.ctx(), |ui| {
        ui.set_width(width);
        let colours = palette(ui);
        ui.label(RichText::new(prompt.purpose().title()).font(theme::title()));
        let why = "No file picker could be opened (xdg-desktop-portal or zenity). Type a path \
                   instead; Tab completes it.";
        ui.label(RichText::new(why).color(colours.weak));
        let id = ui.scope_id().with("path field");
        // Tab completes the path while there is something to add, and goes on to the buttons otherwise.
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        let tab = ui.input(|input| input.key_pressed(Key::Tab) && input.modifiers.is_none());
        if prompt.complete(ui.ctx(), has_focus && tab) {
            caret_to_end(ui, id, &prompt.text);
        }
        if prompt.take_focus {
            caret_to_end(ui, id, &prompt.text);
        }
        let holds_tab = prompt.holds_tab();
        let field = TextEdit::singleline(&mut prompt.text)
            .id(id)
            .lock_focus(holds_tab)
            .desired_width(width);
        let response = ui.add(field).accessible_name("Path");
        if std::mem::take(&mut prompt.take_focus) {
            response.request_focus();
        }
        if response.changed() {
            prompt.refused = None;
        }
        if let Some(refused) = &prompt.refused {
            ui.label(RichText::new(&refused.why).color(colours.caution));
        }
        // Enter counts only in the field; on a button it presses the button.
        let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let (mut accepted, mut closed) = (enter, false);
        ui.horizontal(|ui| {
            let can = prompt.path().is_some();
            let button = Button::new(prompt.verb());
            accepted |= ui.add_enabled(can, button).clicked();
            closed = ui.button("Cancel").clicked();
        });
        (accepted, closed)
    });
    let (accepted, closed) = shown.inner;
    match prompt.path().filter(|_| accepted) {
        Some(path) => Some(Command::UseTypedPath(Some(path))),
        None if closed || shown.should_close() => Some(Command::UseTypedPath(None)),
        None => None,
    }
}
