//! Why a node of a file cannot be read, in any format.

use crate::model::error::{Fault, Result, UnsupportedOp};
use crate::model::graph::ModulePath;

#[derive(Debug)]
pub enum Refusal {
    /// The operation, or this argument of it, is not supported.
    Unsupported(Option<String>),
    /// The file is wrong.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Fault(fault)
    }
}

impl Refusal {
    /// Says at which node: `op` is the name of its operation, `node` its own name. What is not
    /// supported is returned, so that a reader can list all such operations together.
    ///
    /// # Errors
    /// The fault, if the file is wrong.
    pub fn at(self, op: String, node: String, module: ModulePath) -> Result<UnsupportedOp> {
        match self {
            Refusal::Fault(fault) => Err(fault),
            Refusal::Unsupported(reason) => Ok(UnsupportedOp {
                op,
                node,
                module,
                reason,
            }),
        }
    }
}

pub type Answer<T> = std::result::Result<T, Refusal>;

/// Refuses an argument that is not supported.
pub fn beyond<T>(reason: impl Into<String>) -> Answer<T> {
    Err(Refusal::Unsupported(Some(reason.into())))
}
