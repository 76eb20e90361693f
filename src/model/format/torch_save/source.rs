//! Where the bytes of a checkpoint's tensors lie, and how they become tensors: storage by storage,
//! piece by piece, so that a large file is in memory once.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use tch::{Device, Kind, Tensor};

use super::pickle::{Dtype, Stored};
use crate::model::error::Fault;
use crate::model::format::build::storage::{Element, PIECE, View, torch, wrong};
use crate::model::format::checkpoint::Result;
use crate::model::format::file::archive::Archive;
use crate::model::format::file::start::unreadable;
use crate::model::opening::Opening;

/// Values that may be put in another order in any file, beside as many as it has bytes.
const COPIED: u64 = 1 << 24;

/// A part of a file that has been checked to lie within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub start: u64,
    /// Bytes.
    pub length: u64,
}

pub enum Source {
    /// An entry `data/KEY` for each storage.
    Archive(Archive),
    File {
        file: BufReader<File>,
        storages: HashMap<String, Part>,
    },
}

impl Source {
    /// Bytes of a storage; `None` where there is none of that key.
    fn length(&self, key: &str) -> Result<Option<u64>> {
        match self {
            Source::Archive(archive) => archive.length(&format!("data/{key}")),
            Source::File { storages, .. } => Ok(storages.get(key).map(|part| part.length)),
        }
    }

    /// Hands out the bytes of a storage in pieces of [`PIECE`].
    fn pieces(&mut self, key: &str, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        match self {
            Source::Archive(archive) => {
                archive.pieces(&format!("data/{key}"), PIECE, each)?;
                Ok(())
            }
            Source::File { file, storages } => {
                let Some(part) = storages.get(key) else {
                    return Ok(());
                };
                file.seek(SeekFrom::Start(part.start)).map_err(unreadable)?;
                let mut left = part.length;
                let mut bytes = Vec::new();
                while left > 0 {
                    bytes.clear();
                    let piece = left.min(PIECE as u64);
                    let read = file.take(piece).read_to_end(&mut bytes);
                    if read.map_err(unreadable)? as u64 != piece {
                        return Err(Fault::Damaged(format!("storage {key} ends early")));
                    }
                    left -= piece;
                    each(&bytes)?;
                }
                Ok(())
            }
        }
    }
}

/// The storages that are read so far, each as one row of values. Storage that several tensors view
/// is read once.
pub struct Rows<'r, 'o> {
    source: Source,
    rows: HashMap<(String, Dtype), Tensor>,
    opening: &'r mut Opening<'o>,
    read: u64,
    /// Bytes that are to be read in all.
    of: u64,
    /// Values that were put in another order, each tensor by itself.
    copied: u64,
}

impl<'r, 'o> Rows<'r, 'o> {
    pub fn of<'s>(
        source: Source,
        wanted: impl Iterator<Item = &'s Stored>,
        opening: &'r mut Opening<'o>,
    ) -> Result<Rows<'r, 'o>> {
        let mut lengths = HashMap::new();
        for stored in wanted {
            let length = source.length(&stored.storage)?.unwrap_or_default();
            lengths.insert(&stored.storage, length);
        }
        Ok(Rows {
            source,
            rows: HashMap::new(),
            opening,
            read: 0,
            copied: 0,
            of: lengths
                .values()
                .fold(0, |sum, length| sum.saturating_add(*length)),
        })
    }

    /// A tensor's values, floating ones as 32-bit floats.
    pub fn tensor(&mut self, name: &str, stored: &Stored) -> Result<Tensor> {
        let view = View::new(
            name,
            stored.sizes.clone(),
            stored.strides.clone(),
            stored.offset,
        )?;
        let kind = stored.dtype.kind();
        let kind = kind.ok_or_else(|| {
            wrong(
                name,
                format!("is of type {}, which is not read", stored.dtype),
            )
        })?;
        let key = (stored.storage.clone(), stored.dtype.clone());
        if !self.rows.contains_key(&key) {
            let row = self.row(name, &view, &stored.storage, kind)?;
            self.rows.insert(key.clone(), row);
        }
        let tensor = view.of_row(name, &self.rows[&key])?;
        if !tensor.is_contiguous() {
            self.copied = self.copied.saturating_add(tensor.numel() as u64);
            if self.copied > COPIED + self.of {
                let reason = "is one of many views of the same memory, which together would take \
                              more than the file accounts for";
                return Err(wrong(name, reason));
            }
        }
        tensor.f_contiguous().map_err(|error| torch(name, error))
    }

    fn row(&mut self, name: &str, view: &View, key: &str, kind: Kind) -> Result<Tensor> {
        let length = self.source.length(key)?;
        let length =
            length.ok_or_else(|| wrong(name, format!("is missing: there is no storage {key}")))?;
        let element = Element::new(kind);
        let bytes = element.bytes as u64;
        // Before memory is set aside for the storage.
        let due = view.reach.saturating_mul(bytes.into());
        if due > length.into() || length % bytes != 0 {
            let sizes = &view.sizes;
            let reason = format!("of shape {sizes:?} needs {due} bytes, and {length} are there");
            return Err(wrong(name, reason));
        }
        let torch = |error| torch(name, error);
        // A few times what the file has at the most: its parts were checked to lie within it.
        let row = Tensor::f_empty([(length / bytes) as i64], (element.held_as(), Device::Cpu));
        let row = row.map_err(torch)?;
        let mut from = 0;
        let Rows {
            source,
            opening,
            read,
            of,
            ..
        } = self;
        source.pieces(key, &mut |piece| {
            if !element.put(piece, &row, from).map_err(torch)? {
                return Err(wrong(
                    name,
                    "holds NaN or infinite values; the model is broken",
                ));
            }
            from += (piece.len() / element.bytes) as i64;
            *read += piece.len() as u64;
            opening.has_read(*read, *of)
        })?;
        Ok(row)
    }
}
