//! Writes a small archive like `torch.export.save`: mean, linear and relu on an image of 2 × 2 pixels.
//! Tests can change every part of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub struct Pt2 {
    /// The folder that everything is in.
    pub root: &'static str,
    pub program: Value,
    /// Written instead of `program`.
    pub program_text: Option<String>,
    pub nodes: Vec<Value>,
    pub shapes: BTreeMap<&'static str, Value>,
    pub inputs: Vec<Value>,
    pub outputs: Vec<Value>,
    /// Not written if it is null.
    pub config: Value,
    /// The bytes of `weight_N`; the last is `weight_1`.
    pub weights: Vec<Vec<u8>>,
    /// More entries, with their full names.
    pub extra: Vec<(String, Vec<u8>)>,
}

pub fn tensor(dtype: i64, sizes: &[i64]) -> Value {
    let mut strides = vec![1; sizes.len()];
    for axis in (1..sizes.len()).rev() {
        strides[axis - 1] = strides[axis] * sizes[axis];
    }
    let ints = |list: &[i64]| {
        list.iter()
            .map(|int| json!({"as_int": int}))
            .collect::<Value>()
    };
    json!({
        "dtype": dtype, "sizes": ints(sizes), "requires_grad": false,
        "device": {"type": "cpu", "index": null}, "strides": ints(&strides),
        "storage_offset": {"as_int": 0}, "layout": 7,
    })
}

/// A node with the tensor argument `self`, or `self` and `other`.
pub fn node(target: &str, name: &str, tensors: &[&str], stack: &str) -> Value {
    let inputs: Vec<Value> = tensors
        .iter()
        .zip(["self", "other"])
        .map(|(tensor, name)| json!({"name": name, "arg": {"as_tensor": {"name": tensor}}, "kind": 1}))
        .collect();
    json!({
        "target": target, "name": name, "inputs": inputs,
        "outputs": [{"as_tensor": {"name": name}}],
        "metadata": {"nn_module_stack": stack}, "is_hop_single_tensor_return": null,
    })
}

impl Pt2 {
    /// The image `[1, 3, 2, 2]` is averaged to `[1, 3]`, mapped linearly to `[1, 2]`, then rectified.
    pub fn new() -> Pt2 {
        let mut mean = node(
            "torch.ops.aten.mean.dim",
            "flatten",
            &["x"],
            "L__self__,,pkg.N",
        );
        mean["inputs"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "dim", "arg": {"as_ints": [2, 3]}}));
        let mut linear = node(
            "torch.ops.aten.linear.default",
            "linear",
            &[],
            "L__self__,,pkg.N;L__self__fc,fc,torch.nn.modules.linear.Linear",
        );
        linear["inputs"] = ["input", "weight", "bias"]
            .iter()
            .zip(["flatten", "p_fc_weight", "p_fc_bias"])
            .map(|(name, tensor)| json!({"name": name, "arg": {"as_tensor": {"name": tensor}}}))
            .collect();
        let relu = node(
            "torch.ops.aten.relu.default",
            "relu",
            &["linear"],
            "L__self__,,pkg.N",
        );
        let parameter = |arg: &str, name: &str| json!({"parameter": {"arg": {"name": arg}, "parameter_name": name}});
        let payload = |path: &str, sizes: &[i64]| json!({"path_name": path, "is_param": true, "use_pickle": false, "tensor_meta": tensor(7, sizes)});
        let floats = |count: u8| {
            (0..count)
                .flat_map(|i| f32::from(i).to_le_bytes())
                .collect()
        };
        let mut shapes = BTreeMap::from([
            ("x", tensor(7, &[1, 3, 2, 2])),
            ("flatten", tensor(7, &[1, 3])),
        ]);
        for name in [
            "linear", "relu", "view", "softmax", "sigmoid", "tanh", "erf", "warp", "aside",
        ] {
            shapes.insert(name, tensor(7, &[1, 2]));
        }
        Pt2 {
            root: "m",
            program: json!({
                "schema_version": {"major": 8, "minor": 20}, "torch_version": "2.13.0",
                "opset_version": {"aten": 10}, "range_constraints": {}, "verifiers": ["TRAINING"],
            }),
            program_text: None,
            nodes: vec![mean, linear, relu],
            shapes,
            inputs: vec![
                parameter("p_fc_weight", "fc.weight"),
                parameter("p_fc_bias", "fc.bias"),
                json!({"user_input": {"arg": {"as_tensor": {"name": "x"}}}}),
            ],
            outputs: vec![json!({"user_output": {"arg": {"as_tensor": {"name": "relu"}}}})],
            config: json!({"config": {
                "fc.weight": payload("weight_0", &[2, 3]), "fc.bias": payload("weight_1", &[2]),
            }}),
            weights: vec![floats(6), floats(2)],
            extra: Vec::new(),
        }
    }

    pub fn hand_back(&mut self, name: &str) {
        self.outputs = vec![json!({"user_output": {"arg": {"as_tensor": {"name": name}}}})];
    }

    /// The program with its graph.
    pub fn written(&self) -> Value {
        let mut program = self.program.clone();
        if program.get("graph_module").is_none() {
            program["graph_module"] = json!({
                "graph": {"inputs": [], "outputs": [], "nodes": self.nodes, "tensor_values": self.shapes},
                "signature": {"input_specs": self.inputs, "output_specs": self.outputs},
            });
        }
        program
    }

    pub fn bytes(&self) -> Vec<u8> {
        let program = self.program_text.clone();
        let program = program.unwrap_or_else(|| self.written().to_string());
        let mut entries = Vec::new();
        // Numbered from the end, so that the first can be left out.
        let first = 2 - self.weights.len();
        for (index, bytes) in self.weights.iter().enumerate() {
            entries.push((
                format!("data/weights/weight_{}", first + index),
                bytes.clone(),
            ));
        }
        if !self.config.is_null() {
            let name = "data/weights/model_weights_config.json".to_owned();
            entries.push((name, self.config.to_string().into_bytes()));
        }
        entries.push(("models/model.json".to_owned(), program.into_bytes()));
        entries.push(("byteorder".to_owned(), b"little".to_vec()));
        for (name, _) in &mut entries {
            *name = format!("{}/{name}", self.root);
        }
        entries.extend(self.extra.iter().cloned());
        let entries: Vec<(&str, &[u8])> = entries
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        zip(&entries)
    }
}

/// An archive of uncompressed entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(*name, stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Adds the 64-bit records of the directory's offset, which PyTorch writes for archives of any size.
pub fn with_zip64_records(archive: &[u8]) -> Vec<u8> {
    let (body, end) = archive.split_at(archive.len() - 22);
    let number = |at: usize, size: usize| {
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(&end[at..at + size]);
        bytes
    };
    let (count, size, offset) = (number(10, 2), number(12, 4), number(16, 4));
    let mut record = b"PK\x06\x06".to_vec();
    record.extend_from_slice(&44u64.to_le_bytes());
    record.extend_from_slice(&[0x1e, 3, 45, 0]);
    record.extend_from_slice(&[0; 8]);
    for number in [count, count, size, offset] {
        record.extend_from_slice(&number);
    }
    let mut locator = b"PK\x06\x07".to_vec();
    locator.extend_from_slice(&[0; 4]);
    locator.extend_from_slice(&(body.len() as u64).to_le_bytes());
    locator.extend_from_slice(&1u32.to_le_bytes());
    assert_eq!(record.len() + locator.len(), 76);
    [body, &record, &locator, end].concat()
}
