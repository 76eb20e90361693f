//! What safetensors writes: the length of a header, the header in JSON, then the tensors' bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};

use serde::Deserialize;
use serde_json::Value;

use super::{Checkpoint, Result, unwrap};
use crate::model::error::Fault;
use crate::model::format::file::start::FileStart;
use crate::model::format::torch_save::pickle::{Dtype, Stored};
use crate::model::format::torch_save::source::{Part, Source};

/// Longest header read, in bytes: one of ten thousand tensors is a hundredth of it.
const LONGEST: u64 = 64 << 20;
/// The one key that is no tensor.
const METADATA: &str = "__metadata__";

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<i64>,
    /// From the end of the header on: the first byte, and the one behind the last.
    data_offsets: [u64; 2],
}

pub fn read(start: FileStart) -> Result<Checkpoint> {
    let mut file = BufReader::new(start.file);
    let mut size = [0; 8];
    file.read_exact(&mut size).map_err(damaged)?;
    let size = u64::from_le_bytes(size);
    // That it lies within the file is how the format was known.
    if size > LONGEST {
        return Err(damaged(format!("it claims {size} bytes")));
    }
    let mut text = Vec::new();
    let read = file.by_ref().take(size).read_to_end(&mut text);
    read.map_err(damaged)?;
    let mut entries: BTreeMap<String, Value> = serde_json::from_slice(&text).map_err(damaged)?;
    entries.remove(METADATA);
    let data = size + 8;
    let there = start.length.saturating_sub(data);
    let mut storages = HashMap::new();
    let mut tensors = Vec::new();
    let mut furthest = 0;
    for (name, entry) in entries {
        let entry: Entry = serde_json::from_value(entry)
            .map_err(|error| damaged(format!("{name} is no tensor ({error})")))?;
        let Entry {
            dtype,
            shape,
            data_offsets: [start, end],
        } = entry;
        if start > end || end > there {
            return Err(damaged(format!(
                "{name} lies from {start} to {end}, and {there} bytes are there"
            )));
        }
        furthest = furthest.max(end);
        let part = Part {
            start: data + start,
            length: end - start,
        };
        storages.insert(name.clone(), part);
        tensors.push((name.clone(), Stored::whole(name, named(&dtype), shape)));
    }
    if furthest != there {
        return Err(damaged(format!(
            "the tensors take {furthest} bytes, and {there} are there"
        )));
    }
    unwrap::tensors(tensors, Vec::new(), Source::File { file, storages })
}

fn damaged(reason: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the safetensors header: {reason}"))
}

/// A type by the format's name for it.
fn named(dtype: &str) -> Dtype {
    Dtype::named(match dtype {
        "BOOL" => "bool",
        "U8" => "uint8",
        "I8" => "int8",
        "I16" => "int16",
        "I32" => "int32",
        "I64" => "int64",
        "F16" => "float16",
        "BF16" => "bfloat16",
        "F32" => "float32",
        "F64" => "float64",
        other => other,
    })
}
