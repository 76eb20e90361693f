//! Weights as another script might have saved them: the tensors of a safetensors file under other names.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

/// A tensor: its dtype, its shape and its bytes.
#[derive(Clone)]
pub struct Stored {
    pub dtype: String,
    pub shape: Vec<u64>,
    pub bytes: Vec<u8>,
}

impl Stored {
    /// Zeros.
    pub fn blank(shape: &[u64]) -> Stored {
        let length = 4 * shape.iter().product::<u64>();
        Stored {
            dtype: "F32".into(),
            shape: shape.to_vec(),
            bytes: vec![0; length as usize],
        }
    }
}

pub type Tensors = BTreeMap<String, Stored>;

pub fn read(path: &Path) -> Tensors {
    let bytes = std::fs::read(path).unwrap();
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header: Map<String, Value> = serde_json::from_slice(header).unwrap();
    let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
    let stored = |about: &Value| {
        let at = |index: usize| about["data_offsets"][index].as_u64().unwrap() as usize;
        Stored {
            dtype: about["dtype"].as_str().unwrap().to_owned(),
            shape: serde_json::from_value(about["shape"].clone()).unwrap(),
            bytes: data[at(0)..at(1)].to_vec(),
        }
    };
    tensors
        .map(|(name, about)| (name.clone(), stored(about)))
        .collect()
}

pub fn write(tensors: &Tensors, path: &Path) {
    let mut header = Map::new();
    let mut data: Vec<u8> = Vec::new();
    for (name, stored) in tensors {
        let start = data.len();
        data.extend(&stored.bytes);
        let about = json!({"dtype": stored.dtype, "shape": stored.shape, "data_offsets": [start, data.len()]});
        header.insert(name.clone(), about);
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    std::fs::write(path, bytes).unwrap();
}
