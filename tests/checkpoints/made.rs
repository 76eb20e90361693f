//! Makes checkpoints of the networks in `shapes.json`: with zeros where the numbers do not matter, or with
//! noise that keeps its magnitude through the network.
// Each test program that includes this file uses only a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// Writes `NAME.safetensors` into `folder`, all zeros, for this many classes.
pub fn blank_checkpoint(name: &str, classes: u64, folder: &Path) -> PathBuf {
    made(name, classes, folder, |_, shape| {
        vec![0; shape.iter().product::<u64>() as usize]
    })
}

/// A blank checkpoint called `weights.safetensors`, a name that says nothing of the network.
pub fn unnamed_checkpoint(name: &str, classes: u64, folder: &Path) -> PathBuf {
    let path = folder.join("weights.safetensors");
    std::fs::rename(blank_checkpoint(name, classes, folder), &path).unwrap();
    path
}

/// A checkpoint with weights from a fixed seed, of a variance that keeps the magnitude of activations.
pub fn seeded_checkpoint(name: &str, classes: u64, folder: &Path) -> PathBuf {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    made(name, classes, folder, |tensor, shape| {
        let count = shape.iter().product::<u64>() as usize;
        match shape {
            [_, fan_in @ ..] if !fan_in.is_empty() => {
                // He's variance, 2 / fan-in; that of a uniform number is a third of its bound's square.
                let bound = (6.0 / fan_in.iter().product::<u64>() as f32).sqrt();
                (0..count).map(|_| bfloat16(bound * uniform())).collect()
            }
            // Norms that do not change their input.
            _ if tensor.ends_with("weight") || tensor.ends_with("running_var") => {
                vec![bfloat16(1.0); count]
            }
            _ => vec![0; count],
        }
    })
}

fn bfloat16(value: f32) -> u16 {
    (value.to_bits() >> 16) as u16
}

/// A file with bfloat16 tensors, whose values are computed by `values` from name and shape.
fn made(
    name: &str,
    classes: u64,
    folder: &Path,
    mut values: impl FnMut(&str, &[u64]) -> Vec<u16>,
) -> PathBuf {
    let known: BTreeMap<String, BTreeMap<String, Vec<Option<u64>>>> =
        serde_json::from_str(include_str!("shapes.json")).unwrap();
    let (mut header, mut shapes, mut end) = (Map::new(), Vec::new(), 0);
    for (tensor, shape) in &known[name] {
        let sizes = shape.iter().map(|size| size.unwrap_or(classes));
        let shape: Vec<u64> = sizes.collect();
        let start = end;
        end += 2 * shape.iter().product::<u64>();
        let about = json!({"dtype": "BF16", "shape": shape, "data_offsets": [start, end]});
        header.insert(tensor.clone(), about);
        shapes.push((tensor, shape));
    }
    let header = Value::Object(header).to_string();
    let path = folder.join(format!("{name}.safetensors"));
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes())
        .unwrap();
    file.write_all(header.as_bytes()).unwrap();
    for (tensor, shape) in shapes {
        let bytes: Vec<u8> = values(tensor, &shape)
            .into_iter()
            .flat_map(u16::to_le_bytes)
            .collect();
        file.write_all(&bytes).unwrap();
    }
    file.flush().unwrap();
    path
}
