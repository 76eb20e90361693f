//! Keyboard shortcuts: which actions were pressed, and how keys are written. The window's list of
//! shortcuts and the README's table are both derived from the actions, so that neither can go stale.

use egui::text_selection::LabelSelectionState;
use egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::action::Action;

/// Who takes keys at the start of a frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// A text field: only combinations with Ctrl count, and copy and undo belong to the field.
    pub typing: bool,
    /// An open menu, a dialog or the grid: plain keys belong to it.
    pub elsewhere: bool,
    /// A widget that has the focus: plain keys belong to it, except the arrows.
    pub focused: bool,
    /// A widget that has the focus and uses the arrows.
    pub arrows: bool,
}

/// The actions whose shortcuts were pressed in this frame.
pub fn from_keys(ctx: &Context, taken: Taken) -> Vec<Action> {
    let typing = taken.typing;
    let focused = taken.focused || ctx.memory(|m| m.focused().is_some());
    // If text of a notice is selected, Ctrl+C copies that text.
    let selecting = ctx
        .with_plugin(|labels: &mut LabelSelectionState| labels.has_selection())
        .unwrap_or(false);
    let mut commands = Vec::new();
    let mut all: Vec<Action> = Action::all().collect();
    // Check the shortcuts with more modifiers first: egui's Ctrl+P also matches Ctrl+Shift+P.
    all.sort_by_key(|c| {
        let held = c.shortcut().map(|keys| keys.modifiers).unwrap_or_default();
        (!held.command, !held.shift)
    });
    for command in all {
        // Keys typed right after the one that opens a field are meant for the field.
        let opened = |action: &Action| {
            let fields = [Action::OpenPalette, Action::FindLayer, Action::FindClass];
            fields.contains(action)
        };
        let walks = matches!(
            command,
            Action::PreviousLayer | Action::NextLayer | Action::PreviousClass | Action::NextClass
        );
        let by_widget = if walks { taken.arrows } else { focused };
        let held = taken.elsewhere || by_widget || commands.iter().any(opened);
        let Some(keys) = command.shortcut() else {
            continue;
        };
        // F1 has no meaning in fields and lists.
        let plain = !keys.modifiers.command && keys.logical_key != Key::F1;
        let copying = command == Action::CopyComposite;
        let pasting = command == Action::PasteImage;
        let editing = copying || pasting || matches!(command, Action::Undo | Action::Redo);
        if (typing && (plain || editing)) || (plain && held) || (selecting && copying) {
            continue;
        }
        let pressed = ctx.input_mut(|i| {
            // The window system may deliver Ctrl+C and Ctrl+V as events of their own.
            let delivered = i.events.iter().any(|event| match event {
                Event::Copy => copying,
                Event::Paste(_) | Event::PasteImage(_) => pasting,
                _ => false,
            });
            i.consume_shortcut(&keys) || delivered
        });
        if pressed {
            commands.push(command);
        }
    }
    commands
}

/// A shortcut as written on this system's keyboards.
pub fn keys_text(keys: KeyboardShortcut) -> String {
    written(keys, cfg!(target_os = "macos"))
}

fn written(keys: KeyboardShortcut, mac: bool) -> String {
    let Modifiers {
        alt,
        shift,
        command,
        ..
    } = keys.modifiers;
    let mut text = String::new();
    let (ctrl, option) = if mac {
        ("Cmd+", "Option+")
    } else {
        ("Ctrl+", "Alt+")
    };
    for (held, name) in [(command, ctrl), (alt, option), (shift, "Shift+")] {
        if held {
            text.push_str(name);
        }
    }
    text.push_str(match keys.logical_key {
        // Words, so that a screen reader can say them.
        Key::ArrowUp => "Up",
        Key::ArrowDown => "Down",
        Key::ArrowLeft => "Left",
        Key::ArrowRight => "Right",
        Key::Escape => "Esc",
        Key::PageUp => "Page up",
        Key::PageDown => "Page down",
        key => key.symbol_or_name(),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::commands::group::{Gesture, Group};

    #[test]
    fn every_action_is_in_one_group() {
        let listed: usize = Group::all().map(|group| group.actions().count()).sum();
        assert_eq!(listed, Action::all().count());
    }

    #[test]
    fn writes_keys_as_on_the_keyboard() {
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        let keys = KeyboardShortcut::new(both, Key::Z);
        assert_eq!(written(keys, false), "Ctrl+Shift+Z");
        assert_eq!(written(keys, true), "Cmd+Shift+Z");
        let up = KeyboardShortcut::new(Modifiers::NONE, Key::ArrowUp);
        assert_eq!(written(up, false), "Up");
    }

    /// The table in the README: commands with keys, and mouse gestures.
    fn table() -> String {
        let mut table = "| | |\n|---|---|\n".to_owned();
        for group in Group::all() {
            table.push_str(&format!("| **{}** | |\n", group.label()));
            for action in group.actions() {
                if let Some(keys) = action.shortcut() {
                    let label = action.label().trim_end_matches('…');
                    table.push_str(&format!("| {} | {label} |\n", written(keys, false)));
                }
            }
            for Gesture { how, what } in group.gestures() {
                table.push_str(&format!("| {how} | {what} |\n"));
            }
        }
        table
    }

    #[test]
    fn the_readme_has_the_table_of_keys() {
        let readme = include_str!("../../../README.md");
        let (_, section) = readme.split_once("## Keys\n").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let rows = section
            .split_inclusive('\n')
            .filter(|line| line.starts_with('|'));
        let written: String = rows.collect();
        let table = table();
        assert!(
            written == table,
            "the table under “Keys” in README.md must read:\n\n{table}"
        );
    }
}
