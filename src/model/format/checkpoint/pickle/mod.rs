//! Reads Python's pickles without running anything.
//!
//! A pickle is a program for a small stack machine, which in Python may call any function there is.
//! Here it builds plain data: dicts, lists, texts and numbers are what they are, PyTorch's tensors
//! become descriptions of where their values lie ([`torch`]), and whatever else would be called is
//! named and left alone. Each step takes a bounded part of memory, and so do all of them together.

mod node;
#[cfg(test)]
mod tests;
mod torch;

use std::collections::HashMap;
use std::io::Read;

pub use self::node::{Dtype, Node, Pickle, Ref, Stored};
use crate::model::error::Fault;

type Result<T> = std::result::Result<T, Fault>;

/// Longest pickle read, in bytes: that of a thousand tensors is a thousandth of it.
pub const LONGEST: u64 = 64 << 20;
/// Most steps taken.
const MOST_STEPS: usize = 4 << 20;
/// Longest line of a number or name in the oldest protocols, in bytes.
const LONGEST_LINE: usize = 1 << 12;
/// Longest name of a function or class, in bytes.
const LONGEST_NAME: usize = 256;

impl Pickle {
    /// Reads up to the end of one pickle.
    ///
    /// # Errors
    /// [`Fault::Damaged`].
    pub fn read(input: &mut dyn Read) -> Result<Pickle> {
        let mut machine = Machine {
            input,
            left: LONGEST,
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            copied: 0,
        };
        for _ in 0..MOST_STEPS {
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
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Ref>,
    /// Items that were copied from one node to another: the one thing that a step may do much of.
    copied: usize,
}

impl Machine<'_> {
    /// Does what the next byte says; the outermost node where that was the end.
    fn step(&mut self) -> Result<Option<Ref>> {
        let [opcode] = self.bytes()?;
        match opcode {
            // The protocol, and how long the next part is: neither bears on what is meant.
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
                self.line()?;
                self.push(Node::Plain);
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
                self.bytes::<8>()?;
                self.push(Node::Plain);
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
                    Node::Text(text) if text.len() <= LONGEST_NAME => Ok(text.clone()),
                    _ => Err(damaged("a class without a name")),
                };
                let (module, name) = (text(names[0])?, text(names[1])?);
                self.global(&module, &name)?;
            }
            b'R' | 0x81 => {
                let parts = self.several(2)?;
                self.call(parts[0], parts[1])?;
            }
            // With arguments by name: PyTorch has no tensors of that kind.
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
                // An ordered dict has attributes besides, which nothing here asks for.
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
            other => return Err(damaged(format!("it has an unknown step, {other:#04x}"))),
        }
        Ok(None)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.take(N as u64)?;
        let read = self.input.read_exact(&mut bytes);
        read.map_err(|_| damaged("it ends early"))?;
        Ok(bytes)
    }

    fn take(&mut self, bytes: u64) -> Result<()> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| damaged(format!("it claims more than {LONGEST} bytes")))?;
        Ok(())
    }

    /// So many bytes, of which no more are held than are there.
    fn run(&mut self, length: u64) -> Result<Vec<u8>> {
        self.take(length)?;
        let mut bytes = Vec::new();
        let read = self.input.take(length).read_to_end(&mut bytes);
        match read {
            Ok(read) if read as u64 == length => Ok(bytes),
            _ => Err(damaged("it ends early")),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        loop {
            match self.bytes()? {
                [b'\n'] => break,
                [byte] if line.len() < LONGEST_LINE => line.push(byte),
                _ => return Err(damaged("it has an endless line")),
            }
        }
        String::from_utf8(line).map_err(damaged)
    }

    fn line_number(&mut self) -> Result<()> {
        let line = self.line()?;
        let node = match line.trim_end_matches('L') {
            "00" => Node::Bool(false),
            "01" => Node::Bool(true),
            number => number.parse().map_or(Node::Plain, Node::Int),
        };
        self.push(node);
        Ok(())
    }

    /// A whole number of so many bytes, the least first.
    fn long(&mut self, length: u64) -> Result<()> {
        let bytes = self.run(length)?;
        let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
        let mut whole = [if negative { 0xff } else { 0 }; 16];
        let node = match whole.get_mut(..bytes.len()) {
            Some(low) => {
                low.copy_from_slice(&bytes);
                Node::Int(i128::from_le_bytes(whole))
            }
            None => Node::Plain,
        };
        self.push(node);
        Ok(())
    }

    fn text(&mut self, length: u64) -> Result<()> {
        let bytes = self.run(length)?;
        let node = String::from_utf8(bytes).map_or(Node::Plain, Node::Text);
        self.push(node);
        Ok(())
    }

    fn plain(&mut self, length: u64) -> Result<()> {
        self.run(length)?;
        self.push(Node::Plain);
        Ok(())
    }

    fn add(&mut self, node: Node) -> Ref {
        // No more than a few a step, so that the number fits.
        let at = Ref(self.nodes.len() as u32);
        self.nodes.push(node);
        at
    }

    fn push(&mut self, node: Node) {
        let at = self.add(node);
        self.stack.push(at);
    }

    /// The height of the stack that may not be gone below.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    fn top(&self) -> Result<Ref> {
        match self.stack.last() {
            Some(top) if self.stack.len() > self.floor() => Ok(*top),
            _ => Err(damaged("its stack is empty")),
        }
    }

    fn pop(&mut self) -> Result<Ref> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn several(&mut self, count: usize) -> Result<Vec<Ref>> {
        let from = self.stack.len().checked_sub(count);
        let from = from.filter(|from| *from >= self.floor());
        let from = from.ok_or_else(|| damaged("its stack is empty"))?;
        Ok(self.stack.split_off(from))
    }

    fn above_mark(&mut self) -> Result<Vec<Ref>> {
        let mark = self.marks.pop();
        let mark = mark.ok_or_else(|| damaged("it has no mark"))?;
        // The stack never goes below a mark.
        Ok(self.stack.split_off(mark))
    }

    fn extend(&mut self, items: Vec<Ref>) -> Result<()> {
        let top = self.top()?;
        match &mut self.nodes[top.0 as usize] {
            Node::List(list) => list.extend(items),
            Node::Object { .. } => {}
            _ => return Err(damaged("it appends to what is no list")),
        }
        Ok(())
    }

    /// Keys and values in turn.
    fn set(&mut self, items: &[Ref]) -> Result<()> {
        let top = self.top()?;
        match &mut self.nodes[top.0 as usize] {
            Node::Dict(entries) => {
                let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                entries.extend(pairs);
            }
            Node::Object { .. } => {}
            _ => return Err(damaged("it sets a key in what is no dict")),
        }
        Ok(())
    }

    fn memorise(&mut self, key: u32) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Result<()> {
        let found = self.memo.get(&key).copied();
        let found = found.ok_or_else(|| damaged(format!("it has not memorised {key}")))?;
        self.stack.push(found);
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) -> Result<()> {
        if module.len() + name.len() > LONGEST_NAME {
            return Err(damaged("a class has an endless name"));
        }
        self.push(Node::Global(format!("{module}.{name}")));
        Ok(())
    }

    /// What is only named.
    fn object(&mut self, class: Ref) {
        self.push(Node::Object { class, state: None });
    }
}
