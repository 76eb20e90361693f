//! Weights and constants: tensors of the file become tensors of libtorch.
//!
//! Floats of any width are held as float32, integers of any width as int64, except for long rows of bytes: only
//! quantised weights are, and they would take eight times the memory. Sizes are checked against
//! the number of bytes before libtorch is called. Large tensors are read from their position in the
//! model's own file, or from a file beside it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use tch::{Device, Kind, TchError, Tensor};

use super::message::proto;
use crate::model::error::{Fault, Result};
use crate::model::format::build::progress::Progress;
use crate::model::format::build::storage::{Content, PIECE, floating, of_bytes, torch, wrong};
use crate::model::opening::Opening;
use external::Folder;

pub(crate) mod external;
pub(super) mod missing;

/// The number of 16-bit integers without a sign, which libtorch lacks.
const UINT16: i32 = 4;
/// Rows of bytes that have more values than this stay bytes.
const LONG: i64 = 1 << 12;

/// The numbers of dtypes of 8 bits and less that only quantised weights have.
const FEW_BITS: std::ops::RangeInclusive<i32> = 17..=23;

/// A dtype by its number in `onnx.proto`: the one in the file.
fn stored(number: i32) -> Option<Kind> {
    Some(match number {
        1 => Kind::Float,
        2 => Kind::Uint8,
        3 => Kind::Int8,
        // Those without a sign have the same bits, see `Row::unsigned`.
        UINT16 | 5 => Kind::Int16,
        6 => Kind::Int,
        7 => Kind::Int64,
        9 => Kind::Bool,
        10 => Kind::Half,
        11 => Kind::Double,
        16 => Kind::BFloat16,
        _ => return None,
    })
}

/// A dtype by its number in `onnx.proto`: the one in memory.
pub fn held(number: i32) -> Option<Kind> {
    // Unsigned integers occur in casts of shapes.
    if let 12 | 13 = number {
        return Some(Kind::Int64);
    }
    stored(number).map(|kind| match kind {
        Kind::Bool => Kind::Bool,
        kind if floating(kind) => Kind::Float,
        _ => Kind::Int64,
    })
}

/// The name of a dtype that is not supported.
fn unsupported_name(number: i32) -> String {
    let name = match number {
        8 => "string",
        12 => "uint32",
        13 => "uint64",
        14 | 15 => "complex",
        17..=20 => "float8",
        21 => "uint4",
        22 => "int4",
        23 => "float4",
        _ => return format!("number {number}"),
    };
    name.into()
}

/// Memory that tensors may take, in multiples of the length of all files together.
const SHARED: u64 = 4;
/// Memory that they may take in any case, in bytes; less in the fuzzer, whose files are small.
const GRANTED: u64 = if cfg!(fuzzing) { 4 << 20 } else { 64 << 20 };

/// Reads tensors of a file, each when it is used.
pub struct Weights<'r, 'o> {
    /// The model's own file.
    file: File,
    /// Its length in bytes.
    length: u64,
    folder: Folder,
    /// Bytes of memory that tensors have taken.
    taken: u64,
    progress: Progress<'r, 'o>,
    /// The tensors read so far by the address of what describes them, where they may be needed again.
    kept: Option<HashMap<usize, (Tensor, Content)>>,
}

impl<'r, 'o> Weights<'r, 'o> {
    pub fn new(
        graph: &proto::Graph,
        file: File,
        folder: Folder,
        opening: &'r mut Opening<'o>,
    ) -> Weights<'r, 'o> {
        let attributes = graph.nodes.iter().flat_map(|node| &node.attributes);
        let constants = attributes.filter_map(|attribute| attribute.tensor.as_ref());
        let all = graph.initializers.iter().chain(constants);
        let bytes = all.filter_map(|tensor| Some(size(tensor, stored(tensor.kind)?)?.1));
        let total = bytes.fold(0, u64::saturating_add);
        Weights {
            length: file.metadata().map_or(0, |about| about.len()),
            file,
            folder,
            taken: 0,
            progress: Progress::new(opening, total),
            kept: None,
        }
    }

    /// The opening that it reports to.
    pub fn opening(&self) -> &Opening<'o> {
        self.progress.opening()
    }

    /// Keeps the tensors, for a graph that is built several times.
    pub fn keep(&mut self) {
        self.kept = Some(HashMap::new());
    }

    /// Reports progress although nothing has been read, so that opening can be cancelled.
    pub fn report(&mut self) -> Result<()> {
        self.progress.add(0)
    }

    /// Counts memory that a tensor takes. The same bytes of a file may be read for each call of a
    /// function, and several weights may have the same bytes.
    ///
    /// # Errors
    /// [`Fault::Weight`] where it is more than the length of the files accounts for.
    fn afford(&mut self, name: &str, bytes: u64) -> Result<()> {
        let there = self.length.saturating_add(self.folder.length());
        let limit = GRANTED.max(there.saturating_mul(SHARED));
        self.taken = self.taken.saturating_add(bytes);
        if self.taken <= limit {
            Ok(())
        } else {
            Err(wrong(
                name,
                "has the same bytes as many others: together they would take more memory than the \
                 length of the file accounts for",
            ))
        }
    }

    /// Reads a tensor, which messages call `name`, and returns the worst that it holds.
    ///
    /// # Errors
    /// [`Fault::Weight`] where it is damaged or not supported, [`Fault::Cancelled`].
    pub fn tensor(&mut self, written: &proto::Tensor, name: &str) -> Result<(Tensor, Content)> {
        // The message stays where it is while the file is being read.
        let address = std::ptr::from_ref(written).addr();
        let mut kept = self.kept.iter();
        if let Some((tensor, content)) = kept.find_map(|kept| kept.get(&address)) {
            return Ok((tensor.shallow_clone(), *content));
        }
        let (tensor, content) = self.read(written, name)?;
        if let Some(kept) = &mut self.kept {
            kept.insert(address, (tensor.shallow_clone(), content));
        }
        Ok((tensor, content))
    }

    fn read(&mut self, written: &proto::Tensor, name: &str) -> Result<(Tensor, Content)> {
        let kind = stored(written.kind);
        let kind = kind.ok_or_else(|| {
            let dtype = unsupported_name(written.kind);
            let advice = if FEW_BITS.contains(&written.kind) {
                "; open the float model that it was made from"
            } else {
                ""
            };
            wrong(
                name,
                format!("has dtype {dtype}, which is not supported{advice}"),
            )
        })?;
        let sizes = &written.sizes;
        let (count, bytes) = size(written, kind)
            .ok_or_else(|| wrong(name, format!("has impossible sizes {sizes:?}")))?;
        let bytes_alone = kind.elt_size_in_bytes() == 1 && kind != Kind::Bool;
        let held = if bytes_alone && count > LONG {
            kind
        } else {
            held(written.kind).unwrap_or(kind)
        };
        let row = Row {
            name,
            count,
            kind,
            held,
            unsigned: written.kind == UINT16,
        };
        let of_length = |length: u64| {
            if length == bytes {
                Ok(())
            } else {
                Err(wrong(
                    name,
                    format!(
                        "has the wrong length: its shape {sizes:?} needs {bytes} bytes, and it has {length}"
                    ),
                ))
            }
        };
        let list = match kind {
            Kind::Float => proto::FLOATS,
            Kind::Double => proto::DOUBLES,
            _ => proto::RAW,
        };
        let place = written.place(proto::RAW).or(written.place(list));
        if written.location == 1 {
            self.folder.at(name, &written.external, bytes)?;
        } else if let Some(place) = place {
            of_length(place.length)?;
        } else if !written.raw.is_empty() {
            of_length(written.raw.len() as u64)?;
        } else if count_listed(written, kind) as i64 != count {
            let there = count_listed(written, kind);
            return Err(wrong(
                name,
                format!("has shape {sizes:?}, but {there} values are stored"),
            ));
        }
        // The count is not negative, and the product no more than eight times the bytes.
        self.afford(name, count.unsigned_abs() * held.elt_size_in_bytes() as u64)?;
        let progress = &mut self.progress;
        let (row, content) = if written.location == 1 {
            let file = self.folder.at(name, &written.external, bytes)?;
            row.read(file, progress)?
        } else if let Some(place) = place {
            let found = self.file.seek(SeekFrom::Start(place.offset));
            found.map_err(|error| unreadable(name, &error))?;
            row.read(&mut self.file, progress)?
        } else if !written.raw.is_empty() {
            row.read(&mut written.raw.as_ref(), progress)?
        } else {
            let row = listed(written, kind).and_then(|row| row.f_to_kind(held));
            let row = row.map_err(|error| torch(name, error))?;
            let content = Content::of(&row).map_err(|error| torch(name, error))?;
            (row, content)
        };
        let tensor = row.f_reshape(sizes.as_slice());
        Ok((tensor.map_err(|error| torch(name, error))?, content))
    }
}

/// How many values a tensor has, and how many bytes they take; `None` if its sizes are out of range.
fn size(written: &proto::Tensor, kind: Kind) -> Option<(i64, u64)> {
    let mut count = 1i64;
    for size in &written.sizes {
        count = count.checked_mul(*size).filter(|_| *size >= 0)?;
    }
    let bytes = count.checked_mul(kind.elt_size_in_bytes() as i64)?;
    Some((count, bytes.unsigned_abs()))
}

/// The values of a tensor in a row.
struct Row<'a> {
    name: &'a str,
    count: i64,
    /// The dtype in the file.
    kind: Kind,
    /// The dtype in memory.
    held: Kind,
    /// Whether they are 16-bit integers without a sign.
    unsigned: bool,
}

impl Row<'_> {
    /// Reads them in pieces, so that a large tensor is in memory once, and returns the worst that they
    /// hold. `bytes` has to have enough of them, since memory is allocated for all at once.
    fn read(&self, bytes: &mut dyn Read, progress: &mut Progress) -> Result<(Tensor, Content)> {
        let torch = |error| torch(self.name, error);
        let row = Tensor::f_empty([self.count], (self.held, Device::Cpu)).map_err(torch)?;
        let size = self.kind.elt_size_in_bytes();
        let longest = (PIECE / size) as i64;
        let mut piece = vec![0; size * self.count.min(longest) as usize];
        let (mut from, mut content) = (0, Content::Finite);
        while from < self.count {
            let count = longest.min(self.count - from);
            let piece = &mut piece[..size * count as usize];
            let read = bytes.read_exact(piece);
            read.map_err(|error| unreadable(self.name, &error))?;
            let values = of_bytes(piece, self.kind).map_err(torch)?;
            let mut part = row.f_narrow(0, from, count).map_err(torch)?;
            part.f_copy_(&values).map_err(torch)?;
            if self.unsigned {
                part = part.f_bitwise_and_(0xffff).map_err(torch)?;
            }
            content = content.max(Content::of(&part).map_err(torch)?);
            from += count;
            progress.add(piece.len() as u64)?;
        }
        Ok((row, content))
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Fault {
    wrong(name, format!("cannot be read ({error})"))
}

/// How many values are stored one by one.
fn count_listed(written: &proto::Tensor, kind: Kind) -> usize {
    match kind {
        Kind::Float => written.floats.len(),
        Kind::Double => written.doubles.len(),
        Kind::Int64 => written.int64s.len(),
        _ => written.int32s.len(),
    }
}

/// Values that are stored one by one, in the list that belongs to their dtype.
fn listed(written: &proto::Tensor, kind: Kind) -> std::result::Result<Tensor, TchError> {
    match kind {
        Kind::Float => Tensor::f_from_slice(&written.floats),
        Kind::Double => Tensor::f_from_slice(&written.doubles),
        Kind::Int64 => Tensor::f_from_slice(&written.int64s),
        Kind::Half | Kind::BFloat16 => {
            // The bits of each are the lower half of a number.
            let halves = written.int32s.iter().map(|bits| *bits as u16);
            let bytes: Vec<u8> = halves.flat_map(u16::to_ne_bytes).collect();
            Tensor::f_from_data_size(&bytes, &[written.int32s.len() as i64], kind)
        }
        Kind::Bool => Tensor::f_from_slice(&written.int32s)?.f_ne(0),
        _ => Tensor::f_from_slice(&written.int32s),
    }
}
