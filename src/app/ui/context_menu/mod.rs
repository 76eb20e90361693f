//! Menus at what was clicked with the right button, or has the focus when the menu key or Shift+F10 is pressed.
//!
//! Their entries are commands. One that is not possible now says why.

use egui::{Button, Key, Modifiers, Popup, Response, SetOpenCommand, Ui};

use super::kit::widgets::menu_spacing;
use crate::app::commands::Command;
use crate::app::scene::Scene;

pub(crate) mod layers;
pub(crate) mod panels;
pub(crate) mod pictures;

/// Entries of a menu, in groups.
#[derive(Debug, Default)]
pub struct Entries {
    groups: Vec<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    label: String,
    command: Command,
    why_not: Option<String>,
}

impl Entries {
    /// Adds an entry to the last group.
    pub fn add(&mut self, scene: Scene<'_>, label: impl Into<String>, command: Command) {
        let why_not = scene.why_not(&command).map(str::to_owned);
        self.add_unless(label, command, why_not);
    }

    /// Adds an entry that is not possible for this reason, if there is one.
    pub fn add_unless(
        &mut self,
        label: impl Into<String>,
        command: Command,
        why_not: Option<String>,
    ) {
        if self.groups.is_empty() {
            self.groups.push(Vec::new());
        }
        if let Some(group) = self.groups.last_mut() {
            let label = label.into();
            group.push(Entry {
                label,
                command,
                why_not,
            });
        }
    }

    /// Begins another group.
    pub fn separate(&mut self) {
        self.groups.push(Vec::new());
    }
}

/// Shows the menu of a widget while it is open.
pub fn context_menu(
    response: &Response,
    entries: impl FnOnce(&mut Entries),
    commands: &mut Vec<Command>,
) {
    let opened_by_key = is_asked_by_key(response);
    let id = Popup::default_response_id(response).with("by key");
    let by_key = response.ctx.data_mut(|data| {
        let by_key = data.get_temp_mut_or_default::<bool>(id);
        *by_key = opened_by_key || (*by_key && !response.secondary_clicked());
        *by_key
    });
    let mut menu = Popup::context_menu(response);
    if opened_by_key {
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    }
    if by_key {
        menu = menu.at_position(response.rect.center());
    }
    menu.show(|ui| {
        menu_spacing(ui);
        let mut found = Entries::default();
        entries(&mut found);
        entries_ui(ui, found, opened_by_key, commands);
    });
}

/// Whether the menu key was pressed for a widget: it has the focus, or the pointer is over it and nothing has.
fn is_asked_by_key(response: &Response) -> bool {
    let free = || response.ctx.memory(|memory| memory.focused().is_none());
    let is_meant = response.has_focus() || (response.hovered() && free());
    if !is_meant {
        return false;
    }
    response.ctx.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::Menu)
            || input.consume_key(Modifiers::SHIFT, Key::F10)
    })
}

fn entries_ui(ui: &mut Ui, entries: Entries, take_focus: bool, commands: &mut Vec<Command>) {
    let mut take_focus = take_focus;
    let groups = entries.groups.into_iter().filter(|group| !group.is_empty());
    for (index, group) in groups.enumerate() {
        if index > 0 {
            ui.separator();
        }
        for entry in group {
            let can = entry.why_not.is_none();
            let button = ui.add_enabled(can, Button::new(entry.label));
            let button = button.on_disabled_hover_text(entry.why_not.unwrap_or_default());
            if can && std::mem::take(&mut take_focus) {
                button.request_focus();
            }
            if button.clicked() {
                commands.push(entry.command);
            }
        }
    }
}
