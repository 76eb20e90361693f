//! Inputs that are trees of values, and the functions that libFuzzer calls to change them.

use serde_json::Value;

use crate::{mutate, protobuf};

/// How bytes are read as a tree and written back.
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
    /// Changes the first `size` bytes of `data` as a tree, and returns how many there are then, at most
    /// `limit`. `None` leaves the change to libFuzzer: one time in four, and if they are not a tree.
    pub fn changed(&self, data: &mut [u8], size: usize, limit: usize, seed: u32) -> Option<usize> {
        if seed.is_multiple_of(4) {
            return None;
        }
        let mut tree = (self.read)(data.get(..size)?)?;
        mutate::tree(&mut tree, None, seed);
        self.put(&tree, data.get_mut(..limit)?)
    }

    /// Writes one tree with parts of another to `out` and returns its length; 0 if it does not fit.
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

/// Defines a target whose inputs are changed as trees.
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
