//! The entries of an archive that `torch.jit.save` has written: code, pickles, and what was put beside them.

use std::path::Path;

use super::code::value::Number;
use super::objects::{Objects, Small};
use crate::model::error::{Fault, Result};
use crate::model::format::file::archive::Archive;
use crate::model::format::torch_save::pickle::{MAX_LENGTH, Node, Pickle, Stored};
use crate::model::format::torch_save::zip::{self, PICKLE};
use crate::model::usage::labels::OwnNames;
use crate::model::usage::preprocess::Preprocess;

/// The folder of the code, whose entries are compressed.
const CODE: &str = "code/";
const CONSTANTS: &str = "constants.pkl";
/// The inputs that a model was traced with, which newer files keep.
const SAMPLES: &str = "traced_inputs.pkl";
/// How long all code may be, in bytes: sixteen times that of a network of 5000 operations.
const MAX_CODE: u64 = 16 << 20;
/// Longest file that was put beside the model, in bytes.
const MAX_EXTRA: u64 = 4 << 20;
/// Longest storage of a constant whose number is read at once, in bytes.
const MAX_NUMBER: u64 = 64;

/// The folder that everything is in; `None` if `torch.jit.save` did not write the archive.
pub fn root(archive: &Archive) -> Option<String> {
    let root = zip::pickled(archive)?;
    let is_script = zip::has(archive, root, CODE) && zip::has(archive, root, CONSTANTS);
    is_script.then(|| root.to_owned())
}

/// Checks the entries below the [`root`].
///
/// # Errors
/// As [`Archive::enter`].
pub fn enter(archive: &mut Archive, root: String) -> Result<()> {
    archive.enter_packed(root, CODE)
}

/// The texts of all code, by their entries.
///
/// # Errors
/// [`Fault::Oversized`] where it is too long.
pub fn code(archive: &mut Archive) -> Result<Vec<(String, String)>> {
    let root = archive.root().to_owned();
    let below = archive.names().filter_map(|name| name.strip_prefix(&root));
    let is_code = |name: &&str| {
        name.starts_with(CODE) && Path::new(name).extension().is_some_and(|end| end == "py")
    };
    let files: Vec<String> = below.filter(is_code).map(str::to_owned).collect();
    let mut left = MAX_CODE;
    let mut texts = Vec::new();
    for entry in files {
        let bytes = archive.bytes(&entry, left)?.unwrap_or_default();
        left -= bytes.len() as u64;
        let text = String::from_utf8(bytes)
            .map_err(|_| Fault::Damaged(format!("{entry} is not UTF-8 text")))?;
        texts.push((entry, text));
    }
    Ok(texts)
}

/// The modules of the network and the constants of the code.
pub fn objects(archive: &mut Archive) -> Result<Objects> {
    archive.check_byte_order()?;
    let missing = |entry: &str| Fault::Missing {
        entry: entry.to_owned(),
    };
    let data = pickle(archive, PICKLE)?.ok_or_else(|| missing(PICKLE))?;
    let constants = pickle(archive, CONSTANTS)?.ok_or_else(|| missing(CONSTANTS))?;
    let mut small = Small::default();
    for (index, item) in constants.items().enumerate() {
        let Node::Tensor(stored) = constants.at(item) else {
            continue;
        };
        if stored.sizes.is_empty() {
            small
                .numbers
                .extend(number(archive, stored)?.map(|number| (index, number)));
        } else if stored.sizes.len() == 1 {
            small
                .integers
                .extend(integers(archive, stored)?.map(|integers| (index, integers)));
        }
    }
    Ok(Objects::new(data, constants, small))
}

fn pickle(archive: &mut Archive, entry: &str) -> Result<Option<Pickle>> {
    let bytes = archive.bytes(entry, MAX_LENGTH)?;
    let read = bytes.map(|bytes| Pickle::read(&mut bytes.as_slice()));
    read.transpose()
}

/// The number in a tensor without axes.
fn number(archive: &mut Archive, stored: &Stored) -> Result<Option<Number>> {
    use tch::Kind;
    let (Some(kind), 0) = (stored.dtype.kind(), stored.offset) else {
        return Ok(None);
    };
    let entry = format!("constants/{}", stored.storage);
    if archive
        .length(&entry)?
        .is_none_or(|length| length > MAX_NUMBER)
    {
        return Ok(None);
    }
    let bytes = archive.bytes(&entry, MAX_NUMBER)?.unwrap_or_default();
    let number = match kind {
        Kind::Bool => bytes.first().map(|byte| Number::Bool(*byte != 0)),
        Kind::Uint8 => bytes.first().map(|byte| Number::Int(i64::from(*byte))),
        Kind::Int64 => bytes
            .first_chunk()
            .map(|bytes| Number::Int(i64::from_le_bytes(*bytes))),
        Kind::Int => {
            let bytes = bytes.first_chunk();
            bytes.map(|bytes| Number::Int(i64::from(i32::from_le_bytes(*bytes))))
        }
        Kind::Float => {
            let bytes = bytes.first_chunk();
            bytes.map(|bytes| Number::Float(f64::from(f32::from_le_bytes(*bytes))))
        }
        Kind::Double => {
            let bytes = bytes.first_chunk();
            bytes.map(|bytes| Number::Float(f64::from_le_bytes(*bytes)))
        }
        Kind::Int8 => bytes
            .first()
            .map(|byte| Number::Int(i64::from(byte.cast_signed()))),
        Kind::Int16 => {
            let bytes = bytes.first_chunk();
            bytes.map(|bytes| Number::Int(i64::from(i16::from_le_bytes(*bytes))))
        }
        // Others are left to libtorch: no condition may depend on them.
        _ => None,
    };
    Ok(number)
}

/// The integers in a tensor of a few along one axis, one after the other.
fn integers(archive: &mut Archive, stored: &Stored) -> Result<Option<Vec<i64>>> {
    let entry = format!("constants/{}", stored.storage);
    let bytes = stored.sizes.iter().map(|size| size.saturating_mul(8));
    let bytes: Option<u64> = bytes.sum::<i64>().try_into().ok();
    if stored.dtype.kind() != Some(tch::Kind::Int64)
        || (stored.offset, stored.strides.as_slice()) != (0, &[1])
        || bytes.is_none_or(|bytes| bytes > MAX_NUMBER)
        || archive.length(&entry)? != bytes
    {
        return Ok(None);
    }
    let bytes = archive.bytes(&entry, MAX_NUMBER)?.unwrap_or_default();
    let (integers, _) = bytes.as_chunks();
    Ok(Some(
        integers.iter().copied().map(i64::from_le_bytes).collect(),
    ))
}

/// The tensors that the model was traced with, `None` for other arguments; empty where the file has none.
///
/// They are a convenience, so that damaged ones are ignored.
pub fn samples(archive: &mut Archive) -> Vec<Option<Stored>> {
    let Ok(Some(pickle)) = pickle(archive, SAMPLES) else {
        return Vec::new();
    };
    let forward = pickle
        .entries()
        .find(|(key, _)| pickle.text(*key) == Some("forward"));
    let Some((_, given)) = forward else {
        return Vec::new();
    };
    let (Node::List(items) | Node::Tuple(items)) = pickle.at(given) else {
        return Vec::new();
    };
    let stored = items.iter().map(|item| match pickle.at(*item) {
        Node::Tensor(stored) => Some((**stored).clone()),
        _ => None,
    });
    stored.collect()
}

/// What was put beside the model (`_extra_files`).
#[derive(Default)]
pub struct Extras {
    pub names: OwnNames,
    pub preprocess: Option<String>,
    /// The entries of ultralytics' `config.txt`, as ONNX has them.
    pub metadata: Vec<(String, String)>,
    /// Width and height that one of them states.
    pub size: Option<(u32, u32)>,
}

/// Reads what was put beside the model.
///
/// # Errors
/// [`Fault::Oversized`] where it is too long.
pub fn extras(archive: &mut Archive) -> Result<Extras> {
    let mut text = |name: &str| -> Result<Option<String>> {
        let bytes = archive.bytes(&format!("extra/{name}"), MAX_EXTRA)?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    };
    let preprocess = text("preprocess.json")?;
    let mut extras = Extras {
        names: OwnNames::of_text(text("labels.txt")?),
        size: preprocess.as_deref().and_then(Preprocess::stated_size),
        preprocess,
        metadata: Vec::new(),
    };
    let config = text("config.txt")?;
    let config = config.and_then(|text| serde_json::from_str(&text).ok());
    if let Some(serde_json::Value::Object(config)) = config {
        extras
            .names
            .lists
            .extend(config.get("names").and_then(names));
        let size = config.get("imgsz");
        let size = size.and_then(|size| serde_json::from_value(size.clone()).ok());
        // Height and width.
        extras.size = extras
            .size
            .or(size.map(|(height, width): (u32, u32)| (width, height)));
        let pair = |(key, value): (String, serde_json::Value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key, text)
        };
        let pairs = config.into_iter().map(pair);
        extras.metadata = pairs.filter(|(_, value)| value.len() <= 4096).collect();
    }
    extras.size = extras
        .size
        .filter(|(width, height)| *width > 0 && *height > 0);
    Ok(extras)
}

/// A list of names, or a dict of them by their numbers.
fn names(value: &serde_json::Value) -> Option<Vec<String>> {
    if let Some(list) = value.as_array() {
        return list
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect();
    }
    let by_number = value.as_object()?;
    let name = |number: usize| {
        by_number
            .get(&number.to_string())?
            .as_str()
            .map(str::to_owned)
    };
    (0..by_number.len()).map(name).collect()
}
