//! Inputs that are trees of values, and libFuzzer's calls on them.

use serde_json::Value;

use crate::{mutate, protobuf};

/// How bytes are a tree.
pub struct Format {
    read: fn(&[u8]) -> Option<Value>,
    write: fn(&Value) -> Vec<u8>,
}

pub const JSON: Format = Format {
    read: |bytes| serde_json::from_slice(bytes).ok(),
    write: |tree| tree.to_string().into_bytes(),
};

pub const PROTOBUF: Format = Format {
    read: protobuf::to_tree,
    write: protobuf::to_bytes,
};

impl Format {
    /// Changes the first `size` bytes of `data` as a tree, and says how many there are then. `None`
    /// where that is left to libFuzzer: one time in four, and where they are no tree.
    pub fn changed(&self, data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
        if seed.is_multiple_of(4) {
            return None;
        }
        let mut tree = (self.read)(data.get(..size)?)?;
        mutate::tree(&mut tree, None, seed);
        self.put(&tree, data.get_mut(..most)?)
    }

    /// One tree with parts of another; nothing where that has no room.
    pub fn crossed(&self, one: &[u8], other: &[u8], out: &mut [u8], seed: u32) -> usize {
        let mut crossed = || {
            let (mut tree, other) = ((self.read)(one)?, (self.read)(other)?);
            mutate::tree(&mut tree, Some(&other), seed);
            self.put(&tree, out)
        };
        crossed().unwrap_or_default()
    }

    fn put(&self, tree: &Value, out: &mut [u8]) -> Option<usize> {
        let bytes = (self.write)(tree);
        out.get_mut(..bytes.len())?.copy_from_slice(&bytes);
        Some(bytes.len())
    }
}

/// A target whose inputs are changed as trees.
#[macro_export]
macro_rules! fuzz_tree {
    ($target:literal, $format:expr) => {
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::open($target, input));

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
            let changed = $format.changed(data, size, most, seed);
            changed.unwrap_or_else(|| libfuzzer_sys::fuzzer_mutate(data, size, most))
        });

        libfuzzer_sys::fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
            $format.crossed(one, other, out, seed)
        });
    };
}
