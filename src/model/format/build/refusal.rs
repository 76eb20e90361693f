//! Why a node of a file could not be read, whatever the format.

use crate::model::error::Fault;

#[derive(Debug)]
pub enum Refusal {
    /// We have no such operation, or not with this argument: collected and told all at once.
    Unsupported(Option<String>),
    /// The file is wrong: told at once.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Fault(fault)
    }
}

pub type Answer<T> = std::result::Result<T, Refusal>;

/// An operation with this argument is beyond us.
pub fn beyond<T>(reason: impl Into<String>) -> Answer<T> {
    Err(Refusal::Unsupported(Some(reason.into())))
}
