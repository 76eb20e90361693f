//! The built-in architectures: graphs without weights. A checkpoint is opened by finding the one that
//! its weights fit.
//!
//! They are data, `models/architectures.zip`, which `models/architectures` writes: an index of graphs and of the
//! networks that have them, and for each graph a [`template`] that holds for networks of several sizes. The stages
//! follow one another: [`naming`] (what the tensors are called in the file), [`fits`] (whether they are those of a
//! graph), [`head`] (what stands in the place of the last layer), [`recognise`] (which graph it is), [`sides`]
//! (for images of which size), [`lengths`] and [`expand`] (the graph of this size), [`graft`] (with another head).

mod averages;
mod candidates;
mod choice;
mod config;
mod expand;
mod fits;
mod graft;
mod head;
mod lengths;
pub mod naming;
mod order;
pub mod recognise;
mod sides;
mod template;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{Cursor, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zip::ZipArchive;

pub use self::config::GIVEN;
use self::expand::Expanded;
pub use self::fits::RGB;
pub use self::recognise::{Head, Hints, Recognised};
pub use self::sides::Sides;
pub use self::template::Constant;
use self::template::{Repeat, Template};
use crate::model::error::{Candidate, Fault, Result};

const BUILT_IN: &[u8] = include_bytes!("../../../../../models/architectures.zip");
/// Longest entry that is read, in bytes.
const MAX_ENTRY: u64 = 64 << 20;

/// The shape of each tensor, by its name.
pub type Shapes = HashMap<String, Vec<i64>>;

/// A network whose graph is built in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Network {
    /// Its name in its library: `resnet50`.
    pub name: String,
    /// `torchvision`, `timm`, `transformers`
    pub library: String,
    /// The name of its graph.
    graph: String,
    /// The hash of its tensors without those of the head; families of all sizes have none.
    #[serde(default)]
    tensors: Option<String>,
    /// The same without all that another head may replace.
    #[serde(default)]
    trunk: Option<String>,
    /// How many units each run of blocks has.
    #[serde(default)]
    units: Vec<usize>,
    /// How it differs from another one with the same tensors, if there is one.
    #[serde(default)]
    hint: String,
    /// Whether weights are those of another one with the same tensors, if nothing says otherwise.
    #[serde(default)]
    unusual: bool,
    /// Its preprocessings in timm's keys, each with a name; the usual one first.
    pub preprocess: Vec<(String, Value)>,
}

impl Network {
    /// Whether `name` is its name: `resnet50`, `timm/resnet50`, or a tag of it, `resnet50.a1_in1k`.
    fn is_called(&self, name: &str) -> bool {
        let name = name.strip_prefix("hf_hub:").unwrap_or(name);
        let name = match name.split_once('/') {
            Some((library, name)) if library == self.library => name,
            Some(_) => return false,
            None => name,
        };
        let bare = name.split('.').next().unwrap_or(name);
        name == self.name || bare == self.name
    }

    /// Whether it is of no size in particular.
    pub fn is_family(&self) -> bool {
        self.tensors.is_none()
    }

    fn candidate(&self) -> Candidate {
        Candidate {
            name: self.name.clone(),
            hint: self.hint.clone(),
        }
    }
}

/// A graph in the index.
#[derive(Deserialize)]
struct GraphEntry {
    id: String,
    /// The hashes of the names of its trunk's tensors, with `#` for every number.
    prints: Vec<u32>,
    /// The same where the modules at the top are called by their place.
    numbered: Vec<u32>,
    /// What the names of all of its trunk's tensors begin with: `vit.`
    #[serde(default)]
    base: Option<String>,
}

#[derive(Deserialize)]
struct Index {
    /// Prefixes of the names of tensors that are only used in training.
    auxiliary: Vec<String>,
    /// Endings of the names of tensors that older versions of a library have saved, and no answer needs.
    #[serde(default)]
    foreign: Vec<String>,
    graphs: Vec<GraphEntry>,
    networks: Vec<Network>,
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

    /// All networks that are known.
    #[cfg(test)]
    pub fn networks(&self) -> &[Network] {
        &self.index.networks
    }

    fn template(&mut self, graph: usize) -> Result<Template> {
        let id = self.index.graphs.get(graph).map(|graph| &graph.id);
        let entry = format!("{}.json", id.map(String::as_str).unwrap_or_default());
        parse(&text(&mut self.zip, &entry)?, &entry)
    }
}

impl Recognised {
    /// The exported program of this network, and what was assumed for it, in a few words each.
    ///
    /// # Errors
    /// In words, where the tensors do not tell all that the graph needs.
    pub fn program(&self, hints: &Hints) -> std::result::Result<(Value, Vec<String>), String> {
        let mut lengths = self.lengths(hints)?;
        let mut expanded = Expanded::new(&self.template, &self.compared.units, &lengths)?;
        match &self.head {
            Head::Own(_) => {}
            Head::Rebuilt(cut, head) => graft::graft(&mut expanded, cut, Some(head)),
            Head::None(cut) => graft::graft(&mut expanded, cut, None),
        }
        let assumed = std::mem::take(&mut lengths.assumed);
        Ok((expanded.program(&self.template), assumed))
    }

    /// What a tensor of the graph holds that no file of weights has.
    pub fn constant(&self, name: &str) -> Option<&Constant> {
        let constants = &self.template.constants;
        constants
            .get(name)
            .or_else(|| constants.get(&self.first_of(name, |run| &run.module)?))
    }

    pub fn is_integer(&self, name: &str) -> bool {
        let integers = &self.template.integers;
        let first = self.first_of(name, |run| &run.tensors);
        integers
            .iter()
            .any(|integer| integer == name || Some(integer) == first.as_ref())
    }

    /// What a tensor in a run of blocks is called in its first unit.
    fn first_of(&self, name: &str, prefix: impl Fn(&Repeat) -> &String) -> Option<String> {
        self.template
            .runs()
            .find_map(|run| run.first_of(name, prefix(run)))
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
