//! The commands as lists: by what they are about, with their keys in words. The window's list of
//! keys and the README's table are both made here, so neither can lag behind.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::Command;

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Files,
    Choosing,
    Looking,
    Comparing,
    Window,
}

impl Group {
    pub const ALL: [Group; 5] = [
        Group::Files,
        Group::Choosing,
        Group::Looking,
        Group::Comparing,
        Group::Window,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Group::Files => "Files",
            Group::Choosing => "Choosing",
            Group::Looking => "Looking",
            Group::Comparing => "Comparing",
            Group::Window => "Window",
        }
    }

    /// Those of the group, in the order of the enum.
    pub fn commands(self) -> impl Iterator<Item = Command> {
        Command::ALL.into_iter().filter(move |c| c.group() == self)
    }

    /// What the mouse does, for which there is no command.
    pub fn gestures(self) -> &'static [Gesture] {
        match self {
            Group::Files => &[Gesture {
                how: "Drop",
                what: "Open an image, a model, a folder or a session",
            }],
            Group::Looking => &[
                Gesture {
                    how: "Wheel",
                    what: "Zoom at the pointer, in all panels at once",
                },
                Gesture {
                    how: "Drag",
                    what: "Move the picture, in all panels at once",
                },
                Gesture {
                    how: "Double-click",
                    what: "Whole picture",
                },
            ],
            _ => &[],
        }
    }
}

/// Something done with the mouse alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gesture {
    pub how: &'static str,
    pub what: &'static str,
}

/// A shortcut as it stands on the keys of this system.
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
        // Words: a screen reader says them too.
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

    #[test]
    fn every_command_stands_in_one_group() {
        let listed: usize = Group::ALL.into_iter().map(|g| g.commands().count()).sum();
        assert_eq!(listed, Command::ALL.len());
    }

    #[test]
    fn keys_are_written_as_they_stand_on_the_keyboard() {
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        let keys = KeyboardShortcut::new(both, Key::Z);
        assert_eq!(written(keys, false), "Ctrl+Shift+Z");
        assert_eq!(written(keys, true), "Cmd+Shift+Z");
        let up = KeyboardShortcut::new(Modifiers::NONE, Key::ArrowUp);
        assert_eq!(written(up, false), "Up");
    }

    /// The table of the README: commands that have keys, and what the mouse does.
    fn table() -> String {
        let mut table = "| | |\n|---|---|\n".to_owned();
        for group in Group::ALL {
            table.push_str(&format!("| **{}** | |\n", group.label()));
            for command in group.commands() {
                if let Some(keys) = command.shortcut() {
                    let label = command.label().trim_end_matches('…');
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
        let rows = section.lines().filter(|line| line.starts_with('|'));
        let written: String = rows.map(|line| format!("{line}\n")).collect();
        let table = table();
        assert!(
            written == table,
            "the table under “Keys” in README.md must read:\n\n{table}"
        );
    }
}
