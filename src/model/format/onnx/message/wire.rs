//! Copies the messages of a file without the numbers of its large tensors, and notes where those are.
//!
//! Weights are most of a file. They stay there until the node that uses them is read, so that they are in
//! memory once, as tensors of libtorch. In the copy, a large tensor has its [`Place`](proto::Place)
//! instead of its numbers.
//!
//! This also checks that the file is complete, and how much memory its messages will take: an empty one
//! has two bytes in the file and hundreds in memory, so that a few megabytes of them could fill it.
//!
//! The walk is written by hand because protobuf libraries decode a message as a whole, with all numbers.

use std::fs::File;
use std::io::{BufReader, Read};
use std::mem::size_of;

use prost::Message as _;

use super::proto;
use crate::model::error::{Fault, Result};
use crate::model::format::file::start::unreadable;

/// Memory that any file may take, in bytes; beyond that, [`PER_BYTE`] for each byte of the file.
const GRANTED: u64 = 256 << 20;
const PER_BYTE: u64 = 4;

/// How deep messages may lie within each other: a graph within an attribute within a node is three.
const MAX_DEPTH: usize = 48;

/// The numbers of a tensor are left in the file if they have more bytes than this.
pub const LARGE: u64 = 1 << 10;

/// The messages that are used.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Opset,
    Entry,
    Function,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    Size,
}

/// The contents of a length-delimited field.
enum Field {
    Message(Message),
    Text,
    /// Packed varints.
    Numbers,
    /// Numbers as they are in memory.
    Bytes,
    Skipped,
}

impl Message {
    fn field(self, tag: u64) -> Field {
        use Message::{
            Attribute, Entry, Function, Graph, Model, Node, Opset, Shape, Size, Tensor, TensorType,
            Type, ValueInfo,
        };
        match (self, tag) {
            (Model, 7) => Field::Message(Graph),
            (Model, 8) => Field::Message(Opset),
            (Model, 14) | (Node, 9) | (Tensor, 13) => Field::Message(Entry),
            (Model, 25) => Field::Message(Function),
            (Function, 7) | (Graph, 1) => Field::Message(Node),
            (Function, 11) | (Node, 5) => Field::Message(Attribute),
            (Graph | Attribute, 5) => Field::Message(Tensor),
            (Attribute, 6) => Field::Message(Graph),
            (Graph, 11 | 12) => Field::Message(ValueInfo),
            (ValueInfo, 2) => Field::Message(Type),
            (Type, 1) => Field::Message(TensorType),
            (TensorType, 2) => Field::Message(Shape),
            (Shape, 1) => Field::Message(Size),
            (Tensor, proto::RAW | proto::FLOATS | proto::DOUBLES) => Field::Bytes,
            (Attribute, 7 | 8) | (Tensor, 1 | 5 | 7 | 11) => Field::Numbers,
            (Function, 1 | 4 | 5 | 10 | 13) | (Node, 1 | 2 | 3 | 4 | 7 | 8) => Field::Text,
            (Model, 2 | 3) | (Opset | ValueInfo, 1) | (Entry, 1 | 2) => Field::Text,
            (Attribute, 1 | 4 | 9 | 21) | (Tensor, 6 | 8) => Field::Text,
            _ => Field::Skipped,
        }
    }

    fn bytes(self) -> usize {
        use Message::{
            Attribute, Entry, Function, Graph, Model, Node, Opset, Shape, Size, Tensor, TensorType,
            Type, ValueInfo,
        };
        match self {
            Model => size_of::<proto::Model>(),
            Opset => size_of::<proto::Opset>(),
            Entry => size_of::<proto::Entry>(),
            Function => size_of::<proto::Function>(),
            Graph => size_of::<proto::Graph>(),
            Node => size_of::<proto::Node>(),
            Attribute => size_of::<proto::Attribute>(),
            Tensor => size_of::<proto::Tensor>(),
            ValueInfo => size_of::<proto::ValueInfo>(),
            Type | TensorType | Shape => size_of::<proto::TensorType>(),
            Size => size_of::<proto::Size>(),
        }
    }
}

/// The messages of a file of `length` bytes, to be decoded as a [`proto::Model`].
///
/// # Errors
/// [`Fault::Damaged`] where the file is truncated, or its messages would take more memory than its
/// length accounts for.
pub fn messages(file: &File, length: u64) -> Result<Vec<u8>> {
    let mut walk = Walk {
        file: BufReader::new(file),
        at: 0,
        depth: 0,
        left: GRANTED.saturating_add(PER_BYTE.saturating_mul(length)),
    };
    walk.message(Message::Model, length)
}

struct Walk<'a> {
    file: BufReader<&'a File>,
    at: u64,
    /// How many messages this one lies within.
    depth: usize,
    /// Memory that may still be taken, in bytes.
    left: u64,
}

impl Walk<'_> {
    /// Copies the fields up to `end`.
    fn message(&mut self, message: Message, end: u64) -> Result<Vec<u8>> {
        let mut kept = Vec::new();
        while self.at < end {
            let key = self.varint(end)?;
            match key & 7 {
                0 => {
                    let number = self.varint(end)?;
                    // A number of a list that is not packed takes two or more bytes in the file.
                    self.spend(16)?;
                    put_varint(key, &mut kept);
                    put_varint(number, &mut kept);
                }
                1 => self.copied(key, 8, end, &mut kept)?,
                5 => self.copied(key, 4, end, &mut kept)?,
                2 => {
                    let length = self.varint(end)?;
                    let ends = self.at.checked_add(length).filter(|ends| *ends <= end);
                    let ends = ends.ok_or_else(ends_early)?;
                    self.field(message, key, ends, &mut kept)?;
                }
                other => {
                    return Err(Fault::Damaged(format!(
                        "a field has the unknown wire type {other}"
                    )));
                }
            }
        }
        Ok(kept)
    }

    /// Copies a length-delimited field that ends at `ends`.
    fn field(&mut self, message: Message, key: u64, ends: u64, kept: &mut Vec<u8>) -> Result<()> {
        let length = ends - self.at;
        let tag = key >> 3;
        match message.field(tag) {
            Field::Message(within) => {
                // A vector that grows takes twice its length for a moment.
                self.spend(2 * within.bytes() as u64)?;
                if self.depth == MAX_DEPTH {
                    return Err(Fault::Damaged("its graphs are nested too deeply".into()));
                }
                self.depth += 1;
                let inside = self.message(within, ends)?;
                self.depth -= 1;
                put(key, &inside, kept);
                return Ok(());
            }
            Field::Bytes if length > LARGE => {
                let place = proto::Place {
                    field: tag,
                    offset: self.at,
                    length,
                };
                self.spend(2 * size_of::<proto::Place>() as u64)?;
                put(proto::PLACES << 3 | 2, &place.encode_to_vec(), kept);
                return self.skip(length);
            }
            // Copied here, and once more where it is used.
            Field::Text | Field::Bytes => self.spend(48 + 3 * length)?,
            Field::Numbers => self.spend(3 * length)?,
            Field::Skipped => return self.skip(length),
        }
        put_varint(key, kept);
        put_varint(length, kept);
        let start = kept.len();
        self.copy(length, kept)?;
        if let Field::Numbers = message.field(tag) {
            // Each number ends in a byte like this. A vector that grows takes twice its length for a
            // moment.
            let numbers = kept[start..].iter().filter(|byte| **byte < 0x80).count();
            let each = match (message, tag) {
                (Message::Tensor, 5) => 2 * size_of::<i32>(),
                _ => 2 * size_of::<i64>(),
            };
            self.spend((each * numbers) as u64)?;
        }
        Ok(())
    }

    /// Copies a field of fixed length.
    fn copied(&mut self, key: u64, length: u64, end: u64, kept: &mut Vec<u8>) -> Result<()> {
        if end - self.at < length {
            return Err(ends_early());
        }
        put_varint(key, kept);
        self.copy(length, kept)
    }

    /// Copies `length` bytes that are known to be within the file.
    fn copy(&mut self, length: u64, kept: &mut Vec<u8>) -> Result<()> {
        let read = self.file.by_ref().take(length).read_to_end(kept);
        self.at += length;
        if read.map_err(unreadable)? as u64 == length {
            Ok(())
        } else {
            Err(ends_early())
        }
    }

    fn skip(&mut self, length: u64) -> Result<()> {
        let by = i64::try_from(length).map_err(|_| ends_early())?;
        self.at += length;
        self.file.seek_relative(by).map_err(unreadable)
    }

    fn varint(&mut self, end: u64) -> Result<u64> {
        let mut number = 0u64;
        for place in 0..10 {
            if self.at >= end {
                return Err(ends_early());
            }
            let mut byte = [0];
            self.file.read_exact(&mut byte).map_err(unreadable)?;
            self.at += 1;
            number |= u64::from(byte[0] & 0x7f) << (7 * place);
            if byte[0] < 0x80 {
                return Ok(number);
            }
        }
        Err(Fault::Damaged("a number is too long".into()))
    }

    fn spend(&mut self, bytes: u64) -> Result<()> {
        let rest = self.left.checked_sub(bytes);
        self.left = rest.ok_or_else(|| {
            Fault::Damaged("its parts would take more memory than its length accounts for".into())
        })?;
        Ok(())
    }
}

/// Writes a length-delimited field.
fn put(key: u64, bytes: &[u8], kept: &mut Vec<u8>) {
    put_varint(key, kept);
    put_varint(bytes.len() as u64, kept);
    kept.extend_from_slice(bytes);
}

fn put_varint(mut number: u64, kept: &mut Vec<u8>) {
    while number >= 0x80 {
        kept.push(number as u8 | 0x80);
        number >>= 7;
    }
    kept.push(number as u8);
}

fn ends_early() -> Fault {
    Fault::Damaged("a part of it extends past the end of the file".into())
}
