//! What outlives a choice, a view or the window: undo, sessions, settings and recent files.
//!
//! The code here converts the state to plain data and back. Files are read and written on background
//! threads, always completely or not at all, and fields from newer versions are preserved.

mod folder_choices;
mod last;
pub(crate) mod memory;
mod placement;
pub(crate) mod recent;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod stored;
mod stored_input;
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
