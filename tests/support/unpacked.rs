//! The packed archives of files that tests open: a zip file, compressed once more as a whole.

use std::io::{Cursor, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use tempfile::TempDir;
use zip::ZipArchive;

/// The files of an archive, in a folder of their own.
pub fn unpacked(archive: impl AsRef<Path>) -> TempDir {
    let packed = std::fs::read(archive).unwrap();
    let mut bytes = Vec::new();
    let mut decoder = GzDecoder::new(packed.as_slice());
    decoder.read_to_end(&mut bytes).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive.extract(&folder).unwrap();
    folder
}
