//! The parts of the machine's steps: reading bounded pieces of the pickle, and moving nodes on the
//! stack.

use std::io::Read;

use super::{MAX_LENGTH, MAX_LINE, MAX_NAME, Machine, Node, Ref, damaged};
use crate::model::error::Result;

impl Machine<'_> {
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.take(N as u64)?;
        let read = self.input.read_exact(&mut bytes);
        read.map_err(|_| damaged("it ends early"))?;
        Ok(bytes)
    }

    pub(crate) fn take(&mut self, bytes: u64) -> Result<()> {
        let left = self.left.checked_sub(bytes);
        self.left =
            left.ok_or_else(|| damaged(format!("it claims more than {MAX_LENGTH} bytes")))?;
        Ok(())
    }

    /// Reads `length` bytes. Memory grows with the bytes that are there, not with what is claimed.
    pub(crate) fn run(&mut self, length: u64) -> Result<Vec<u8>> {
        self.take(length)?;
        let mut bytes = Vec::new();
        let read = self.input.take(length).read_to_end(&mut bytes);
        match read {
            Ok(read) if read as u64 == length => Ok(bytes),
            _ => Err(damaged("it ends early")),
        }
    }

    pub(crate) fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        loop {
            match self.bytes()? {
                [b'\n'] => break,
                [byte] if line.len() < MAX_LINE => line.push(byte),
                _ => return Err(damaged("a line in it is too long")),
            }
        }
        String::from_utf8(line).map_err(damaged)
    }

    pub(crate) fn line_number(&mut self) -> Result<()> {
        let line = self.line()?;
        let node = match line.trim_end_matches('L') {
            "00" => Node::Bool(false),
            "01" => Node::Bool(true),
            number => number.parse().map_or(Node::Plain, Node::Int),
        };
        self.push(node);
        Ok(())
    }

    /// An integer of `length` bytes, little-endian.
    pub(crate) fn long(&mut self, length: u64) -> Result<()> {
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

    pub(crate) fn text(&mut self, length: u64) -> Result<()> {
        let bytes = self.run(length)?;
        let node = String::from_utf8(bytes).map_or(Node::Plain, Node::Text);
        self.push(node);
        Ok(())
    }

    pub(crate) fn plain(&mut self, length: u64) -> Result<()> {
        self.run(length)?;
        self.push(Node::Plain);
        Ok(())
    }

    pub(crate) fn add(&mut self, node: Node) -> Ref {
        // A step adds no more than a few nodes, so that the number fits.
        let at = Ref(self.nodes.len() as u32);
        self.nodes.push(node);
        at
    }

    pub(crate) fn push(&mut self, node: Node) {
        let at = self.add(node);
        self.stack.push(at);
    }

    /// The height below which nothing may be taken off the stack.
    pub(crate) fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    pub(crate) fn top(&self) -> Result<Ref> {
        match self.stack.last() {
            Some(top) if self.stack.len() > self.floor() => Ok(*top),
            _ => Err(damaged("its stack is empty")),
        }
    }

    pub(crate) fn pop(&mut self) -> Result<Ref> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    pub(crate) fn several(&mut self, count: usize) -> Result<Vec<Ref>> {
        let from = self.stack.len().checked_sub(count);
        let from = from.filter(|from| *from >= self.floor());
        let from = from.ok_or_else(|| damaged("its stack is empty"))?;
        Ok(self.stack.split_off(from))
    }

    pub(crate) fn above_mark(&mut self) -> Result<Vec<Ref>> {
        let mark = self.marks.pop();
        let mark = mark.ok_or_else(|| damaged("it has no mark"))?;
        // The stack never goes below a mark.
        Ok(self.stack.split_off(mark))
    }

    pub(crate) fn extend(&mut self, items: Vec<Ref>) -> Result<()> {
        let top = self.top()?;
        match &mut self.nodes[top.0 as usize] {
            Node::List(list) => list.extend(items),
            Node::Object { .. } => {}
            _ => return Err(damaged("it appends to something that is not a list")),
        }
        Ok(())
    }

    /// Sets keys of the dict on top; keys and values alternate in `items`.
    pub(crate) fn set(&mut self, items: &[Ref]) -> Result<()> {
        let top = self.top()?;
        match &mut self.nodes[top.0 as usize] {
            Node::Dict(entries) => {
                let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                entries.extend(pairs);
            }
            Node::Object { .. } => {}
            _ => return Err(damaged("it sets a key of something that is not a dict")),
        }
        Ok(())
    }

    pub(crate) fn memorise(&mut self, key: u32) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    pub(crate) fn recall(&mut self, key: u32) -> Result<()> {
        let found = self.memo.get(&key).copied();
        let found = found.ok_or_else(|| damaged(format!("it has no memo {key}")))?;
        self.stack.push(found);
        Ok(())
    }

    pub(crate) fn global(&mut self, module: &str, name: &str) -> Result<()> {
        if module.len() + name.len() > MAX_NAME {
            return Err(damaged("the name of a class is too long"));
        }
        self.push(Node::Global(format!("{module}.{name}")));
        Ok(())
    }

    /// An object of which only the class is known.
    pub(crate) fn object(&mut self, class: Ref) {
        self.push(Node::Object { class, state: None });
    }
}
