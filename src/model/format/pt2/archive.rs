//! The zip archive: entries that are stored, stay inside, and are no longer than the file.
//!
//! Every entry is checked when the archive is opened, before any is read, so that what it claims
//! can be believed (and memory set aside) afterwards.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use super::Result;
use crate::model::error::Fault;
use crate::model::format::{foreign, unreadable};

/// Longest JSON or text entry read, in bytes: the graph of the largest network torchvision has is
/// a hundredth of it.
const LONGEST_TEXT: u64 = 256 << 20;
const TEXT_PIECE: usize = 1 << 16;

pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// `squeezenet1_1/`, the folder that everything lies under.
    root: String,
    /// The bytes of all entries.
    total: u64,
}

impl Archive {
    /// Opens the archive and checks all its entries; says what the file is where it is another.
    pub fn open(path: &Path) -> Result<Archive> {
        // Looked at before it is opened: opening a named pipe would wait for its writer.
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if !about.is_file() {
            return Err(Fault::Unreadable("it is a folder or a device".into()));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let length = about.len();
        if length == 0 {
            return Err(Fault::Empty);
        }
        let mut head = Vec::with_capacity(foreign::HEAD);
        file.by_ref()
            .take(foreign::HEAD as u64)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        if let Some(what) = foreign::by_content(&head, length) {
            return Err(Fault::Foreign { what: what.into() });
        }
        if !b"PK".starts_with(head.get(..2).unwrap_or(&head)) {
            return Err(Fault::Foreign {
                what: "this is some other file (not a zip archive, as a .pt2 is)".into(),
            });
        }
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        // PyTorch writes the directory's place both in the old and in the 64-bit record. Left to find
        // the place itself, `zip` leaves out of account the 76 bytes of the latter, and errs where
        // the first entry of the directory is as long: with models named in 8 letters.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let zip = ZipArchive::with_config(config, BufReader::new(file)).map_err(damaged)?;
        let mut archive = Archive {
            zip,
            root: String::new(),
            total: 0,
        };
        // First what it is: TorchScript has compressed entries by right.
        archive.root = archive.find_root()?;
        archive.total = archive.check_entries(length)?;
        Ok(archive)
    }

    /// Their bytes together.
    fn check_entries(&self, length: u64) -> Result<u64> {
        let mut total = 0u64;
        for index in 0..self.zip.len() {
            let entry = self.zip.by_index_data(index).map_err(damaged)?;
            let name = entry.name().map_err(damaged)?.into_owned();
            if entry.enclosed_name().is_none() || leaves(&name) {
                return Err(Fault::Escapes { entry: name });
            }
            if entry.encrypted() {
                return Err(Fault::Encrypted { entry: name });
            }
            if entry.compression() != CompressionMethod::Stored
                || entry.compressed_size() != entry.size()
            {
                return Err(Fault::Compressed { entry: name });
            }
            total = total.saturating_add(entry.size());
            if entry.size() > length || total > length {
                let limit = format!("the file has ({length})");
                return Err(Fault::Oversized {
                    entry: name,
                    claimed: entry.size(),
                    limit,
                });
            }
        }
        Ok(total)
    }

    /// The bytes of all entries.
    pub fn total(&self) -> u64 {
        self.total
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        // Names that are not UTF-8 are no names of ours.
        self.zip
            .file_names_raw()
            .filter_map(|name| std::str::from_utf8(name).ok())
    }

    fn find_root(&self) -> Result<String> {
        let root = self
            .names()
            .filter_map(|name| {
                name.split_once("models/")
                    .filter(|(_, rest)| is_model(rest))
            })
            .map(|(root, _)| root)
            .find(|root| root.is_empty() || root.ends_with('/'));
        match root {
            Some(root) => Ok(root.to_owned()),
            None => Err(Fault::Foreign {
                what: foreign::by_entries(self.names()).into(),
            }),
        }
    }

    /// The one model of the archive: `model` unless it was given a name when it was saved.
    pub fn model_name(&self) -> Result<String> {
        let folder = format!("{}models/", self.root);
        let mut names: Vec<&str> = self
            .names()
            .filter_map(|name| name.strip_prefix(&folder).filter(|rest| is_model(rest)))
            .filter_map(|name| name.strip_suffix(".json"))
            .collect();
        names.sort_unstable();
        match names[..] {
            [name] => Ok(name.to_owned()),
            _ if names.contains(&"model") => Ok("model".to_owned()),
            _ => Err(Fault::Entry {
                entry: folder,
                reason: format!("it holds {} models; save one a file", names.len()),
            }),
        }
    }

    /// How many bytes an entry named below the root has; `None` where there is none.
    pub fn length(&self, entry: &str) -> Result<Option<u64>> {
        let Some(index) = self.zip.index_for_name(&format!("{}{entry}", self.root)) else {
            return Ok(None);
        };
        let about = self.zip.by_index_data(index).map_err(damaged)?;
        Ok(Some(about.size()))
    }

    /// Hands out an entry's bytes piece by piece, each of `piece` bytes but the last: nothing is
    /// ever held but one piece. The entry's checksum is verified on the way, so that what came is
    /// right only once this returns.
    ///
    /// Returns whether there is such an entry.
    pub fn pieces(
        &mut self,
        entry: &str,
        piece: usize,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<bool> {
        let Some(index) = self.zip.index_for_name(&format!("{}{entry}", self.root)) else {
            return Ok(false);
        };
        let mut reader = self.zip.by_index(index).map_err(damaged)?;
        let size = reader.size();
        let mut bytes = Vec::new();
        let mut read = 0;
        loop {
            bytes.clear();
            let mut part = reader.by_ref().take(piece as u64);
            let count = part
                .read_to_end(&mut bytes)
                .map_err(|error| Fault::Damaged(format!("{entry}: {error}")))?;
            if count == 0 {
                break;
            }
            read += count as u64;
            each(&bytes)?;
        }
        match read == size {
            true => Ok(true),
            false => Err(Fault::Damaged(format!("{entry} ends after {read} bytes"))),
        }
    }

    /// The text of an entry; `None` where there is none.
    pub fn text(&mut self, entry: &str) -> Result<Option<String>> {
        let Some(claimed) = self.length(entry)? else {
            return Ok(None);
        };
        if claimed > LONGEST_TEXT {
            let limit = format!("a text may have ({LONGEST_TEXT})");
            return Err(Fault::Oversized {
                entry: entry.to_owned(),
                claimed,
                limit,
            });
        }
        let mut bytes = Vec::with_capacity(claimed as usize);
        self.pieces(entry, TEXT_PIECE, &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::Entry {
            entry: entry.to_owned(),
            reason: "it is not text in UTF-8".into(),
        })?;
        Ok(Some(text))
    }
}

/// `model.json`, in the folder itself.
fn is_model(name: &str) -> bool {
    name.ends_with(".json") && !name.contains('/')
}

/// Stricter than leaving the archive as a whole: no honest writer goes up at all, nor names a drive.
fn leaves(name: &str) -> bool {
    name.starts_with(['/', '\\'])
        || name.as_bytes().get(1) == Some(&b':')
        || name.split(['/', '\\']).any(|part| part == "..")
}

fn damaged(error: zip::result::ZipError) -> Fault {
    use zip::result::ZipError;
    Fault::Damaged(match error {
        ZipError::InvalidArchive(reason) => reason.into_owned(),
        ZipError::UnsupportedArchive(reason) => reason.to_owned(),
        other => other.to_string(),
    })
}
