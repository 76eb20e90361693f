//! Where the bytes of saved tensors are, and how they become tensors: storage by storage in small
//! pieces, so that a large file is in memory once.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use tch::{Device, Kind, Tensor};

use super::pickle::{Dtype, Stored};
use crate::model::error::{Fault, Result};
use crate::model::format::build::progress::Progress;
use crate::model::format::build::storage::{Content, Element, PIECE, View, torch, wrong};
use crate::model::format::file::archive::Archive;
use crate::model::format::file::start::unreadable;
use crate::model::opening::Opening;

/// How many values may be copied because their tensor is not contiguous, beyond the length of the
/// file in bytes.
const COPIED: u64 = 1 << 24;

/// A part of a file, checked to be within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub start: u64,
    /// Bytes.
    pub length: u64,
}

pub enum Source {
    /// An entry `data/KEY` for each storage.
    Archive(Archive),
    /// An entry of the storage's name.
    Entries(Archive),
    File {
        file: BufReader<File>,
        storages: HashMap<String, Part>,
    },
    /// Several files, whose keys are those of [`Source::key_in`].
    Several(Vec<Source>),
}

impl Source {
    /// The key of a storage in one of [`Source::Several`].
    pub fn key_in(part: usize, key: &str) -> String {
        format!("{part}/{key}")
    }

    /// The part of several that a key is in, and its key there.
    fn part_of<'a>(parts: &'a mut [Source], key: &'a str) -> Option<(&'a mut Source, &'a str)> {
        let (part, key) = key.split_once('/')?;
        Some((parts.get_mut(part.parse::<usize>().ok()?)?, key))
    }

    /// The length of a storage in bytes; `None` if there is none with this key.
    fn length(&mut self, key: &str) -> Result<Option<u64>> {
        match self {
            Source::Archive(archive) => archive.length(&format!("data/{key}")),
            Source::Entries(archive) => archive.length(key),
            Source::File { storages, .. } => Ok(storages.get(key).map(|part| part.length)),
            Source::Several(parts) => match Source::part_of(parts, key) {
                Some((part, key)) => part.length(key),
                None => Ok(None),
            },
        }
    }

    /// Calls `each` with the bytes of a storage in pieces of [`PIECE`] bytes.
    fn pieces(&mut self, key: &str, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        match self {
            Source::Archive(archive) => {
                archive.pieces(&format!("data/{key}"), PIECE, each)?;
                Ok(())
            }
            Source::Several(parts) => match Source::part_of(parts, key) {
                Some((part, key)) => part.pieces(key, each),
                None => Ok(()),
            },
            Source::Entries(archive) => {
                archive.pieces(key, PIECE, each)?;
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

/// The storages that have been read, each as a tensor of one axis with the worst that it holds. A
/// storage that several tensors view is read once.
#[expect(clippy::struct_field_names, reason = "the rows themselves")]
pub struct Rows<'r, 'o> {
    source: Source,
    rows: HashMap<(String, Dtype), (Tensor, Content)>,
    progress: Progress<'r, 'o>,
    /// Bytes of all storages that are wanted.
    total: u64,
    /// Values that were copied because their tensor is not contiguous.
    copied: u64,
}

impl<'r, 'o> Rows<'r, 'o> {
    /// Storages are read when one of the `wanted` tensors is asked for.
    pub fn new<'s>(
        mut source: Source,
        wanted: impl Iterator<Item = &'s Stored>,
        opening: &'r mut Opening<'o>,
    ) -> Result<Rows<'r, 'o>> {
        let mut lengths = HashMap::new();
        for stored in wanted {
            let length = source.length(&stored.storage)?.unwrap_or_default();
            lengths.insert(&stored.storage, length);
        }
        let total = lengths
            .values()
            .fold(0u64, |sum, length| sum.saturating_add(*length));
        Ok(Rows {
            source,
            rows: HashMap::new(),
            progress: Progress::new(opening, total),
            total,
            copied: 0,
        })
    }

    /// Reads a tensor, floats of any width as float32, and the worst that its storage holds.
    ///
    /// # Errors
    /// [`Fault::Weight`] with `name`, [`Fault::Damaged`], [`Fault::Cancelled`].
    pub fn tensor(&mut self, name: &str, stored: &Stored) -> Result<(Tensor, Content)> {
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
                format!("has dtype {}, which is not supported", stored.dtype),
            )
        })?;
        let key = (stored.storage.clone(), stored.dtype.clone());
        if !self.rows.contains_key(&key) {
            let row = self.row(name, &view, &stored.storage, kind)?;
            self.rows.insert(key.clone(), row);
        }
        let (row, content) = &self.rows[&key];
        let tensor = view.of_row(name, row)?;
        if !tensor.is_contiguous() {
            self.copied = self.copied.saturating_add(tensor.numel() as u64);
            if self.copied > COPIED + self.total {
                let reason = "is one of many views of the same memory, which together would take \
                              more memory than the length of the file accounts for";
                return Err(wrong(name, reason));
            }
        }
        let tensor = tensor.f_contiguous().map_err(|error| torch(name, error))?;
        Ok((tensor, *content))
    }

    fn row(&mut self, name: &str, view: &View, key: &str, kind: Kind) -> Result<(Tensor, Content)> {
        let length = self.source.length(key)?;
        let length =
            length.ok_or_else(|| wrong(name, format!("is missing: there is no storage {key}")))?;
        let element = Element::new(kind);
        let bytes = element.bytes as u64;
        // Checked before memory is allocated for the storage.
        let needed = view.reach.saturating_mul(bytes.into());
        if needed > length.into() || length % bytes != 0 {
            let sizes = &view.sizes;
            let reason = format!("of shape {sizes:?} needs {needed} bytes and has {length}");
            return Err(wrong(name, reason));
        }
        let torch = |error| torch(name, error);
        // At most a few times the length of the file: its parts were checked to be within it.
        let row = Tensor::f_empty([(length / bytes) as i64], (element.held_as(), Device::Cpu));
        let row = row.map_err(torch)?;
        let (mut from, mut content) = (0, Content::Finite);
        let Rows {
            source, progress, ..
        } = self;
        source.pieces(key, &mut |piece| {
            content = content.max(element.put(piece, &row, from).map_err(torch)?);
            from += (piece.len() / element.bytes) as i64;
            progress.add(piece.len() as u64)
        })?;
        Ok((row, content))
    }
}
