//! The built-in architectures: graphs without weights. A checkpoint is opened by finding the one that
//! its weights fit.
//!
//! They are data, `models/architectures.zip`, which `models/architectures.py` writes: an index with the
//! tensors of each network and their shapes, and the graph of each as an exported program.

mod recognise;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zip::ZipArchive;

pub use self::recognise::{Recognised, Shapes};
use crate::model::error::{Fault, Result};

const BUILT_IN: &[u8] = include_bytes!("../../../../../models/architectures.zip");
/// Longest entry that is read, in bytes.
const MAX_ENTRY: u64 = 64 << 20;

/// A network whose graph is built in.
#[derive(Debug, Clone, Deserialize)]
pub struct Architecture {
    /// Its name in torchvision: `resnet50`.
    pub name: String,
    /// How it differs from another one with the same tensors, if there is one.
    #[serde(default)]
    pub hint: String,
    /// The tensors of its state dict and their shapes, without counters of batches.
    pub tensors: BTreeMap<String, Vec<i64>>,
    /// The tensors whose first axis is the number of classes, whatever the shape says.
    pub head: Vec<String>,
    /// The tensors that are not floats.
    #[serde(default)]
    pub integers: Vec<String>,
    /// Its preprocessing, in timm's keys.
    pub preprocess: serde_json::Value,
}

#[derive(Deserialize)]
struct Index {
    /// Prefixes of the names of tensors that are only used in training.
    auxiliary: Vec<String>,
    architectures: Vec<Architecture>,
}

/// A collection of architectures.
pub struct Library {
    zip: ZipArchive<Cursor<&'static [u8]>>,
    index: Index,
}

impl Library {
    /// The architectures that come with the program.
    pub fn built_in() -> Result<Library> {
        Library::of(BUILT_IN)
    }

    /// # Errors
    /// [`Fault::Entry`] where the bytes are not what the script writes.
    pub fn of(bytes: &'static [u8]) -> Result<Library> {
        let zip = ZipArchive::new(Cursor::new(bytes));
        let mut zip = zip.map_err(|error| wrong("the library of architectures", error))?;
        let index = parse(&text(&mut zip, "index.json")?, "index.json")?;
        Ok(Library { zip, index })
    }

    pub fn architectures(&self) -> &[Architecture] {
        &self.index.architectures
    }

    /// The graph of the architecture at `index`, as the JSON of an exported program.
    pub fn graph(&mut self, index: usize) -> Result<String> {
        let name = self.index.architectures.get(index).map(|known| &known.name);
        let entry = format!("{}.json", name.map(String::as_str).unwrap_or_default());
        text(&mut self.zip, &entry)
    }
}

fn text(zip: &mut ZipArchive<Cursor<&'static [u8]>>, entry: &str) -> Result<String> {
    let found = zip.by_name(entry).map_err(|error| wrong(entry, error))?;
    let mut text = String::new();
    let read = found.take(MAX_ENTRY).read_to_string(&mut text);
    read.map_err(|error| wrong(entry, error))?;
    Ok(text)
}

fn parse<T: DeserializeOwned>(text: &str, entry: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| wrong(entry, error))
}

fn wrong(entry: &str, reason: impl std::fmt::Display) -> Fault {
    Fault::Entry {
        entry: entry.to_owned(),
        reason: reason.to_string(),
    }
}
