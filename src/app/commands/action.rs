//! The commands without a choice of their own, which menus, shortcuts and the command palette offer
//! by name.
//!
//! Everything about an action is defined here. A new action does not compile until it has a label, a
//! tooltip, a group and a decision about its shortcut. Lists of actions are derived from the enum.

use egui::{Context, Key, KeyboardShortcut, Modifiers};
use strum::{EnumIter, IntoEnumIterator};

use super::group::Group;

/// An action. Lists show the actions in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Action {
    OpenImage,
    /// Opens the picture on the clipboard.
    PasteImage,
    /// Opens a folder of images in the gallery.
    OpenFolder,
    CloseFolder,
    /// Shows what the names in the folder stand for.
    TrueClasses,
    OpenModel,
    AboutModel,
    /// Tries the usual preprocessings on the open photo.
    WhichFits,
    OpenSession,
    /// Saves the open session to its file, or asks for one.
    SaveSession,
    /// Asks where to save the session.
    SaveSessionAs,
    /// Exports all panels as one figure.
    ExportComposite,
    /// Exports the maps of all layers as one figure.
    ExportStrip,
    CopyComposite,
    /// Exports the raw arrays of the live view.
    ExportArrays,
    /// Shows how figures are exported and copied.
    FigureSettings,
    Undo,
    Redo,
    Cancel,
    /// Repeats requests that were cancelled or failed.
    ComputeAgain,
    PreviousLayer,
    NextLayer,
    PreviousClass,
    NextClass,
    PreviousPicture,
    NextPicture,
    FirstPicture,
    LastPicture,
    FindLayer,
    FindClass,
    ZoomIn,
    ZoomOut,
    WholePicture,
    /// Shows one panel alone, or all of them again.
    LargePanel,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    PinView,
    UnpinAll,
    /// Opens another model beside the open one.
    OpenSecondModel,
    CloseSecondModel,
    /// Explains how similar the output is to that for a second picture.
    CompareWithPicture,
    /// Swaps the two classes that are compared.
    SwapClasses,
    StopComparing,
    /// Marks the chosen class as the true class of the photo.
    MarkTrue,
    /// Shows or hides the layers or the pane of the model.
    LeftList,
    /// Shows or hides the classes or the channels.
    RightList,
    LayerStrip,
    /// Shows only what the model sees of each photo, or all of it.
    SeenOnly,
    /// Shows the images of the folder in a grid, or the panels again.
    Grid,
    FullScreen,
    OpenPalette,
    ShowKeys,
    /// Shows the version and the licences.
    About,
}

impl Action {
    /// All of them, in the order of the enum.
    pub fn all() -> impl Iterator<Item = Action> {
        Action::iter()
    }

    /// The label in menus and on buttons.
    pub fn label(self) -> &'static str {
        match self {
            Action::OpenImage => "Open image…",
            Action::PasteImage => "Paste image",
            Action::OpenFolder => "Open folder…",
            Action::CloseFolder => "Close the folder",
            Action::TrueClasses => "True classes of the folder…",
            Action::OpenModel => "Open model…",
            Action::AboutModel => "About the model",
            Action::WhichFits => "Which fits?",
            Action::OpenSession => "Open session…",
            Action::SaveSession => "Save session",
            Action::SaveSessionAs => "Save session as…",
            Action::ExportComposite => "Export composite…",
            Action::ExportStrip => "Export the strip of layers…",
            Action::CopyComposite => "Copy composite",
            Action::ExportArrays => "Export arrays…",
            Action::FigureSettings => "Figure settings…",
            Action::Undo => "Undo",
            Action::Redo => "Redo",
            Action::Cancel => "Cancel",
            Action::ComputeAgain => "Recompute",
            Action::PreviousLayer => "Previous layer",
            Action::NextLayer => "Next layer",
            Action::PreviousClass => "Previous class",
            Action::NextClass => "Next class",
            Action::PreviousPicture => "Previous picture",
            Action::NextPicture => "Next picture",
            Action::FirstPicture => "First picture",
            Action::LastPicture => "Last picture",
            Action::FindLayer => "Find a layer",
            Action::FindClass => "Find a class",
            Action::ZoomIn => "Zoom in",
            Action::ZoomOut => "Zoom out",
            Action::WholePicture => "Fit to window",
            Action::LargePanel => "One panel large",
            Action::PanLeft => "Pan left",
            Action::PanRight => "Pan right",
            Action::PanUp => "Pan up",
            Action::PanDown => "Pan down",
            Action::PinView => "Pin this view",
            Action::UnpinAll => "Unpin all",
            Action::OpenSecondModel => "Open a second model…",
            Action::CloseSecondModel => "Close the second model",
            Action::CompareWithPicture => "Similarity to a second picture…",
            Action::SwapClasses => "Swap the two classes",
            Action::StopComparing => "Stop comparing classes",
            Action::MarkTrue => "Set as true class",
            Action::LeftList => "Show or hide the left list",
            Action::RightList => "Show or hide the right list",
            Action::LayerStrip => "Show or hide the strip",
            Action::SeenOnly => "Only what the model sees",
            Action::Grid => "Folder as a grid",
            Action::FullScreen => "Full screen",
            Action::OpenPalette => "Find a command…",
            Action::ShowKeys => "Commands and keys",
            Action::About => "About gradcam and its licences",
        }
    }

    /// One sentence that says what the action does.
    pub fn tooltip(self) -> &'static str {
        match self {
            Action::OpenImage => "Open a photo: PNG, JPEG, TIFF, WebP and others",
            Action::PasteImage => "Open the picture on the clipboard as a photo",
            Action::OpenFolder => "Open a folder of photos, or of one folder for each class",
            Action::OpenModel => {
                "Open a model: .pt2 from torch.export.save, .onnx, or weights (.pth, .pt, .safetensors)"
            }
            Action::AboutModel => {
                "What was opened, how images are preprocessed for it, and facts about the chosen layer"
            }
            Action::WhichFits => {
                "Prepare the open photo in each of the usual ways, and compare the predictions"
            }
            Action::ExportComposite => {
                "Save all panels with their captions as one figure: PNG, PDF or SVG"
            }
            Action::ExportStrip => "Save the maps of all layers as one figure: PNG, PDF or SVG",
            Action::CopyComposite => "Copy all panels with their captions to the clipboard",
            Action::ExportArrays => {
                "Save the raw map, the gradients and the logits of this view as a NumPy archive (.npz)"
            }
            Action::FigureSettings => {
                "The size of exported and copied figures on paper or in pixels, and what is around their panels"
            }
            Action::Cancel => "Stop the computation and keep what is shown, or dismiss a message",
            Action::ComputeAgain => "Recompute what was stopped",
            Action::PreviousLayer => "The layer with a map before this one",
            Action::NextLayer => "The layer with a map after this one",
            Action::PreviousClass => "The class ranked above this one",
            Action::NextClass => "The class ranked below this one",
            Action::PreviousPicture => "Open the picture before this one in the folder",
            Action::NextPicture => "Open the picture after this one in the folder",
            Action::FirstPicture => "Open the first picture of the folder",
            Action::LastPicture => "Open the last picture of the folder",
            Action::CloseFolder => "Close the folder with its pictures and predictions",
            Action::TrueClasses => "Which class each folder or label stands for",
            Action::FindLayer => "Type part of a layer's path or type",
            Action::FindClass => "Type part of a class's name, or its number",
            Action::ZoomIn => "Magnify all panels",
            Action::ZoomOut => "Show more of the picture in all panels",
            Action::WholePicture => "Show the whole picture in all panels",
            Action::LargePanel => {
                "Show the panel under the pointer alone, or the heat map; or all panels again"
            }
            Action::PanLeft | Action::PanRight | Action::PanUp | Action::PanDown => {
                "Move the magnified picture in all panels"
            }
            Action::MarkTrue => {
                "The chosen class is the true class of the photo. If the model predicts another, the \
                 two are compared"
            }
            Action::OpenSecondModel => "Explain the same photo with another model as well",
            Action::CloseSecondModel => "Show only the first model again",
            Action::CompareWithPicture => {
                "Explain how similar the model's output is to that for another picture, as for an embedding"
            }
            Action::PinView => "Keep this view as a row, to compare other views with it",
            Action::UnpinAll => "Remove all pinned rows",
            Action::SwapClasses => "Show what speaks for the second class rather than the first",
            Action::StopComparing => "Show only one class again",
            Action::SaveSession => "Save to the file of the session, or to a new one",
            Action::SaveSessionAs => {
                "Save what is open, pinned and chosen to a small file, without the pictures"
            }
            Action::OpenSession => "Continue with a saved session",
            Action::Undo => "Undo the last choice",
            Action::Redo => "Redo what was undone last",
            Action::LeftList => "The layers, or the pane of the model",
            Action::RightList => "The classes, or the channels",
            Action::SeenOnly => "Crop every panel to the part of the photo that the model sees",
            Action::LayerStrip => "A small map for each stage and block, below the pictures",
            Action::Grid => {
                "All pictures of the folder in place of the panels, or the panels again"
            }
            Action::FullScreen => "Fill the screen, or show the window again",
            Action::OpenPalette => "Find a command or a recent file by part of its name",
            Action::ShowKeys => "All commands with their keys",
            Action::About => "The version, and the licences of all that it is built from",
        }
    }

    /// The group that the action is listed in.
    pub fn group(self) -> Group {
        match self {
            Action::OpenImage
            | Action::PasteImage
            | Action::OpenFolder
            | Action::CloseFolder
            | Action::OpenModel
            | Action::OpenSession
            | Action::SaveSession
            | Action::SaveSessionAs
            | Action::ExportComposite
            | Action::ExportStrip
            | Action::CopyComposite
            | Action::ExportArrays
            | Action::FigureSettings => Group::Files,
            Action::AboutModel
            | Action::WhichFits
            | Action::PreviousLayer
            | Action::NextLayer
            | Action::PreviousClass
            | Action::NextClass
            | Action::PreviousPicture
            | Action::NextPicture
            | Action::FirstPicture
            | Action::LastPicture
            | Action::FindLayer
            | Action::FindClass => Group::Choosing,
            Action::ZoomIn
            | Action::ZoomOut
            | Action::WholePicture
            | Action::LargePanel
            | Action::PanLeft
            | Action::PanRight
            | Action::PanUp
            | Action::PanDown
            | Action::LeftList
            | Action::RightList
            | Action::LayerStrip
            | Action::SeenOnly
            | Action::Grid
            | Action::FullScreen => Group::Looking,
            Action::PinView
            | Action::UnpinAll
            | Action::OpenSecondModel
            | Action::CloseSecondModel
            | Action::CompareWithPicture
            | Action::SwapClasses
            | Action::StopComparing
            | Action::TrueClasses
            | Action::MarkTrue => Group::Comparing,
            Action::Undo
            | Action::Redo
            | Action::Cancel
            | Action::ComputeAgain
            | Action::OpenPalette
            | Action::ShowKeys
            | Action::About => Group::Window,
        }
    }

    /// The keyboard shortcut, if there is one.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let key = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        let ctrl = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let shifted = |key| Some(KeyboardShortcut::new(Modifiers::SHIFT, key));
        let shift = |key| {
            let both = Modifiers::COMMAND | Modifiers::SHIFT;
            Some(KeyboardShortcut::new(both, key))
        };
        match self {
            Action::OpenImage => ctrl(Key::O),
            Action::PasteImage => ctrl(Key::V),
            Action::OpenFolder => shift(Key::O),
            Action::OpenModel => ctrl(Key::M),
            Action::AboutModel => ctrl(Key::I),
            Action::ExportComposite => ctrl(Key::E),
            Action::ExportStrip => shift(Key::E),
            Action::CopyComposite => ctrl(Key::C),
            Action::Cancel => key(Key::Escape),
            Action::PreviousLayer => key(Key::ArrowUp),
            Action::NextLayer => key(Key::ArrowDown),
            Action::PreviousClass => key(Key::ArrowLeft),
            Action::NextClass => key(Key::ArrowRight),
            Action::PreviousPicture => key(Key::PageUp),
            Action::NextPicture => key(Key::PageDown),
            Action::FirstPicture => key(Key::Home),
            Action::LastPicture => key(Key::End),
            Action::FindLayer => ctrl(Key::L),
            Action::FindClass => ctrl(Key::F),
            Action::ZoomIn => key(Key::Plus),
            Action::ZoomOut => key(Key::Minus),
            Action::WholePicture => key(Key::Num0),
            Action::LargePanel => key(Key::F),
            Action::LeftList => key(Key::OpenBracket),
            Action::RightList => key(Key::CloseBracket),
            Action::LayerStrip => key(Key::S),
            Action::SeenOnly => key(Key::M),
            Action::Grid => key(Key::G),
            Action::FullScreen => key(Key::F11),
            Action::PanLeft => shifted(Key::ArrowLeft),
            Action::PanRight => shifted(Key::ArrowRight),
            Action::PanUp => shifted(Key::ArrowUp),
            Action::PanDown => shifted(Key::ArrowDown),
            Action::MarkTrue => key(Key::T),
            Action::OpenSecondModel => shift(Key::M),
            Action::CloseSecondModel => shift(Key::W),
            Action::PinView => key(Key::P),
            Action::UnpinAll => shift(Key::P),
            Action::SwapClasses => key(Key::X),
            Action::StopComparing => shift(Key::X),
            Action::SaveSession => ctrl(Key::S),
            Action::SaveSessionAs => shift(Key::S),
            Action::OpenSession => shift(Key::L),
            Action::Undo => ctrl(Key::Z),
            Action::Redo => shift(Key::Z),
            Action::OpenPalette => ctrl(Key::K),
            Action::ShowKeys => key(Key::F1),
            Action::CloseFolder
            | Action::TrueClasses
            | Action::ComputeAgain
            | Action::WhichFits
            | Action::ExportArrays
            | Action::FigureSettings
            | Action::CompareWithPicture
            | Action::About => None,
        }
    }

    /// The tooltip, followed by the shortcut.
    pub fn hint(self, ctx: &Context) -> String {
        match self.shortcut() {
            Some(keys) => format!("{} ({})", self.tooltip(), ctx.format_shortcut(&keys)),
            None => self.tooltip().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_label_a_tooltip_and_a_unique_shortcut() {
        let mut seen = Vec::new();
        for action in Action::all() {
            assert!(!action.label().is_empty(), "{action:?} has no label");
            assert!(!action.tooltip().is_empty(), "{action:?} has no tooltip");
            if let Some(keys) = action.shortcut() {
                assert!(!seen.contains(&keys), "{action:?} shares its shortcut");
                seen.push(keys);
            }
        }
    }
}
