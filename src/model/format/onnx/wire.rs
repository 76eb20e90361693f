//! What reading a file into messages would take, told before it is done.
//!
//! An empty message is two bytes in the file and hundreds in memory: some megabytes of them would
//! take all of it. So the file is walked through once, without keeping anything, and its messages,
//! texts and lists of numbers are added up. On the way it shows whether the file is whole.

use std::mem::size_of;

use super::{Result, proto};
use crate::model::error::Fault;

/// Memory that is granted to any file, in bytes; beyond it goes by the file's length.
const GRANTED: u64 = 256 << 20;
const PER_BYTE: u64 = 4;

/// A message as far as it is read.
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

/// What a field that has a length holds.
enum Field {
    Message(Message),
    Text,
    /// Numbers, closely packed.
    Numbers,
    Skipped,
}

impl Message {
    fn field(self, tag: u64) -> Field {
        use Message::*;
        match (self, tag) {
            (Model, 7) => Field::Message(Graph),
            (Model, 8) => Field::Message(Opset),
            (Model, 14) | (Node, 9) | (Tensor, 13) => Field::Message(Entry),
            (Model, 25) => Field::Message(Function),
            (Function, 7) | (Graph, 1) => Field::Message(Node),
            (Function, 11) | (Node, 5) => Field::Message(Attribute),
            (Graph, 5) | (Attribute, 5) => Field::Message(Tensor),
            (Graph, 11 | 12) => Field::Message(ValueInfo),
            (ValueInfo, 2) => Field::Message(Type),
            (Type, 1) => Field::Message(TensorType),
            (TensorType, 2) => Field::Message(Shape),
            (Shape, 1) => Field::Message(Size),
            (Attribute, 7 | 8) | (Tensor, 1 | 4 | 5 | 7 | 10 | 11) => Field::Numbers,
            (Function, 1 | 4 | 5 | 10 | 13) | (Node, 1 | 2 | 3 | 4 | 7 | 8) => Field::Text,
            (Opset | ValueInfo, 1) | (Entry, 1 | 2) | (Attribute, 1 | 21) | (Tensor, 8) => {
                Field::Text
            }
            _ => Field::Skipped,
        }
    }

    fn bytes(self) -> usize {
        use Message::*;
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

/// Refuses a file that is not whole, or whose messages would take more memory than its length
/// accounts for.
pub fn check(file: &[u8]) -> Result<()> {
    let mut left = GRANTED + PER_BYTE * file.len() as u64;
    walk(Message::Model, file, &mut left)
}

fn walk(message: Message, mut rest: &[u8], left: &mut u64) -> Result<()> {
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        match key & 7 {
            0 => {
                varint(&mut rest)?;
                // A number of a list that is not packed takes two bytes or more here.
                spend(left, 16)?;
            }
            1 => skip(&mut rest, 8)?,
            5 => skip(&mut rest, 4)?,
            2 => {
                let length = varint(&mut rest)?;
                let length = usize::try_from(length).map_err(|_| ends_early())?;
                let (inside, after) = rest.split_at_checked(length).ok_or_else(ends_early)?;
                rest = after;
                match message.field(key >> 3) {
                    Field::Message(within) => {
                        // A list that grows holds twice as much for a moment.
                        spend(left, 2 * within.bytes() as u64)?;
                        walk(within, inside, left)?;
                    }
                    Field::Text => spend(left, 48 + length as u64)?,
                    Field::Numbers => spend(left, 16 * length as u64)?,
                    Field::Skipped => {}
                }
            }
            other => {
                return Err(Fault::Damaged(format!(
                    "a field of the unknown kind {other}"
                )));
            }
        }
    }
    Ok(())
}

fn spend(left: &mut u64, bytes: u64) -> Result<()> {
    let rest = left.checked_sub(bytes);
    *left = rest.ok_or_else(|| {
        Fault::Damaged("its parts would take more memory than its length accounts for".into())
    })?;
    Ok(())
}

fn skip(rest: &mut &[u8], bytes: usize) -> Result<()> {
    *rest = rest.get(bytes..).ok_or_else(ends_early)?;
    Ok(())
}

fn varint(rest: &mut &[u8]) -> Result<u64> {
    let mut number = 0u64;
    for place in 0..10 {
        let (&byte, after) = rest.split_first().ok_or_else(ends_early)?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Fault::Damaged("a number longer than any".into()))
}

fn ends_early() -> Fault {
    Fault::Damaged("a part of it is longer than what is left of the file".into())
}
