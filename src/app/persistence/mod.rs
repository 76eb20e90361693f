//! What outlives a choice, a view or the window: undo, sessions, settings and recent files.
//!
//! Everything here turns the state into plain data and back. Files are read and written off the
//! window's thread, whole or not at all, and what a newer version wrote is never lost.

pub(crate) mod memory;
pub(crate) mod recent;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod stored;
pub(crate) mod undo;

use memory::Memory;
use session::SessionFile;
use undo::Undo;

#[derive(Default)]
pub struct Persistence {
    pub memory: Memory,
    pub undo: Undo,
    pub session: SessionFile,
}
