//! The rows of panels that the window shows.

use lines::Cell;
use subject::Subject;

pub(crate) mod lines;
pub(crate) mod panels;
pub(crate) mod shown;
pub(crate) mod subject;

/// The maximum number of pinned views.
pub const MAX_PINS: usize = 6;

/// Identifies a row from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowId {
    /// The live view of a model, by the index of its side.
    Side(usize),
    /// The class that a side's class is compared with.
    Rival(usize),
    /// The difference of the two classes.
    Versus(usize),
    Pin(u64),
}

impl RowId {
    /// The side that the row belongs to; `None` for a pin.
    pub fn side(self) -> Option<usize> {
        match self {
            RowId::Side(side) | RowId::Rival(side) | RowId::Versus(side) => Some(side),
            RowId::Pin(_) => None,
        }
    }
}

/// A row with its subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: RowId,
    pub subject: Subject,
}

impl Row {
    pub fn new(id: RowId, subject: Subject) -> Row {
        Row { id, subject }
    }
}

/// A view that stays the same while the live rows change.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    pub id: u64,
    pub subject: Subject,
}

/// One panel that fills the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Large {
    pub row: RowId,
    pub cell: Cell,
}
