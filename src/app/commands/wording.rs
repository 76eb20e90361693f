//! The keys that ask for a command, and the sentence for whoever points at it.

use egui::text_selection::LabelSelectionState;
use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::Command;

impl Command {
    /// One sentence for whoever points at it.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Command::OpenImage => "Open a photo: PNG, JPEG, WebP, BMP, GIF or TIFF",
            Command::OpenFolder => "Open a folder of photos, or of one folder for each class",
            Command::OpenModel => {
                "Open a model saved by torch.export.save (.pt2), or an .onnx file"
            }
            Command::AboutModel => {
                "What was opened, how pictures are prepared for it, and what the chosen layer is"
            }
            Command::ExportComposite => {
                "Save all panels with their captions as one figure: PNG, PDF or SVG"
            }
            Command::ExportStrip => "Save the maps of all layers as one figure: PNG, PDF or SVG",
            Command::CopyComposite => "Put all panels with their captions on the clipboard",
            Command::Cancel => {
                "Stop what is being computed, what is shown stays; or take a message away"
            }
            Command::ComputeAgain => "Ask the model again for what was stopped",
            Command::PreviousLayer => "The layer with a map before this one",
            Command::NextLayer => "The layer with a map after this one",
            Command::PreviousClass => "The class ranked above this one",
            Command::NextClass => "The class ranked below this one",
            Command::PreviousPicture => "Open the picture before this one in the folder",
            Command::NextPicture => "Open the picture after this one in the folder",
            Command::FirstPicture => "Open the first picture of the folder",
            Command::LastPicture => "Open the last picture of the folder",
            Command::CloseFolder => "Put the folder's pictures and their answers away",
            Command::FindLayer => "Type a part of a layer's path or type",
            Command::FindClass => "Type a part of a class's name, or its number",
            Command::ZoomIn => "Magnify all panels",
            Command::ZoomOut => "Show more of the picture in all panels",
            Command::WholePicture => "Show the whole picture in all panels",
            Command::PanLeft | Command::PanRight | Command::PanUp | Command::PanDown => {
                "Move the magnified picture in all panels"
            }
            Command::MarkTrue => {
                "The photo really shows the chosen class; where the model answers another, the two \
                 are compared"
            }
            Command::OpenSecondModel => "Look at the same photo through another model too",
            Command::CloseSecondModel => "Look through the first model alone again",
            Command::PinView => "Keep what is shown as a row, to compare other views with it",
            Command::UnpinAll => "Take all pinned rows away",
            Command::SwapClasses => "What speaks for the second class rather than the first",
            Command::StopComparing => "Look at one class alone again",
            Command::SaveSession => {
                "Write what is open, pinned and chosen to a small file, without the pictures"
            }
            Command::OpenSession => "Go on with a session that was saved",
            Command::Undo => "Take the last choice back",
            Command::Redo => "Take up again what was undone last",
            Command::OpenPalette => "Find a command or a recent file by a part of its name",
            Command::ShowKeys => "Every command with its keys",
            _ => "",
        }
    }

    /// The keys that ask for it.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let key = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        let ctrl = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let shifted = |key| Some(KeyboardShortcut::new(Modifiers::SHIFT, key));
        let shift = |key| {
            let both = Modifiers::COMMAND | Modifiers::SHIFT;
            Some(KeyboardShortcut::new(both, key))
        };
        match self {
            Command::OpenImage => ctrl(Key::O),
            Command::OpenFolder => shift(Key::O),
            Command::OpenModel => ctrl(Key::M),
            Command::AboutModel => ctrl(Key::I),
            Command::ExportComposite => ctrl(Key::E),
            Command::ExportStrip => shift(Key::E),
            Command::CopyComposite => ctrl(Key::C),
            Command::Cancel => key(Key::Escape),
            Command::PreviousLayer => key(Key::ArrowUp),
            Command::NextLayer => key(Key::ArrowDown),
            Command::PreviousClass => key(Key::ArrowLeft),
            Command::NextClass => key(Key::ArrowRight),
            Command::PreviousPicture => key(Key::PageUp),
            Command::NextPicture => key(Key::PageDown),
            Command::FirstPicture => key(Key::Home),
            Command::LastPicture => key(Key::End),
            Command::FindLayer => ctrl(Key::L),
            Command::FindClass => ctrl(Key::F),
            Command::ZoomIn => key(Key::Plus),
            Command::ZoomOut => key(Key::Minus),
            Command::WholePicture => key(Key::Num0),
            Command::PanLeft => shifted(Key::ArrowLeft),
            Command::PanRight => shifted(Key::ArrowRight),
            Command::PanUp => shifted(Key::ArrowUp),
            Command::PanDown => shifted(Key::ArrowDown),
            Command::MarkTrue => key(Key::T),
            Command::OpenSecondModel => shift(Key::M),
            Command::CloseSecondModel => shift(Key::W),
            Command::PinView => key(Key::P),
            Command::UnpinAll => shift(Key::P),
            Command::SwapClasses => key(Key::X),
            Command::StopComparing => shift(Key::X),
            Command::SaveSession => ctrl(Key::S),
            Command::OpenSession => shift(Key::S),
            Command::Undo => ctrl(Key::Z),
            Command::Redo => shift(Key::Z),
            Command::OpenPalette => ctrl(Key::K),
            Command::ShowKeys => key(Key::F1),
            _ => None,
        }
    }

    /// The tooltip with the keys behind it.
    pub fn hint(&self, ctx: &Context) -> String {
        match self.shortcut() {
            Some(keys) => format!("{} ({})", self.tooltip(), ctx.format_shortcut(&keys)),
            None => self.tooltip().to_owned(),
        }
    }

    /// What the keyboard asks for in this frame. `typing`: a text field had the keyboard when the
    /// frame began; then only the combinations with Ctrl count, and copying and undoing are the
    /// field's own.
    /// `in_menu`: the plain keys walk and close the open menu.
    pub fn from_keys(ctx: &Context, typing: bool, in_menu: bool) -> Vec<Command> {
        let held = in_menu || ctx.memory(|m| m.focused().is_some());
        // The words of a message can be selected, and are what is copied then.
        let selecting = ctx
            .with_plugin(|labels: &mut LabelSelectionState| labels.has_selection())
            .unwrap_or(false);
        let mut commands = Vec::new();
        let mut all: Vec<Command> = Command::ALL.to_vec();
        // Ctrl+Shift+P is not Ctrl+P: the more keys are asked first.
        all.sort_by_key(|c| {
            let held = c.shortcut().map(|keys| keys.modifiers).unwrap_or_default();
            (!held.command, !held.shift)
        });
        for command in all {
            // What is typed behind the key that opens a field is meant for the field.
            let opened = |c: &Command| {
                let fields = [Command::OpenPalette, Command::FindLayer, Command::FindClass];
                fields.contains(c)
            };
            let held = held || commands.iter().any(opened);
            let Some(keys) = command.shortcut() else {
                continue;
            };
            // No field and no list has a use for F1.
            let plain = !keys.modifiers.command && keys.logical_key != Key::F1;
            let copying = command == Command::CopyComposite;
            let editing = copying || matches!(command, Command::Undo | Command::Redo);
            if (typing && (plain || editing)) || (plain && held) || (selecting && copying) {
                continue;
            }
            let pressed = ctx.input_mut(|i| {
                // The window system turns Ctrl+C into an event of its own.
                let copied = copying && i.events.iter().any(|e| matches!(e, egui::Event::Copy));
                i.consume_shortcut(&keys) || copied
            });
            if pressed {
                commands.push(command);
            }
        }
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_command_has_a_name_a_hint_and_keys_of_its_own() {
        let mut seen = Vec::new();
        for command in Command::ALL {
            assert!(!command.label().is_empty(), "{command:?} has no name");
            assert!(!command.tooltip().is_empty(), "{command:?} has no hint");
            if let Some(keys) = command.shortcut() {
                assert!(!seen.contains(&keys), "{command:?} shares its keys");
                seen.push(keys);
            }
        }
    }
}
