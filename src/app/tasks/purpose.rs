//! What a path is for. File pickers and the path prompt return a path with its purpose, and one place
//! acts on it (`commands/execute/paths.rs`).

use crate::app::state::rows::RowId;
use crate::app::state::rows::lines::Cell;

/// What happens with the path that the user chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    OpenImage,
    OpenFolder,
    OpenModel,
    OpenSecondModel,
    OpenSession,
    /// The second picture for a similarity.
    CompareWith,
    /// What a further input of the active model is held at, by its index.
    HoldInput(usize),
    /// An image of the open session that was missing.
    LocateImage,
    /// A model of the open session that was missing.
    LocateModel,
    Save(SaveTarget),
}

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveTarget {
    Session,
    Figure(FigureKind),
    /// The raw arrays of the live view.
    Arrays,
}

/// What an export contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// All rows with their captions, as on screen.
    Composite,
    /// One picture of a row, without captions.
    Cell(RowId, Cell),
    /// The maps of all layers of the active view.
    Strip,
}

impl Purpose {
    /// The title of the path prompt.
    pub fn title(self) -> &'static str {
        match self {
            Purpose::OpenImage | Purpose::LocateImage => "Open image",
            Purpose::HoldInput(_) => "Array or picture for this input",
            Purpose::CompareWith => "Picture to compare with",
            Purpose::OpenFolder => "Open folder",
            Purpose::OpenModel | Purpose::LocateModel => "Open model",
            Purpose::OpenSecondModel => "Open a second model",
            Purpose::OpenSession => "Open session",
            Purpose::Save(SaveTarget::Session) => "Save session",
            Purpose::Save(SaveTarget::Figure(FigureKind::Composite)) => "Export the figure",
            Purpose::Save(SaveTarget::Figure(FigureKind::Cell(..))) => "Export this panel",
            Purpose::Save(SaveTarget::Figure(FigureKind::Strip)) => "Export the maps of all layers",
            Purpose::Save(SaveTarget::Arrays) => "Export the arrays",
        }
    }
}

impl SaveTarget {
    /// The title of the notice if saving failed.
    pub fn failure(self) -> &'static str {
        match self {
            SaveTarget::Session => "The session could not be saved",
            SaveTarget::Figure(_) | SaveTarget::Arrays => "The export could not be written",
        }
    }

    /// What the status bar says before the path if saving succeeded.
    pub fn success(self) -> &'static str {
        match self {
            SaveTarget::Session => "Saved",
            SaveTarget::Figure(_) | SaveTarget::Arrays => "Exported",
        }
    }

    /// The start of the message if saving failed before anything was written.
    pub fn not_prepared(self) -> &'static str {
        match self {
            SaveTarget::Session => "The session could not be prepared:",
            SaveTarget::Figure(_) => "The figure could not be drawn:",
            SaveTarget::Arrays => "The arrays could not be written:",
        }
    }

    /// What was copied.
    pub fn copied(self) -> &'static str {
        match self {
            SaveTarget::Figure(FigureKind::Cell(..)) => "Copied the panel",
            SaveTarget::Figure(FigureKind::Composite | FigureKind::Strip)
            | SaveTarget::Session
            | SaveTarget::Arrays => "Copied the composite",
        }
    }

    pub fn thread_name(self) -> &'static str {
        match self {
            SaveTarget::Session => "session",
            SaveTarget::Figure(_) | SaveTarget::Arrays => "export",
        }
    }
}
