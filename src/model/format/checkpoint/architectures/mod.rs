//! The networks that come with the program as graphs without weights: a file of weights alone is
//! opened by finding the one that it is of.
//!
//! They are data, `models/architectures.zip`, made by `models/architectures.py`: an index with each
//! network's tensors and their shapes, and its graph as an exported program has it.

mod recognise;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zip::ZipArchive;

pub use self::recognise::{Recognised, Shapes};
use crate::model::error::Fault;

const BUILT_IN: &[u8] = include_bytes!("../../../../../models/architectures.zip");
/// Longest entry, in bytes.
const LONGEST: u64 = 64 << 20;

/// A network whose graph is known.
#[derive(Debug, Clone, Deserialize)]
pub struct Architecture {
    /// As torchvision calls it: `resnet50`.
    pub name: String,
    /// What tells it from another with the same tensors, where there is one.
    #[serde(default)]
    pub hint: String,
    /// The tensors of its state dict with their shapes, but for counters of batches.
    pub tensors: BTreeMap<String, Vec<i64>>,
    /// Those whose first axis is the number of classes, whatever the shape says.
    pub head: Vec<String>,
    /// Those that are no floats.
    #[serde(default)]
    pub integers: Vec<String>,
    /// How a picture is prepared for it, in timm's keys.
    pub preprocess: serde_json::Value,
}

#[derive(Deserialize)]
struct Index {
    /// How the names of tensors begin that serve training alone.
    auxiliary: Vec<String>,
    architectures: Vec<Architecture>,
}

/// All networks that are known.
pub struct Library {
    zip: ZipArchive<Cursor<&'static [u8]>>,
    index: Index,
}

impl Library {
    /// Those that come with the program.
    pub fn built_in() -> Result<Library, Fault> {
        Library::of(BUILT_IN)
    }

    /// # Errors
    /// [`Fault::Entry`] where it is not as the script writes it.
    pub fn of(bytes: &'static [u8]) -> Result<Library, Fault> {
        let zip = ZipArchive::new(Cursor::new(bytes));
        let mut zip = zip.map_err(|error| wrong("the library of architectures", error))?;
        let index = parse(&text(&mut zip, "index.json")?, "index.json")?;
        Ok(Library { zip, index })
    }

    pub fn architectures(&self) -> &[Architecture] {
        &self.index.architectures
    }

    /// The graph of one, as an exported program's JSON.
    pub fn graph(&mut self, index: usize) -> Result<String, Fault> {
        let name = self.index.architectures.get(index).map(|known| &known.name);
        let entry = format!("{}.json", name.map(String::as_str).unwrap_or_default());
        text(&mut self.zip, &entry)
    }
}

fn text(zip: &mut ZipArchive<Cursor<&'static [u8]>>, entry: &str) -> Result<String, Fault> {
    let found = zip.by_name(entry).map_err(|error| wrong(entry, error))?;
    let mut text = String::new();
    let read = found.take(LONGEST).read_to_string(&mut text);
    read.map_err(|error| wrong(entry, error))?;
    Ok(text)
}

fn parse<T: DeserializeOwned>(text: &str, entry: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| wrong(entry, error))
}

fn wrong(entry: &str, reason: impl std::fmt::Display) -> Fault {
    Fault::Entry {
        entry: entry.to_owned(),
        reason: reason.to_string(),
    }
}
