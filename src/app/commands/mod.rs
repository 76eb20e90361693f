//! Everything a person can do in the window, as data: panels, menus and keys push commands, and
//! `execute` is the one place that carries them out.
//!
//! [`Action`] holds the commands that have a name and perhaps a shortcut; [`Command`] adds those
//! that carry a choice. Whether a command is possible now is decided in `availability`.

use std::path::PathBuf;

use egui::ThemePreference;

use crate::explain::Score;
use crate::figure::Panel;
use crate::folder::{Filter, Sort};
use crate::model::{ModulePath, Usage};

use super::state::rows::RowId;
use super::state::view_options::ViewOptions;
use super::state::viewport::View;
use super::state::{List, Pane};
use action::Action;

pub(crate) mod action;
pub(crate) mod availability;
pub(crate) mod entries;
mod execute;
pub(crate) mod group;
pub(crate) mod shortcuts;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Do(Action),

    /// A file that was dropped on the window, or chosen from the recent ones.
    OpenPath(PathBuf),
    /// The path typed into the path prompt; `None` closes it.
    UseTypedPath(Option<PathBuf>),
    /// Asks where a missing file of the session lies.
    Locate(PathBuf),
    /// The network that a checkpoint belongs to; `None` opens no model.
    AnswerArchitecture(Option<String>),
    /// Folders, or several files.
    OpenImages(Vec<PathBuf>),
    /// One image of the gallery, by its index.
    OpenPicture(usize),
    /// Whether the model is asked about all images of the gallery.
    PredictFolder(bool),
    SortPictures(Sort),
    FilterPictures(Filter),
    /// The most bytes that thumbnails may take.
    LimitThumbnails(usize),
    UnfoldGallery(bool),
    ExportPanel(Panel),

    ChooseLayer(ModulePath),
    /// Adds a layer to those that are fused, or removes it.
    ToggleLayer(ModulePath),
    /// Opens a branch of the layer tree, or collapses it.
    ToggleBranch(ModulePath),
    /// Opens a tile of the strip into its children, or closes it.
    ToggleTile(ModulePath),
    FilterLayers(String),
    /// A class that was clicked: it is explained, or becomes the rival where one is being chosen.
    ChooseClass(usize),
    ChooseScore(Score),
    /// Whether the next class clicked is the one to compare with.
    ChooseRival(bool),
    /// The class that a side's class is compared with.
    SetRival(usize, Option<usize>),
    /// The class that the photo really shows.
    SetTruth(Option<usize>),
    SearchClasses(String),
    /// How many classes the list shows.
    SetTopK(usize),
    ActivateSide(usize),
    /// Uses the active model in another way.
    UseModel(Box<Usage>),

    Pin(RowId),
    Unpin(u64),
    /// To a position among the pins.
    MovePin(u64, usize),
    MakeLive(u64),

    SetPane(Pane),
    SetList(List),
    LookAtChannel(Option<usize>),
    TickChannel(usize),
    WholeMap,
    /// Whether the most negative channels come first.
    SortChannels(bool),

    SetOptions(ViewOptions),
    /// Zoom, pan and pointer of all panels.
    SetView(View),
    SetTheme(ThemePreference),
    DismissNotice(u64),
}

impl From<Action> for Command {
    fn from(action: Action) -> Command {
        Command::Do(action)
    }
}
