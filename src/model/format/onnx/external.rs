//! Weights that lie in files beside the model.
//!
//! A file says where: that it stays inside the model's folder, is a plain file and is long enough is
//! checked before a byte is read or set aside.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use super::Result;
use super::proto::Entry;
use crate::model::format::storage::wrong;

/// The model's folder and what has been opened of it.
pub struct Folder {
    path: PathBuf,
    /// The one that the model's file itself lies in: a cache of downloads may have links to both the
    /// model and its weights.
    own: Option<PathBuf>,
    files: HashMap<String, (File, u64)>,
}

impl Folder {
    /// The one that the model at `path` lies in.
    pub fn of(path: &Path) -> Folder {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        Folder {
            path: folder.unwrap_or(Path::new(".")).to_owned(),
            own: path
                .canonicalize()
                .ok()
                .and_then(|file| Some(file.parent()?.to_owned())),
            files: HashMap::new(),
        }
    }

    /// The file that a weight lies in, at the first of its bytes, of which there are `expected`.
    pub fn at(&mut self, weight: &str, says: &[Entry], expected: u64) -> Result<&mut File> {
        let of = |key: &str| says.iter().find(|entry| entry.key == key);
        let number = |key: &str| -> Result<Option<u64>> {
            let parsed = of(key).map(|entry| entry.value.trim().parse::<u64>());
            parsed
                .transpose()
                .map_err(|_| wrong(weight, format!("has a {key} that is no number")))
        };
        let location = of("location").map(|entry| entry.value.as_str());
        let location =
            location.ok_or_else(|| wrong(weight, "lies in another file, which is not named"))?;
        let offset = number("offset")?.unwrap_or(0);
        let length = number("length")?.unwrap_or(expected);
        if length != expected {
            return Err(wrong(
                weight,
                format!(
                    "has the wrong length: its shape needs {expected} bytes, {length} are said to lie in {location}"
                ),
            ));
        }
        let (file, there) = self.open(weight, location)?;
        let ends = offset.checked_add(length);
        if ends.is_none_or(|ends| ends > *there) {
            return Err(wrong(
                weight,
                format!(
                    "should lie at {offset} in {location}, {length} bytes long; that file has {there}"
                ),
            ));
        }
        file.seek(SeekFrom::Start(offset))
            .map_err(|error| wrong(weight, format!("cannot be read from {location} ({error})")))?;
        Ok(file)
    }

    /// Bytes of all files that have been opened.
    pub fn length(&self) -> u64 {
        let lengths = self.files.values().map(|(_, length)| length);
        lengths.fold(0, |sum, length| length.saturating_add(sum))
    }

    fn open(&mut self, weight: &str, location: &str) -> Result<&mut (File, u64)> {
        if !self.files.contains_key(location) {
            let opened = self.find(weight, location)?;
            self.files.insert(location.to_owned(), opened);
        }
        let opened = self.files.get_mut(location);
        opened.ok_or_else(|| wrong(weight, format!("should lie in {location}")))
    }

    fn find(&self, weight: &str, location: &str) -> Result<(File, u64)> {
        let leaves = || {
            wrong(
                weight,
                format!(
                    "is said to lie in {location}, outside the model's folder; it is not opened"
                ),
            )
        };
        let inside = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
        // A drive is one where the program runs on Windows alone, and no honest name has a backslash.
        if !Path::new(location).components().all(inside) || location.contains(['\\', ':', '\0']) {
            return Err(leaves());
        }
        let missing = |error: std::io::Error| {
            wrong(
                weight,
                format!(
                    "should lie in {location} beside the model, which cannot be read ({error})"
                ),
            )
        };
        let folder = self.path.canonicalize().map_err(missing)?;
        // Links are followed first: one may lead anywhere.
        let path = folder.join(location).canonicalize().map_err(missing)?;
        let own = self.own.as_ref().filter(|own| path.starts_with(own));
        if !path.starts_with(&folder) && own.is_none() {
            return Err(wrong(
                weight,
                format!(
                    "should lie in {location}, which is a link that leads out of the model's folder; \
                     put the file itself there"
                ),
            ));
        }
        let about = std::fs::metadata(&path).map_err(missing)?;
        if !about.is_file() {
            return Err(wrong(
                weight,
                format!("should lie in {location}, which is a folder or a device"),
            ));
        }
        Ok((File::open(&path).map_err(missing)?, about.len()))
    }
}
