//! Weights in files beside the model.
//!
//! The model names the file. That it is in the model's folder, is a regular file and is long enough is
//! checked before anything is read or memory is allocated.

use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use super::missing;
use crate::model::error::Result;
use crate::model::format::build::storage::wrong;
use crate::model::format::onnx::message::proto::Entry;

/// The folder of the model, and the files in it that have been opened.
pub struct Folder {
    path: PathBuf,
    /// The folder of the file that `path` links to: a cache of downloads may have links to both the
    /// model and its weights.
    own: Option<PathBuf>,
    model: Option<PathBuf>,
    /// Open files with their lengths, by canonical path, so that each is opened once.
    files: HashMap<PathBuf, (File, u64)>,
    /// The canonical path of each location that a weight names.
    named: HashMap<String, PathBuf>,
    /// How many bytes the file at each location has at least.
    needed: HashMap<String, u64>,
}

impl Folder {
    /// The folder of the model at `path`, whose files have `needed` bytes each.
    pub fn of(path: &Path, needed: HashMap<String, u64>) -> Folder {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let model = path.canonicalize().ok();
        Folder {
            path: folder.unwrap_or(Path::new(".")).to_owned(),
            own: model
                .as_ref()
                .and_then(|file| Some(file.parent()?.to_owned())),
            model,
            files: HashMap::new(),
            named: HashMap::new(),
            needed,
        }
    }

    /// The file of a weight, positioned at the first of its `expected` bytes.
    pub fn at(&mut self, weight: &str, says: &[Entry], expected: u64) -> Result<&mut File> {
        let of = |key: &str| says.iter().find(|entry| entry.key == key);
        let number = |key: &str| -> Result<Option<u64>> {
            let parsed = of(key).map(|entry| entry.value.trim().parse::<u64>());
            parsed
                .transpose()
                .map_err(|_| wrong(weight, format!("has a {key} that is not a number")))
        };
        let location = of("location").map(|entry| entry.value.as_str());
        let location =
            location.ok_or_else(|| wrong(weight, "is in another file, which is not named"))?;
        let offset = number("offset")?.unwrap_or(0);
        let length = number("length")?.unwrap_or(expected);
        if length != expected {
            return Err(wrong(
                weight,
                format!(
                    "has the wrong length: its shape needs {expected} bytes, and {location} is said to have {length}"
                ),
            ));
        }
        let (file, there) = self.open(weight, location)?;
        let ends = offset.checked_add(length);
        if ends.is_none_or(|ends| ends > *there) {
            return Err(wrong(
                weight,
                format!(
                    "should be {length} bytes at {offset} in {location}, but that file has {there} bytes"
                ),
            ));
        }
        file.seek(SeekFrom::Start(offset))
            .map_err(|error| wrong(weight, format!("cannot be read from {location} ({error})")))?;
        Ok(file)
    }

    /// Length in bytes of all opened files other than the model.
    pub fn length(&self) -> u64 {
        let others = self.files.iter();
        let others = others.filter(|(path, _)| Some(*path) != self.model.as_ref());
        let lengths = others.map(|(_, (_, length))| length);
        lengths.fold(0, |sum, length| length.saturating_add(sum))
    }

    fn open(&mut self, weight: &str, location: &str) -> Result<&mut (File, u64)> {
        if !self.named.contains_key(location) {
            let (path, opened) = self.find(weight, location)?;
            self.named.insert(location.to_owned(), path.clone());
            self.files.entry(path).or_insert(opened);
        }
        let path = self.named.get(location);
        let opened = path.and_then(|path| self.files.get_mut(path));
        opened.ok_or_else(|| wrong(weight, format!("should be in {location}")))
    }

    fn find(&self, weight: &str, location: &str) -> Result<(PathBuf, (File, u64))> {
        let leaves = || {
            wrong(
                weight,
                format!(
                    "is said to be in {location}, outside the model's folder, so it is not opened"
                ),
            )
        };
        let inside = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
        // Drives are recognised as such on Windows alone, and no honest name has a backslash.
        if !Path::new(location).components().all(inside) || location.contains(['\\', ':', '\0']) {
            return Err(leaves());
        }
        let missing = |error: std::io::Error| {
            let why = if error.kind() == ErrorKind::NotFound {
                let needed = self.needed.get(location).copied().unwrap_or(0);
                let beside = missing::beside(&self.path, self.model.as_deref(), location, needed);
                format!(
                    "should be in {location} beside the model, and there is no such file. {beside}"
                )
            } else {
                format!("should be in {location} beside the model, which cannot be read ({error})")
            };
            wrong(weight, why)
        };
        let folder = self.path.canonicalize().map_err(missing)?;
        // Links are resolved first: they may lead anywhere.
        let path = folder.join(location).canonicalize();
        let beside_link_only = |_| match &self.own {
            Some(own) => own.join(location).canonicalize(),
            None => folder.join(location).canonicalize(),
        };
        let path = path.or_else(beside_link_only).map_err(missing)?;
        let own = self.own.as_ref().filter(|own| path.starts_with(own));
        if !path.starts_with(&folder) && own.is_none() {
            return Err(wrong(
                weight,
                format!(
                    "should be in {location}, which is a link to a file outside the model's folder; \
                     put the file itself there"
                ),
            ));
        }
        let about = std::fs::metadata(&path).map_err(missing)?;
        if !about.is_file() {
            return Err(wrong(
                weight,
                format!("should be in {location}, which is a folder or a device"),
            ));
        }
        let file = File::open(&path).map_err(missing)?;
        Ok((path, (file, about.len())))
    }
}
