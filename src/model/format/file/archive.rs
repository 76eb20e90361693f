//! A zip archive whose entries are not compressed, have paths inside the archive, and are no longer
//! than the file.
//!
//! All entries are checked when the archive is entered, before any is read. After that their lengths
//! can be trusted, and memory can be allocated for them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use crate::model::error::{Fault, Result};

/// Longest JSON or text entry that is read, in bytes: a hundred times the graph of torchvision's
/// largest network.
const MAX_TEXT: u64 = 256 << 20;
const TEXT_PIECE: usize = 1 << 16;

pub struct Archive {
    zip: ZipArchive<BufReader<Window>>,
    file: Window,
    /// The folder that everything is in: `squeezenet1_1/`.
    root: String,
    /// Length of the file in bytes.
    length: u64,
    /// Length of all entries together in bytes.
    total: u64,
}

impl Archive {
    /// Reads the list of entries of a file that is `length` bytes long. [`Archive::enter`] has to be
    /// called before anything else is read, because it checks them.
    pub fn open(file: File, length: u64) -> Result<Archive> {
        Archive::within(Window {
            file,
            start: 0,
            length,
            at: 0,
        })
    }

    fn within(file: Window) -> Result<Archive> {
        // PyTorch writes the offset of the directory into both the old and the 64-bit record. When
        // `zip` searches for the directory itself, it ignores the 76 bytes of the latter, and is
        // wrong if the first entry of the directory is as long: for names of models with 8 letters.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let (length, again) = (file.length, file.again()?);
        let zip = ZipArchive::with_config(config, BufReader::new(file)).map_err(damaged)?;
        Ok(Archive {
            zip,
            file: again,
            root: String::new(),
            length,
            total: 0,
        })
    }

    /// Checks all entries. From here on they are looked up below `root`.
    ///
    /// # Errors
    /// [`Fault::Escapes`], [`Fault::Encrypted`], [`Fault::Compressed`], [`Fault::Oversized`].
    pub fn enter(&mut self, root: String) -> Result<()> {
        self.root = root;
        self.total = self.check_entries(self.length, None)?;
        Ok(())
    }

    /// As [`Archive::enter`], where entries of the `folder` below the root may be compressed. Those are not
    /// checked against the length of the file, so that they have to be read with a limit.
    ///
    /// # Errors
    /// As [`Archive::enter`].
    pub fn enter_packed(&mut self, root: String, folder: &str) -> Result<()> {
        let packed = format!("{root}{folder}");
        self.root = root;
        self.total = self.check_entries(self.length, Some(&packed))?;
        Ok(())
    }

    /// Returns the length of all entries together in bytes, without those in the folder `packed`, which may
    /// be compressed.
    fn check_entries(&self, length: u64, packed: Option<&str>) -> Result<u64> {
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
            if packed.is_some_and(|folder| name.starts_with(folder))
                && entry.compression() == CompressionMethod::Deflated
            {
                continue;
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

    /// The length of all entries together in bytes.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The folder below which entries are looked up.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The full names of all entries. Names that are not UTF-8 are left out: no entry that is read
    /// has one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.zip
            .file_names_raw()
            .filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// The length of an entry below the root in bytes; `None` if there is no such entry.
    pub fn length(&self, entry: &str) -> Result<Option<u64>> {
        let Some(index) = self.zip.index_for_name(&format!("{}{entry}", self.root)) else {
            return Ok(None);
        };
        let about = self.zip.by_index_data(index).map_err(damaged)?;
        Ok(Some(about.size()))
    }

    /// Calls `each` with the bytes of an entry in pieces of `piece` bytes, of which one is in memory
    /// at a time. The checksum is verified at the end: the bytes can be trusted once this returns.
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
            // A compressed entry may hold more than it claims.
            if read > size {
                return Err(Fault::Damaged(format!("{entry} is longer than it claims")));
            }
            each(&bytes)?;
        }
        if read == size {
            Ok(true)
        } else {
            Err(Fault::Damaged(format!("{entry} ends after {read} bytes")))
        }
    }

    /// Opens an entry that is an archive itself; `None` if there is no such entry or it is empty.
    pub fn nested(&mut self, entry: &str) -> Result<Option<Archive>> {
        let Some(index) = self.zip.index_for_name(&format!("{}{entry}", self.root)) else {
            return Ok(None);
        };
        let found = self.zip.by_index(index).map_err(damaged)?;
        let (start, length) = (found.data_start(), found.size());
        drop(found);
        if length == 0 {
            return Ok(None);
        }
        let inside = |start: &u64| {
            let end = start.checked_add(length);
            end.is_some_and(|end| end <= self.file.length)
        };
        let start = start.filter(inside);
        let start = start
            .ok_or_else(|| Fault::Damaged(format!("{entry} extends past the end of the file")))?;
        let mut part = self.file.again()?;
        (part.start, part.length) = (self.file.start + start, length);
        Archive::within(part).map(Some)
    }

    /// Refuses an archive whose numbers are not little-endian.
    pub fn check_byte_order(&mut self) -> Result<()> {
        match self.text("byteorder")? {
            Some(order) if order.trim() != "little" => Err(Fault::Entry {
                entry: "byteorder".into(),
                reason: format!(
                    "the byte order is {}, and only little is supported",
                    order.trim()
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The text of an entry; `None` if there is no such entry.
    pub fn text(&mut self, entry: &str) -> Result<Option<String>> {
        let Some(bytes) = self.bytes(entry, MAX_TEXT)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| Fault::Entry {
            entry: entry.to_owned(),
            reason: "it is not UTF-8 text".into(),
        })?;
        Ok(Some(text))
    }

    /// The bytes of an entry of at most `limit` bytes; `None` if there is no such entry.
    pub fn bytes(&mut self, entry: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(claimed) = self.length(entry)? else {
            return Ok(None);
        };
        if claimed > limit {
            let limit = format!("such an entry may have ({limit})");
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
        Ok(Some(bytes))
    }
}

/// A part of a file that is read like a file.
struct Window {
    file: File,
    start: u64,
    length: u64,
    /// The position, counted from `start`.
    at: u64,
}

impl Window {
    /// The same part, positioned at its beginning. Both may be read in turn, because each seeks
    /// before it reads.
    fn again(&self) -> Result<Window> {
        let file = self.file.try_clone();
        Ok(Window {
            file: file.map_err(|error| Fault::Unreadable(error.to_string()))?,
            start: self.start,
            length: self.length,
            at: 0,
        })
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.at);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        self.file.seek(SeekFrom::Start(self.start + self.at))?;
        let read = self.file.read(&mut buffer[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        // So that the position in the whole file does not overflow.
        let at = at.filter(|at| at.checked_add(self.start).is_some());
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Whether a path is absolute or has `..` anywhere, even where it would not leave the archive: no
/// honest writer has such paths.
fn leaves(name: &str) -> bool {
    name.starts_with(['/', '\\'])
        || name.as_bytes().get(1) == Some(&b':')
        || name.split(['/', '\\']).any(|part| part == "..")
}

fn damaged(error: zip::result::ZipError) -> Fault {
    use zip::result::ZipError;
    Fault::Damaged(match error {
        // The library's own words would help nobody.
        ZipError::InvalidArchive(_) => {
            "it begins like a zip archive, but is not a whole one".into()
        }
        ZipError::UnsupportedArchive(_) => "it is packed in a way that no model file is".into(),
        other => other.to_string(),
    })
}
