//! The rows of panels that the window shows.

use super::subject::Subject;

/// How many views can be pinned.
pub const MAX_PINS: usize = 6;

/// Identifies a row from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowId {
    /// What is chosen of a model, by the index of its side.
    Side(usize),
    /// The class it is compared with.
    Rival(usize),
    /// The difference of the two classes.
    Versus(usize),
    Pin(u64),
}

impl RowId {
    /// The side it belongs to; `None` for a pin.
    pub fn side(self) -> Option<usize> {
        match self {
            RowId::Side(side) | RowId::Rival(side) | RowId::Versus(side) => Some(side),
            RowId::Pin(_) => None,
        }
    }
}

/// A row with its question.
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

/// A view that stays while the live rows change.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    pub id: u64,
    pub subject: Subject,
}
