//! Everything a person can do, once, and what it is called: menus, shortcuts, tooltips and the list of
//! shortcuts are all read off this enum, and one place carries it out.

use std::path::PathBuf;

use egui::ThemePreference;

use crate::explain::Score;
use crate::figure::Panel;
use crate::folder::{Filter, Sort};
use crate::model::{ModulePath, ReluRule, Usage};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::Fit;

use super::state::rows::RowId;
use super::state::{Arrangement, ExportSize, List, Opacity, Pane};
use shortcuts::Group;

pub(crate) mod availability;
pub(crate) mod entries;
mod execute;
pub(crate) mod shortcuts;
mod wording;

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
    /// What was stopped or failed is asked again.
    ComputeAgain,
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
    AboutModel,
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
    OpenPalette,
    ShowKeys,

    PreviousPicture,
    NextPicture,
    FirstPicture,
    LastPicture,
    CloseFolder,

    /// A file dropped on the window, or named on the command line.
    OpenPath(PathBuf),
    /// What was typed for want of a file picker; `None` closes the field.
    TakePath(Option<PathBuf>),
    /// A file of the session that is missing.
    Locate(PathBuf),
    /// The network that the weights are of; none opens no model.
    TakeArchitecture(Option<String>),
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
    UnfoldGallery(bool),
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
    SetPane(Pane),
    SetList(List),
    /// How the model that the lists show is used.
    UseModel(Box<Usage>),
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
    pub const ALL: [Command; 40] = [
        Command::OpenImage,
        Command::OpenFolder,
        Command::CloseFolder,
        Command::OpenModel,
        Command::AboutModel,
        Command::OpenSession,
        Command::SaveSession,
        Command::ExportComposite,
        Command::ExportStrip,
        Command::CopyComposite,
        Command::Undo,
        Command::Redo,
        Command::Cancel,
        Command::ComputeAgain,
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
        Command::OpenPalette,
        Command::ShowKeys,
    ];

    /// What a menu or a button calls it. Empty for those that carry a choice of their own.
    pub fn label(&self) -> &'static str {
        match self {
            Command::OpenImage => "Open image…",
            Command::OpenFolder => "Open folder…",
            Command::OpenModel => "Open model…",
            Command::AboutModel => "About the model",
            Command::ExportComposite => "Export composite…",
            Command::ExportStrip => "Export the strip of layers…",
            Command::CopyComposite => "Copy composite",
            Command::Cancel => "Cancel",
            Command::ComputeAgain => "Compute again",
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
            Command::OpenPalette => "Find a command…",
            Command::ShowKeys => "Commands and keys",
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
            Command::AboutModel
            | Command::PreviousLayer
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
}
