//! The file as bytes: its first bytes, by which its reader is chosen, and the zip archive.
//!
//! Nothing here knows a graph; it uses `model::error` alone.

pub(crate) mod archive;
pub(crate) mod folder;
pub(crate) mod sniff;
pub(crate) mod start;
