//! Weights and constants: a tensor of the file becomes one of libtorch's.
//!
//! Floats of any width are held as 32-bit floats, whole numbers of any width as 64-bit ones. What
//! the file says of sizes is checked against the bytes that are there before libtorch hears of it.
//! Large tensors are read from where they lie, in the model's own file or beside it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use tch::{Device, Kind, TchError, Tensor};

use super::Result;
use super::message::proto;
use crate::model::error::Fault;
use crate::model::format::build::storage::{PIECE, floating, of_bytes, torch, wrong};
use external::Folder;

pub(crate) mod external;

/// A type by its number in `onnx.proto`: what it is stored as.
fn stored(number: i32) -> Option<Kind> {
    Some(match number {
        1 => Kind::Float,
        2 => Kind::Uint8,
        3 => Kind::Int8,
        5 => Kind::Int16,
        6 => Kind::Int,
        7 => Kind::Int64,
        9 => Kind::Bool,
        10 => Kind::Half,
        11 => Kind::Double,
        16 => Kind::BFloat16,
        _ => return None,
    })
}

/// What a type is held as.
pub fn held(number: i32) -> Option<Kind> {
    // Unsigned ones come in casts of shapes.
    if let 4 | 12 | 13 = number {
        return Some(Kind::Int64);
    }
    stored(number).map(|kind| match kind {
        Kind::Bool => Kind::Bool,
        kind if floating(kind) => Kind::Float,
        _ => Kind::Int64,
    })
}

/// What a type is called.
fn called(number: i32) -> String {
    let name = match number {
        4 => "uint16",
        8 => "text",
        12 => "uint32",
        13 => "uint64",
        14 | 15 => "complex numbers",
        17..=20 => "8-bit floats",
        21 => "uint4",
        22 => "int4",
        23 => "4-bit floats",
        _ => return format!("type {number}"),
    };
    name.into()
}

/// Memory that tensors may take, in lengths of all files together.
const SHARED: u64 = 4;
/// Memory that is granted in any case, in bytes; less to the fuzzer, whose files are small.
const GRANTED: u64 = if cfg!(fuzzing) { 4 << 20 } else { 64 << 20 };

/// Reads the tensors of a file, each when it is asked for.
pub struct Weights<'a> {
    /// The model's own.
    file: File,
    /// Bytes of it.
    length: u64,
    folder: Folder,
    /// Bytes of memory that tensors have taken.
    taken: u64,
    progress: Progress<'a>,
}

/// How many bytes of tensors have been read.
struct Progress<'a> {
    /// Told of it, and of how many there are; ends the reading where it fails.
    tell: &'a mut dyn FnMut(u64, u64) -> Result<()>,
    read: u64,
    of: u64,
}

impl Progress<'_> {
    fn add(&mut self, bytes: u64) -> Result<()> {
        self.read += bytes;
        (self.tell)(self.read, self.of)
    }
}

impl<'a> Weights<'a> {
    pub fn of(
        graph: &proto::Graph,
        file: File,
        folder: Folder,
        tell: &'a mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Weights<'a> {
        let attributes = graph.nodes.iter().flat_map(|node| &node.attributes);
        let constants = attributes.filter_map(|attribute| attribute.tensor.as_ref());
        let all = graph.initializers.iter().chain(constants);
        let bytes = all.filter_map(|tensor| Some(size(tensor, stored(tensor.kind)?)?.1));
        let of = bytes.fold(0, u64::saturating_add);
        Weights {
            length: file.metadata().map_or(0, |about| about.len()),
            file,
            folder,
            taken: 0,
            progress: Progress { tell, read: 0, of },
        }
    }

    /// Tells how far it has come, where nothing has been read for a while.
    pub fn tell(&mut self) -> Result<()> {
        self.progress.add(0)
    }

    /// Whether so many bytes of memory more are within what the files account for: the same bytes of a
    /// file may be read for each call of a function, or be those of several weights.
    fn afford(&mut self, name: &str, bytes: u64) -> Result<()> {
        let there = self.length.saturating_add(self.folder.length());
        let most = GRANTED.max(there.saturating_mul(SHARED));
        self.taken = self.taken.saturating_add(bytes);
        if self.taken <= most {
            Ok(())
        } else {
            Err(wrong(
                name,
                "lies where many others do: together they would take more memory than the file \
                 accounts for",
            ))
        }
    }

    /// Reads `written`, whose name for errors is `name`.
    pub fn tensor(&mut self, written: &proto::Tensor, name: &str) -> Result<Tensor> {
        let kind = stored(written.kind);
        let kind = kind.ok_or_else(|| {
            let what = called(written.kind);
            wrong(name, format!("is made of {what}, which are not read"))
        })?;
        let sizes = &written.sizes;
        let (count, bytes) = size(written, kind)
            .ok_or_else(|| wrong(name, format!("has impossible sizes {sizes:?}")))?;
        let held = held(written.kind).unwrap_or(kind);
        let row = Row {
            name,
            count,
            kind,
            held,
        };
        let of_length = |length: u64| {
            if length == bytes {
                Ok(())
            } else {
                Err(wrong(
                    name,
                    format!(
                        "has the wrong length: its shape {sizes:?} needs {bytes} bytes, {length} are there"
                    ),
                ))
            }
        };
        if written.location == 1 {
            self.folder.at(name, &written.external, bytes)?;
        }
        // Not negative, and no more than eight times the bytes.
        self.afford(name, count.unsigned_abs() * held.elt_size_in_bytes() as u64)?;
        let list = match kind {
            Kind::Float => proto::FLOATS,
            Kind::Double => proto::DOUBLES,
            _ => proto::RAW,
        };
        let progress = &mut self.progress;
        let row = if written.location == 1 {
            let file = self.folder.at(name, &written.external, bytes)?;
            row.read(file, progress)?
        } else if let Some(place) = written.place(proto::RAW).or(written.place(list)) {
            of_length(place.length)?;
            let found = self.file.seek(SeekFrom::Start(place.offset));
            found.map_err(|error| unread(name, &error))?;
            row.read(&mut self.file, progress)?
        } else if !written.raw.is_empty() {
            of_length(written.raw.len() as u64)?;
            row.read(&mut written.raw.as_ref(), progress)?
        } else {
            let row = listed(written, kind).and_then(|row| row.f_to_kind(held));
            let row = row.map_err(|error| torch(name, error))?;
            let there = row.numel();
            if there as i64 != count {
                return Err(wrong(
                    name,
                    format!("claims shape {sizes:?}, and {there} values are stored"),
                ));
            }
            check_numbers(name, &row)?;
            row
        };
        let tensor = row.f_reshape(sizes.as_slice());
        tensor.map_err(|error| torch(name, error))
    }
}

/// How many values a tensor has, and how many bytes they take; `None` where its sizes are absurd.
fn size(written: &proto::Tensor, kind: Kind) -> Option<(i64, u64)> {
    let mut count = 1i64;
    for size in &written.sizes {
        count = count.checked_mul(*size).filter(|_| *size >= 0)?;
    }
    let bytes = count.checked_mul(kind.elt_size_in_bytes() as i64)?;
    Some((count, bytes.unsigned_abs()))
}

/// A tensor's values one after the other.
struct Row<'a> {
    name: &'a str,
    count: i64,
    /// What they are stored as.
    kind: Kind,
    held: Kind,
}

impl Row<'_> {
    /// Reads them piece by piece, so that a large tensor is in memory once.
    ///
    /// As many bytes as they take have to be there: memory for all of them is set aside at once.
    fn read(&self, bytes: &mut dyn Read, progress: &mut Progress) -> Result<Tensor> {
        let torch = |error| torch(self.name, error);
        let row = Tensor::f_empty([self.count], (self.held, Device::Cpu)).map_err(torch)?;
        let size = self.kind.elt_size_in_bytes();
        let most = (PIECE / size) as i64;
        let mut piece = vec![0; size * self.count.min(most) as usize];
        let mut from = 0;
        while from < self.count {
            let count = most.min(self.count - from);
            let piece = &mut piece[..size * count as usize];
            let read = bytes.read_exact(piece);
            read.map_err(|error| unread(self.name, &error))?;
            let values = of_bytes(piece, self.kind).map_err(torch)?;
            let mut place = row.f_narrow(0, from, count).map_err(torch)?;
            place.f_copy_(&values).map_err(torch)?;
            check_numbers(self.name, &place)?;
            from += count;
            progress.add(piece.len() as u64)?;
        }
        Ok(row)
    }
}

fn check_numbers(name: &str, values: &Tensor) -> Result<()> {
    let broken = floating(values.kind())
        && values
            .f_isnan()
            .and_then(|nan| nan.f_any())
            .and_then(|any| any.f_int64_value(&[]))
            .map_err(|error| torch(name, error))?
            != 0;
    if broken {
        Err(wrong(
            name,
            "holds values that are no numbers (NaN); the model is broken",
        ))
    } else {
        Ok(())
    }
}

fn unread(name: &str, error: &std::io::Error) -> Fault {
    wrong(name, format!("cannot be read ({error})"))
}

/// Numbers that are written one by one, in the list that belongs to their type.
fn listed(written: &proto::Tensor, kind: Kind) -> std::result::Result<Tensor, TchError> {
    match kind {
        Kind::Float => Tensor::f_from_slice(&written.floats),
        Kind::Double => Tensor::f_from_slice(&written.doubles),
        Kind::Int64 => Tensor::f_from_slice(&written.int64s),
        Kind::Half | Kind::BFloat16 => {
            // The bits of each stand in the lower half of a number.
            let halves = written.int32s.iter().map(|bits| *bits as u16);
            let bytes: Vec<u8> = halves.flat_map(u16::to_ne_bytes).collect();
            Tensor::f_from_data_size(&bytes, &[written.int32s.len() as i64], kind)
        }
        Kind::Bool => Tensor::f_from_slice(&written.int32s)?.f_ne(0),
        _ => Tensor::f_from_slice(&written.int32s),
    }
}
