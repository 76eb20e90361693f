//! Reads Python pickles without running anything.
//!
//! A pickle is a program for a small stack machine, and in Python it can call any function. Here it
//! builds plain data. Dicts, lists, strings and numbers are read as such, PyTorch's tensors become
//! descriptions of where their values are ([`torch`]), and of anything else that would be called only
//! the name is kept. Memory is bounded for each step and for all of them together.
//!
//! The machine is written by hand because a pickle library either runs what it reads or knows neither
//! PyTorch's persistent ids nor bounds.

mod machine;
mod node;
#[cfg(test)]
mod tests;
mod torch;

use std::collections::HashMap;
use std::io::Read;

pub use self::node::{Dtype, Node, Pickle, Ref, Stored};
use crate::model::error::{Fault, Result};

/// Longest pickle that is read, in bytes: a thousand times one of a thousand tensors.
pub const MAX_LENGTH: u64 = 64 << 20;
const MAX_STEPS: usize = 4 << 20;
/// Longest line with a number or a name, in bytes; the oldest protocols have such lines.
const MAX_LINE: usize = 1 << 12;
/// Longest name of a function or class, in bytes.
const MAX_NAME: usize = 256;

impl Pickle {
    /// Reads one pickle, up to its end.
    ///
    /// # Errors
    /// [`Fault::Damaged`].
    pub fn read(input: &mut dyn Read) -> Result<Pickle> {
        let mut machine = Machine {
            input,
            left: MAX_LENGTH,
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            copied: 0,
        };
        for _ in 0..MAX_STEPS {
            if let Some(root) = machine.step()? {
                return Ok(Pickle {
                    nodes: machine.nodes,
                    root,
                });
            }
        }
        Err(damaged("it has too many steps"))
    }
}

fn damaged(reason: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the pickle: {reason}"))
}

struct Machine<'a> {
    input: &'a mut dyn Read,
    /// Bytes that may still be read.
    left: u64,
    nodes: Vec<Node>,
    stack: Vec<Ref>,
    /// The heights of the stack at its marks.
    marks: Vec<usize>,
    memo: HashMap<u32, Ref>,
    /// Items copied from one node to another. It is bounded by itself, because one step may copy many.
    copied: usize,
}

impl Machine<'_> {
    /// Runs the next opcode. Returns the outermost node if it was the last.
    #[expect(clippy::too_many_lines, reason = "one arm per opcode")]
    fn step(&mut self) -> Result<Option<Ref>> {
        let [opcode] = self.bytes()?;
        match opcode {
            // The protocol and the length of the next frame: neither changes the meaning.
            0x80 => drop(self.bytes::<1>()?),
            0x95 => drop(self.bytes::<8>()?),
            b'.' => return self.pop().map(Some),

            b'(' => self.marks.push(self.stack.len()),
            b'0' => match self.marks.last() {
                Some(mark) if *mark == self.stack.len() => drop(self.marks.pop()),
                _ => drop(self.pop()?),
            },
            b'1' => drop(self.above_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }

            b'N' => self.push(Node::None),
            0x88 => self.push(Node::Bool(true)),
            0x89 => self.push(Node::Bool(false)),
            b'I' => self.line_number()?,
            b'L' => self.line_number()?,
            b'F' => {
                let line = self.line()?;
                let node = line.trim().parse().map_or(Node::Plain, Node::Float);
                self.push(node);
            }
            b'J' => {
                let number = i32::from_le_bytes(self.bytes()?);
                self.push(Node::Int(number.into()));
            }
            b'K' => {
                let [number] = self.bytes()?;
                self.push(Node::Int(number.into()));
            }
            b'M' => {
                let number = u16::from_le_bytes(self.bytes()?);
                self.push(Node::Int(number.into()));
            }
            0x8a => {
                let [length] = self.bytes()?;
                self.long(length.into())?;
            }
            0x8b => {
                let length = u32::from_le_bytes(self.bytes()?);
                self.long(length.into())?;
            }
            b'G' => {
                let number = f64::from_be_bytes(self.bytes()?);
                self.push(Node::Float(number));
            }

            b'S' => {
                let line = self.line()?;
                self.push(Node::Text(line.trim_matches(['\'', '"']).to_owned()));
            }
            b'V' => {
                let line = self.line()?;
                self.push(Node::Text(line));
            }
            b'U' | 0x8c => {
                let [length] = self.bytes()?;
                self.text(length.into())?;
            }
            b'T' | b'X' => {
                let length = u32::from_le_bytes(self.bytes()?);
                self.text(length.into())?;
            }
            0x8d => {
                let length = u64::from_le_bytes(self.bytes()?);
                self.text(length)?;
            }
            b'C' => {
                let [length] = self.bytes()?;
                self.plain(length.into())?;
            }
            b'B' => {
                let length = u32::from_le_bytes(self.bytes()?);
                self.plain(length.into())?;
            }
            0x8e | 0x96 => {
                let length = u64::from_le_bytes(self.bytes()?);
                self.plain(length)?;
            }

            b']' | 0x8f => self.push(Node::List(Vec::new())),
            b'a' => {
                let item = self.pop()?;
                self.extend(vec![item])?;
            }
            b'e' | 0x90 => {
                let items = self.above_mark()?;
                self.extend(items)?;
            }
            b'l' | 0x91 => {
                let items = self.above_mark()?;
                self.push(Node::List(items));
            }
            b')' => self.push(Node::Tuple(Vec::new())),
            b't' => {
                let items = self.above_mark()?;
                self.push(Node::Tuple(items));
            }
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let items = self.several(count)?;
                self.push(Node::Tuple(items));
            }
            b'}' => self.push(Node::Dict(Vec::new())),
            b's' => {
                let items = self.several(2)?;
                self.set(&items)?;
            }
            b'u' => {
                let items = self.above_mark()?;
                self.set(&items)?;
            }
            b'd' => {
                let items = self.above_mark()?;
                self.push(Node::Dict(Vec::new()));
                self.set(&items)?;
            }

            b'p' => {
                let key = self.line()?;
                self.memorise(key.trim().parse().map_err(damaged)?)?;
            }
            b'q' => {
                let [key] = self.bytes()?;
                self.memorise(key.into())?;
            }
            b'r' => {
                let key = u32::from_le_bytes(self.bytes()?);
                self.memorise(key)?;
            }
            0x94 => self.memorise(self.memo.len() as u32)?,
            b'g' => {
                let key = self.line()?;
                self.recall(key.trim().parse().map_err(damaged)?)?;
            }
            b'h' => {
                let [key] = self.bytes()?;
                self.recall(key.into())?;
            }
            b'j' => {
                let key = u32::from_le_bytes(self.bytes()?);
                self.recall(key)?;
            }

            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(&module, &name)?;
            }
            0x93 => {
                let names = self.several(2)?;
                let text = |at: Ref| match &self.nodes[at.0 as usize] {
                    Node::Text(text) if text.len() <= MAX_NAME => Ok(text.clone()),
                    _ => Err(damaged("a class without a name")),
                };
                let (module, name) = (text(names[0])?, text(names[1])?);
                self.global(&module, &name)?;
            }
            b'R' | 0x81 => {
                let parts = self.several(2)?;
                self.call(parts[0], parts[1])?;
            }
            // A call with keyword arguments; no tensor of PyTorch is made by one.
            0x92 => {
                let parts = self.several(3)?;
                self.object(parts[0]);
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                self.above_mark()?;
                self.global(&module, &name)?;
                let class = self.pop()?;
                self.object(class);
            }
            b'o' => {
                let parts = self.above_mark()?;
                let class = parts.first().copied();
                self.object(class.ok_or_else(|| damaged("an object without a class"))?);
            }
            b'b' => {
                let state = self.pop()?;
                let top = self.top()?;
                // The state of anything else, such as attributes of an ordered dict, is not needed.
                if let Node::Object { state: held, .. } = &mut self.nodes[top.0 as usize] {
                    *held = Some(state);
                }
            }
            b'P' => {
                self.line()?;
                self.push(Node::Plain);
            }
            b'Q' => {
                let id = self.pop()?;
                self.persistent(id)?;
            }
            other => return Err(damaged(format!("it has an unknown opcode, {other:#04x}"))),
        }
        Ok(None)
    }
}
