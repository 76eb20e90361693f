//! The start of a file, by which its reader is chosen.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::foreign;
use crate::model::error::Fault;

/// A file that is there and not empty.
pub struct FileStart {
    /// At its first byte.
    pub file: File,
    /// Bytes of the file.
    pub length: u64,
    /// Its first [`foreign::HEAD`] bytes.
    pub bytes: Vec<u8>,
}

impl FileStart {
    /// # Errors
    /// [`Fault::Unreadable`], [`Fault::Empty`].
    pub fn of(path: &Path) -> Result<FileStart, Fault> {
        // Looked at before it is opened: opening a named pipe would wait for its writer.
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if !about.is_file() {
            return Err(Fault::Unreadable("it is a folder or a device".into()));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        if about.len() == 0 {
            return Err(Fault::Empty);
        }
        let mut bytes = Vec::with_capacity(foreign::HEAD);
        file.by_ref()
            .take(foreign::HEAD as u64)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        Ok(FileStart {
            file,
            length: about.len(),
            bytes,
        })
    }

    /// Whether it may be a zip archive, cut short perhaps.
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
