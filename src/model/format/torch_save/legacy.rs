//! What `torch.save` wrote before PyTorch 1.6: five pickles in a row (a magic number, a version, facts
//! about the machine, the object, the keys of the storages), followed by the storages, each preceded
//! by the number of its values.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::pickle::{Dtype, Node, Pickle};
use super::source::{Part, Source};
use crate::model::error::{Fault, Result};
use crate::model::format::file::start::{FileStart, unreadable};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;

/// Reads the object, and finds where each storage is in the file.
pub fn read(start: FileStart) -> Result<(Pickle, Source)> {
    let length = start.length;
    let mut file = BufReader::new(start.file);
    if !matches!(Pickle::read(&mut file)?.node(), Node::Int(MAGIC)) {
        return Err(Fault::NotAModel {
            what: "this is a Python pickle that torch.save did not write".into(),
        });
    }
    let _version = Pickle::read(&mut file)?;
    let machine = Pickle::read(&mut file)?;
    let little = machine
        .entries()
        .find(|(key, _)| machine.text(*key) == Some("little_endian"));
    if let Some((_, value)) = little
        && let Node::Bool(false) = machine.at(value)
    {
        return Err(Fault::Damaged(
            "its byte order is big, and only little is supported".into(),
        ));
    }
    let object = Pickle::read(&mut file)?;
    let keys = Pickle::read(&mut file)?;

    // The keys do not say how long a value is; the storages of the object do.
    let types: HashMap<&str, &Dtype> = object.storages().collect();
    let mut storages = HashMap::new();
    for key in keys.items() {
        let key = keys
            .text(key)
            .ok_or_else(|| damaged("a storage has no name"))?;
        let dtype = types
            .get(key)
            .ok_or_else(|| damaged("a storage belongs to no tensor"))?;
        let size = dtype.bytes().ok_or_else(|| Fault::NotAModel {
            what: format!(
                "this was written by torch.save before PyTorch 1.6 and holds a {dtype}, which is \
                 not supported"
            ),
        })?;
        let mut count = [0; 8];
        let read = file.read_exact(&mut count);
        read.map_err(|_| damaged("the file ends in the middle of the storages"))?;
        let bytes = u64::from_le_bytes(count).checked_mul(size as u64);
        let start = file.stream_position().map_err(unreadable)?;
        let end = bytes
            .and_then(|bytes| start.checked_add(bytes))
            .filter(|end| *end <= length);
        let end = end.ok_or_else(|| damaged("the storages are longer than the file"))?;
        file.seek(SeekFrom::Start(end)).map_err(unreadable)?;
        let part = Part {
            start,
            length: end - start,
        };
        storages.insert(key.to_owned(), part);
    }
    Ok((object, Source::File { file, storages }))
}

fn damaged(reason: &str) -> Fault {
    Fault::Damaged(reason.into())
}
