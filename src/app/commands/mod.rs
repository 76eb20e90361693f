//! Everything the user can do in the window, as data: panels, menus and keys push commands, and
//! `execute` is the one place that executes them.
//!
//! [`Action`] contains the commands that have a name and perhaps a shortcut; [`Command`] adds those
//! that carry a choice. `availability` decides whether a command is possible now.

use std::path::PathBuf;

use egui::ThemePreference;

use crate::explain::Score;
use crate::figure::Panel;
use crate::folder::{Assignment, Filter, Numbering, Sort};
use crate::model::{HeadActivation, InputValue, ModulePath, Usage};

use super::state::results::ChannelSort;
use super::state::rows::Large;
use super::state::rows::RowId;
use super::state::rows::lines::Cell;
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

/// Something that the user asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Do(Action),

    /// Opens a file that was dropped on the window, or chosen from the recent files.
    OpenPath(PathBuf),
    /// The path typed into the path prompt; `None` closes it.
    UseTypedPath(Option<PathBuf>),
    /// Asks the user where a missing file of the session is.
    Locate(PathBuf),
    /// The network that a checkpoint belongs to; `None` opens no model.
    AnswerArchitecture(Option<String>),
    /// Takes one of the preprocessings that were tried, by its row; `None` keeps the present one.
    TakeTrial(Option<usize>),
    /// Opens folders or several files.
    OpenImages(Vec<PathBuf>),
    /// Opens one image of the gallery, by its index.
    OpenPicture(usize),
    /// Whether all images of the gallery are predicted.
    PredictFolder(bool),
    SortPictures(Sort),
    /// Shows one split of the folder, or all images.
    ChooseSplit(Option<usize>),
    /// Says what a name in the folder stands for.
    NameClass(String, Assignment),
    /// How numbers in the folder are taken as classes.
    NumberClasses(Numbering),
    FilterPictures(Filter),
    /// The memory limit for thumbnails, in bytes.
    LimitThumbnails(usize),
    UnfoldGallery(bool),
    /// Shows only images of the folder whose names contain this.
    SearchPictures(String),
    /// The width of an image in the grid, in points.
    SizeTiles(f32),
    ExportPanel(Panel),
    /// Exports one picture of a row, or copies it.
    ExportCell(RowId, Cell),
    CopyCell(RowId, Cell),
    /// Copies a layer's path or a file's.
    CopyText(String),
    /// Shows a file in the file manager.
    Reveal(PathBuf),

    ChooseLayer(ModulePath),
    /// Adds a layer to the fused ones, or removes it.
    ToggleLayer(ModulePath),
    /// Expands or collapses a branch of the layer tree.
    ToggleBranch(ModulePath),
    /// Expands or collapses a tile of the strip.
    ToggleTile(ModulePath),
    FilterLayers(String),
    /// Explains the class that was clicked, or makes it the rival if one is being chosen.
    ChooseClass(usize),
    ChooseScore(Score),
    /// Whether the next drag on a panel draws the region to explain.
    DrawRegion(bool),
    /// Whether the next class clicked becomes the rival.
    ChooseRival(bool),
    /// Sets the class that a side's class is compared with.
    SetRival(usize, Option<usize>),
    /// Sets the true class of the photo.
    SetTruth(Option<usize>),
    /// Sets the true class of an image of the folder.
    SetTruthOf(PathBuf, Option<usize>),
    SearchClasses(String),
    /// How many classes the list shows.
    SetTopK(usize),
    ActivateSide(usize),
    /// Changes the usage of the active model.
    UseModel(Box<Usage>),
    /// The activation between the linear layers of a head that was rebuilt from its tensors.
    SetHeadActivation(HeadActivation),
    /// Whether the averaged weights of the file are used in place of the trained ones.
    UseAverages(bool),
    /// Holds a further input of the active model at a value; `None` leaves it as in the file.
    HoldInput(usize, Option<InputValue>),
    /// Asks the user for the file that a further input is held at.
    ChooseInputFile(usize),
    /// Explains a further input in place of the present picture.
    TakeAsPicture(usize),

    Pin(RowId),
    Unpin(u64),
    /// Moves a pin to a position among the pins.
    MovePin(u64, usize),
    MakeLive(u64),

    SetPane(Pane),
    SetList(List),
    LookAtChannel(Option<usize>),
    TickChannel(usize),
    WholeMap,
    /// What channels are sorted by, and whether the order is the other way round.
    SortChannels(ChannelSort, bool),

    SetOptions(ViewOptions),
    /// Zoom, pan and pointer of all panels.
    SetView(View),
    /// Shows one panel alone, or all of them again.
    Enlarge(Option<Large>),
    SetTheme(ThemePreference),
    DismissNotice(u64),
}

impl Command {
    /// A click on a layer: chooses it, or with Ctrl adds it to the fused ones.
    pub fn click_layer(path: &str, with_ctrl: bool) -> Command {
        let path = path.to_owned();
        if with_ctrl {
            Command::ToggleLayer(path)
        } else {
            Command::ChooseLayer(path)
        }
    }
}

impl From<Action> for Command {
    fn from(action: Action) -> Command {
        Command::Do(action)
    }
}
