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
mod truth;

pub use truth::truth_entry;

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
    // A response asks the context, which must not be locked then.
    let (had_focus, by_pointer) = (response.has_focus(), response.secondary_clicked());
    let opened = response.ctx.data_mut(|data| {
        let opened = data.get_temp_mut_or_default::<Opened>(id);
        if opened_by_key {
            *opened = Opened::ByKey { had_focus };
        } else if by_pointer {
            *opened = Opened::ByPointer;
        }
        *opened
    });
    let mut menu = Popup::context_menu(response);
    if opened_by_key {
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    }
    if matches!(opened, Opened::ByKey { .. }) {
        menu = menu.at_position(response.rect.center());
    }
    let shown = menu.show(|ui| {
        menu_spacing(ui);
        let mut found = Entries::default();
        entries(&mut found);
        entries_ui(ui, found, opened_by_key, commands);
    });
    if shown.is_none() && opened != Opened::ByPointer {
        // The keyboard goes on where it was.
        if opened == (Opened::ByKey { had_focus: true }) {
            response.request_focus();
        }
        response
            .ctx
            .data_mut(|data| data.insert_temp(id, Opened::ByPointer));
    }
}

/// How a menu was opened last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Opened {
    #[default]
    ByPointer,
    ByKey {
        had_focus: bool,
    },
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
