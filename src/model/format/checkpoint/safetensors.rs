//! What safetensors writes: the length of a header, the header in JSON, and the bytes of the tensors.
//!
//! The header is read here rather than by the `safetensors` crate, because the crate's (0.8) only checks
//! of a header take the whole file as one slice in memory, and because it does not parse a header that
//! has a dtype unknown to it, so that the tensor could not be named.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};

use serde::Deserialize;
use serde_json::Value;

use super::unwrap;
use crate::model::error::{Fault, Result, short};
use crate::model::format::file::start::FileStart;
use crate::model::format::torch_save::StateDict;
use crate::model::format::torch_save::pickle::{Dtype, Stored};
use crate::model::format::torch_save::source::{Part, Source};

/// Longest header that is read, in bytes: a hundred times one of ten thousand tensors.
const MAX_HEADER: u64 = 64 << 20;
/// The one key that is not a tensor.
const METADATA: &str = "__metadata__";

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<i64>,
    /// The first byte and the end, counted from the end of the header.
    data_offsets: [u64; 2],
}

/// The tensors of a file under the names that they have in the network.
pub fn read(start: FileStart) -> Result<StateDict> {
    unwrap::named_as_in_the_network(tensors(start)?)
}

/// Reads the header of a file that [`is_safetensors`](crate::model::format::file::sniff) has
/// recognised, which means that the header is within the file.
pub fn tensors(start: FileStart) -> Result<StateDict> {
    let mut file = BufReader::new(start.file);
    let mut size = [0; 8];
    file.read_exact(&mut size).map_err(damaged)?;
    let size = u64::from_le_bytes(size);
    if size > MAX_HEADER {
        return Err(damaged(format!("it claims to have {size} bytes")));
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
            .map_err(|error| damaged(format!("{name} is not a tensor ({error})")))?;
        let Entry {
            dtype,
            shape,
            data_offsets: [start, end],
        } = entry;
        if start > end || end > there {
            return Err(damaged(format!(
                "{name} extends from {start} to {end}, and the file has {there} bytes after the header"
            )));
        }
        if let Some(each) = bytes_each(&dtype) {
            let count = shape.iter().try_fold(1u64, |count, size| {
                count.checked_mul(u64::try_from(*size).ok()?)
            });
            let due = count.and_then(|count| count.checked_mul(each));
            if due != Some(end - start) {
                let due = due.map_or("more than any file has".to_owned(), |due| {
                    format!("{due} bytes")
                });
                return Err(damaged(format!(
                    "{} has the shape {shape:?}, which takes {due}, and has {} bytes",
                    short(&name),
                    end - start
                )));
            }
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
            "the tensors take {furthest} bytes, and the file has {there} after the header"
        )));
    }
    Ok(StateDict {
        tensors,
        unreadable: Vec::new(),
        source: Source::File { file, storages },
    })
}

fn damaged(reason: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the safetensors header: {reason}"))
}

/// How many bytes a value of this dtype takes, where it takes whole ones.
fn bytes_each(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "BOOL" | "U8" | "I8" => 1,
        "I16" | "U16" | "F16" | "BF16" => 2,
        "I32" | "U32" | "F32" => 4,
        "I64" | "U64" | "F64" => 8,
        _ => return None,
    })
}

/// A dtype by its name in this format.
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
