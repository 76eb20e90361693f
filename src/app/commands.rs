//! Everything a person can do, once: menus, shortcuts, tooltips and the list of shortcuts are all
//! read off this enum, and one place carries it out.

use std::path::PathBuf;

use egui::text_selection::LabelSelectionState;
use egui::{Context, Key, KeyboardShortcut, Modifiers, ThemePreference, vec2};

use crate::explain::Score;
use crate::figure::Panel;
use crate::folder::{Filter, Sort};
use crate::model::{ModulePath, ReluRule};
use crate::picture::colormap::Colormap;
use crate::picture::compose::Overlay;
use crate::picture::geometry::Fit;

use super::export::What;
use super::keys::Group;
use super::rows::RowId;
use super::state::{Arrangement, ExportSize, List, Opacity, SearchField, with_class};
use super::{App, export, open, session};

/// A wish of the person at the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    OpenImage,
    /// A folder of pictures, as a strip to walk through.
    OpenFolder,
    OpenModel,
    /// The four panels as one picture.
    ExportComposite,
    /// The maps of all layers as one figure.
    ExportStrip,
    CopyComposite,
    Cancel,
    PreviousLayer,
    NextLayer,
    PreviousClass,
    NextClass,
    FindLayer,
    FindClass,
    ZoomIn,
    ZoomOut,
    WholePicture,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    /// The chosen class is what the photo really shows.
    MarkTrue,
    /// Another model beside the one that is open.
    OpenSecondModel,
    CloseSecondModel,
    PinView,
    UnpinAll,
    /// The classes that are compared change places.
    SwapClasses,
    StopComparing,
    SaveSession,
    OpenSession,
    Undo,
    Redo,
    OpenFinder,
    ShowKeys,

    PreviousPicture,
    NextPicture,
    FirstPicture,
    LastPicture,
    CloseFolder,

    /// A file dropped on the window, or named on the command line.
    OpenPath(PathBuf),
    /// Folders, or several files.
    OpenPictures(Vec<PathBuf>),
    /// One of the folder's, by its index.
    OpenPicture(usize),
    /// Whether the model is to answer all pictures of the folder.
    AnswerFolder(bool),
    SortPictures(Sort),
    FilterPictures(Filter),
    /// The most bytes that thumbnails may take.
    LimitThumbnails(usize),
    UnfoldFilm(bool),
    ExportPanel(Panel),
    ChooseLayer(ModulePath),
    /// Another class in the same kind of score.
    ChooseClass(usize),
    ChooseScore(Score),
    /// The next class clicked is the one to compare with.
    ChooseRival(bool),
    /// The class that a side's class is compared with.
    SetRival(usize, Option<usize>),
    /// What the photo is really of.
    SetTruth(Option<usize>),
    /// The layer joins those that are fused, or leaves them.
    ToggleLayer(ModulePath),
    /// A tile of the strip opens into its children, or closes.
    ToggleTile(ModulePath),
    ActivateSide(usize),
    Pin(RowId),
    Unpin(u64),
    /// To a place among the pins.
    MovePin(u64, usize),
    MakeLive(u64),
    SetCommonScale(bool),
    SetStripScale(bool),
    ShowStrip(bool),
    SetList(List),
    LookAtChannel(Option<usize>),
    TickChannel(usize),
    WholeMap,
    /// Whether the most negative channels come first.
    SortChannels(bool),
    SetExportSize(ExportSize),
    SetFit(Fit),
    SetRule(ReluRule),
    SetOpacity(Opacity),
    SetColormap(Colormap),
    SetOverlay(Overlay),
    SetArrangement(Arrangement),
    SetTheme(ThemePreference),
    DismissNotice(u64),
}

impl Command {
    /// Those that carry no choice, in the order a list of them reads best.
    pub const ALL: [Command; 38] = [
        Command::OpenImage,
        Command::OpenFolder,
        Command::CloseFolder,
        Command::OpenModel,
        Command::OpenSession,
        Command::SaveSession,
        Command::ExportComposite,
        Command::ExportStrip,
        Command::CopyComposite,
        Command::Undo,
        Command::Redo,
        Command::Cancel,
        Command::PreviousLayer,
        Command::NextLayer,
        Command::PreviousClass,
        Command::NextClass,
        Command::PreviousPicture,
        Command::NextPicture,
        Command::FirstPicture,
        Command::LastPicture,
        Command::FindLayer,
        Command::FindClass,
        Command::ZoomIn,
        Command::ZoomOut,
        Command::WholePicture,
        Command::PanLeft,
        Command::PanRight,
        Command::PanUp,
        Command::PanDown,
        Command::PinView,
        Command::UnpinAll,
        Command::OpenSecondModel,
        Command::CloseSecondModel,
        Command::SwapClasses,
        Command::StopComparing,
        Command::MarkTrue,
        Command::OpenFinder,
        Command::ShowKeys,
    ];

    /// What a menu or a button calls it. Empty for those that carry a choice of their own.
    pub fn label(&self) -> &'static str {
        match self {
            Command::OpenImage => "Open image…",
            Command::OpenFolder => "Open folder…",
            Command::OpenModel => "Open model…",
            Command::ExportComposite => "Export composite…",
            Command::ExportStrip => "Export the strip of layers…",
            Command::CopyComposite => "Copy composite",
            Command::Cancel => "Cancel",
            Command::PreviousLayer => "Previous layer",
            Command::NextLayer => "Next layer",
            Command::PreviousClass => "Previous class",
            Command::NextClass => "Next class",
            Command::PreviousPicture => "Previous picture",
            Command::NextPicture => "Next picture",
            Command::FirstPicture => "First picture",
            Command::LastPicture => "Last picture",
            Command::CloseFolder => "Close the folder",
            Command::FindLayer => "Find a layer",
            Command::FindClass => "Find a class",
            Command::ZoomIn => "Zoom in",
            Command::ZoomOut => "Zoom out",
            Command::WholePicture => "Whole picture",
            Command::PanLeft => "Look further left",
            Command::PanRight => "Look further right",
            Command::PanUp => "Look further up",
            Command::PanDown => "Look further down",
            Command::MarkTrue => "This is the true class",
            Command::OpenSecondModel => "Open a second model…",
            Command::CloseSecondModel => "Close the second model",
            Command::PinView => "Pin this view",
            Command::UnpinAll => "Unpin all",
            Command::SwapClasses => "Swap the two classes",
            Command::StopComparing => "Stop comparing classes",
            Command::SaveSession => "Save session…",
            Command::OpenSession => "Open session…",
            Command::Undo => "Undo",
            Command::Redo => "Redo",
            Command::OpenFinder => "Find a command…",
            Command::ShowKeys => "Commands and keys",
            _ => "",
        }
    }

    /// One sentence for whoever points at it.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Command::OpenImage => "Open a photo: PNG, JPEG, WebP, BMP, GIF or TIFF",
            Command::OpenFolder => "Open a folder of photos, or of one folder for each class",
            Command::OpenModel => "Open a model saved by torch.export.save (.pt2)",
            Command::ExportComposite => {
                "Save all panels with their captions as one figure: PNG, PDF or SVG"
            }
            Command::ExportStrip => "Save the maps of all layers as one figure: PNG, PDF or SVG",
            Command::CopyComposite => "Put all panels with their captions on the clipboard",
            Command::Cancel => "Stop what is being computed; what is shown stays",
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
            Command::OpenFinder => "Find a command or a recent file by a part of its name",
            Command::ShowKeys => "Every command with its keys",
            _ => "",
        }
    }

    /// What it is about.
    pub fn group(&self) -> Group {
        match self {
            Command::OpenImage
            | Command::OpenFolder
            | Command::CloseFolder
            | Command::OpenModel
            | Command::OpenSession
            | Command::SaveSession
            | Command::ExportComposite
            | Command::ExportStrip
            | Command::CopyComposite => Group::Files,
            Command::PreviousLayer
            | Command::NextLayer
            | Command::PreviousClass
            | Command::NextClass
            | Command::PreviousPicture
            | Command::NextPicture
            | Command::FirstPicture
            | Command::LastPicture
            | Command::FindLayer
            | Command::FindClass => Group::Choosing,
            Command::ZoomIn
            | Command::ZoomOut
            | Command::WholePicture
            | Command::PanLeft
            | Command::PanRight
            | Command::PanUp
            | Command::PanDown => Group::Looking,
            Command::PinView
            | Command::UnpinAll
            | Command::OpenSecondModel
            | Command::CloseSecondModel
            | Command::SwapClasses
            | Command::StopComparing
            | Command::MarkTrue => Group::Comparing,
            _ => Group::Window,
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
            Command::OpenFinder => ctrl(Key::K),
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
                let fields = [Command::OpenFinder, Command::FindLayer, Command::FindClass];
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

impl App {
    /// Carries out what a panel, a menu or a key asked for: the one place where anything changes.
    pub fn execute(&mut self, ctx: &Context, command: Command) {
        let state = &mut self.state;
        match command {
            Command::OpenImage => open::pick_image(self, ctx),
            Command::OpenModel => open::pick_model(self, ctx),
            Command::OpenPath(path) => open::path(self, path),
            Command::ExportComposite => export::save(self, ctx, What::Composite),
            Command::ExportStrip => export::save(self, ctx, What::Strip),
            Command::ExportPanel(panel) => export::save(self, ctx, What::Panel(panel)),
            Command::SetExportSize(size) => state.export_px = size,
            Command::CopyComposite => export::copy(self, ctx),
            Command::Cancel => self.cancel(),
            Command::PreviousLayer => self.walk_layers(-1),
            Command::NextLayer => self.walk_layers(1),
            Command::PreviousClass => self.walk_classes(-1),
            Command::NextClass => self.walk_classes(1),
            Command::ChooseLayer(path) => {
                let side = state.side_mut();
                side.layer = Some(path);
                side.reveal_layer = true;
                self.ask();
            }
            Command::ToggleLayer(path) => {
                state.side_mut().toggle_layer(&path);
                self.ask();
            }
            Command::ToggleTile(path) => {
                let expanded = &mut state.side_mut().expanded;
                if !expanded.remove(&path) {
                    expanded.insert(path);
                }
            }
            Command::ChooseClass(class) => {
                let side = state.side_mut();
                match side.class() {
                    Some(a) if side.choosing_rival && a != class => {
                        side.score = Some(Score::For(a));
                        side.rival = Some(class);
                    }
                    _ => side.score = Some(with_class(side.score, class)),
                }
                side.choosing_rival = false;
                self.ask();
            }
            Command::ChooseScore(score) => {
                let side = state.side_mut();
                (side.score, side.rival) = (Some(score), None);
                side.choosing_rival = false;
                self.ask();
            }
            Command::ChooseRival(on) => state.side_mut().choosing_rival = on,
            Command::SetTruth(class) => self.set_truth(class),
            Command::SetList(list) => {
                state.list = list;
                self.ask_channels();
            }
            Command::LookAtChannel(channel) => state.channels.looked_at = channel,
            Command::TickChannel(channel) => {
                let view = &mut state.channels;
                view.looked_at = None;
                if !view.ticked.remove(&channel) {
                    view.ticked.insert(channel);
                }
            }
            Command::WholeMap => {
                state.channels.looked_at = None;
                state.channels.ticked.clear();
            }
            Command::SortChannels(negative) => state.channels.most_negative_first = negative,
            Command::SetCommonScale(on) => state.common_scale = on,
            Command::SetStripScale(on) => state.strip_common_scale = on,
            Command::ShowStrip(on) => state.strip = on,
            Command::OpenSecondModel => open::pick_second_model(self, ctx),
            command @ (Command::SetRival(..)
            | Command::SwapClasses
            | Command::StopComparing
            | Command::ActivateSide(_)
            | Command::CloseSecondModel
            | Command::PinView
            | Command::Pin(_)
            | Command::Unpin(_)
            | Command::UnpinAll
            | Command::MovePin(..)
            | Command::MakeLive(_)) => self.compare(command),
            command @ (Command::OpenFolder
            | Command::OpenPictures(_)
            | Command::OpenPicture(_)
            | Command::CloseFolder
            | Command::PreviousPicture
            | Command::NextPicture
            | Command::FirstPicture
            | Command::LastPicture
            | Command::AnswerFolder(_)
            | Command::SortPictures(_)
            | Command::FilterPictures(_)
            | Command::LimitThumbnails(_)
            | Command::UnfoldFilm(_)) => self.execute_film(ctx, command),
            Command::SetFit(fit) => {
                state.fit = fit;
                self.ask();
            }
            Command::SetRule(rule) => {
                state.rule = rule;
                self.ask();
            }
            Command::SetOpacity(opacity) => state.opacity = opacity,
            Command::SetColormap(colormap) => {
                state.colormap = colormap;
                self.forget_channel_pictures();
            }
            Command::SetOverlay(overlay) => state.overlay = overlay,
            Command::SetArrangement(arrangement) => state.arrangement = arrangement,
            Command::SetTheme(theme) => ctx.set_theme(theme),
            Command::FindLayer => state.focus = Some(SearchField::Layers),
            Command::FindClass => state.focus = Some(SearchField::Classes),
            Command::ZoomIn => self.zoom_by(1.5),
            Command::ZoomOut => self.zoom_by(1.0 / 1.5),
            Command::WholePicture => state.view.fit(),
            Command::PanLeft => self.pan_by(vec2(1.0, 0.0)),
            Command::PanRight => self.pan_by(vec2(-1.0, 0.0)),
            Command::PanUp => self.pan_by(vec2(0.0, 1.0)),
            Command::PanDown => self.pan_by(vec2(0.0, -1.0)),
            Command::MarkTrue => {
                let class = state
                    .class()
                    .filter(|_| state.truth_here() != state.class());
                self.set_truth(class);
            }
            Command::SaveSession => session::save(self, ctx),
            Command::OpenSession => open::pick_session(self, ctx),
            Command::Undo => self.step_back(),
            Command::Redo => self.step_forward(),
            Command::OpenFinder => {
                self.finder.toggle(typed(ctx));
                self.memory.look_for_recent(ctx);
            }
            Command::ShowKeys => self.keys_shown = !self.keys_shown,
            Command::DismissNotice(id) => self.notices.dismiss(id),
        }
        ctx.request_repaint();
    }
}

/// What was typed in this frame. A person does not wait for a field to be drawn.
fn typed(ctx: &Context) -> String {
    let text = |event: &egui::Event| match event {
        egui::Event::Text(text) => Some(text.clone()),
        _ => None,
    };
    ctx.input(|i| i.events.iter().filter_map(text).collect())
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
