//! The start of a file, by which its reader is chosen.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::sniff;
use crate::model::error::{Fault, Result};

/// An opened file that is not empty.
pub struct FileStart {
    /// Positioned at its first byte.
    pub file: File,
    /// Length of the file in bytes.
    pub length: u64,
    /// Its first [`sniff::HEAD`] bytes.
    pub bytes: Vec<u8>,
}

impl FileStart {
    /// # Errors
    /// [`Fault::Unreadable`], [`Fault::Empty`].
    pub fn of(path: &Path) -> Result<FileStart> {
        // Checked before it is opened: opening a named pipe would wait for its writer.
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if !about.is_file() {
            return Err(Fault::Unreadable("it is a folder or a device".into()));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        if about.len() == 0 {
            return Err(Fault::Empty);
        }
        let mut bytes = Vec::with_capacity(sniff::HEAD);
        file.by_ref()
            .take(sniff::HEAD as u64)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        Ok(FileStart {
            file,
            length: about.len(),
            bytes,
        })
    }

    /// Whether it may be a zip archive, even a truncated one.
    pub fn is_zip(&self) -> bool {
        b"PK".starts_with(self.bytes.get(..2).unwrap_or(&self.bytes))
    }
}

pub fn unreadable(error: std::io::Error) -> Fault {
    Fault::Unreadable(match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    })
}
