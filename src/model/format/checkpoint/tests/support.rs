//! Architectures that the tests define, and checkpoints to open with them.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::model::error::Fault;
use crate::model::format::checkpoint::architectures::{Library, Shapes, naming};
use crate::model::format::{self, Opened};
use crate::model::opening::{OpenOptions, Opening};

pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn file(name: &str) -> PathBuf {
    root("tests/checkpoints").join(name)
}

/// The JSON of an exported program.
pub fn program(path: &Path, entry: &str) -> Value {
    let mut zip = ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    serde_json::from_reader(zip.by_name(entry).unwrap()).unwrap()
}

/// The entry of a [`Library`] for an exported program.
pub fn network(name: &str, program: &Value, head: &[&str]) -> (Value, String) {
    let module = &program["graph_module"];
    let mut tensors = BTreeMap::new();
    for spec in module["signature"]["input_specs"].as_array().unwrap() {
        for (kind, called) in [("parameter", "parameter_name"), ("buffer", "buffer_name")] {
            let Some(spec) = spec.get(kind) else { continue };
            let called = spec[called].as_str().unwrap();
            if !called.ends_with("num_batches_tracked") {
                let about =
                    &module["graph"]["tensor_values"][spec["arg"]["name"].as_str().unwrap()];
                let sizes = about["sizes"].as_array().unwrap().iter();
                let sizes: Vec<i64> = sizes.map(|size| size["as_int"].as_i64().unwrap()).collect();
                tensors.insert(called.to_owned(), sizes);
            }
        }
    }
    let about = json!({
        "name": name, "tensors": tensors, "head": head, "preprocess": {"crop_pct": 0.5},
    });
    (about, program.to_string())
}

/// A library of these networks, each with a graph of its own.
pub fn library(networks: &[(Value, String)]) -> Library {
    let (mut graphs, mut listed, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for (about, program) in networks {
        let tensors: Shapes = serde_json::from_value(about["tensors"].clone()).unwrap();
        let head: Vec<String> = serde_json::from_value(about["head"].clone()).unwrap();
        let mut trunk = tensors.clone();
        trunk.retain(|name, _| !head.contains(name));
        let prints: Vec<u32> = naming::prints(&naming::patterns(&trunk, ""), "")
            .into_iter()
            .collect();
        graphs.push(json!({"id": about["name"], "prints": prints, "numbered": []}));
        listed.push(json!({
            "name": about["name"], "library": "torchvision", "graph": about["name"],
            "tensors": naming::hash_of(&tensors, &head), "trunk": "", "units": [],
            "hint": about.get("hint").cloned().unwrap_or(json!("")),
            "preprocess": [["usual", about["preprocess"]]],
        }));
        let mut due = about["tensors"].clone();
        for name in &head {
            due[name][0] = Value::Null;
        }
        let program: Value = serde_json::from_str(program).unwrap();
        let template = json!({
            "head": head, "cuts": [], "tensors": due, "children": [], "parameters": {}, "program": program,
        });
        entries.push((
            about["name"].as_str().unwrap().to_owned(),
            template.to_string(),
        ));
    }
    let index = json!({"auxiliary": ["aux."], "graphs": graphs, "networks": listed}).to_string();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut entry = |name: &str, text: &str| {
        writer.start_file(name, deflated).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    };
    entry("index.json", &index);
    for (name, template) in &entries {
        entry(&format!("{name}.json"), template);
    }
    Library::of(writer.finish().unwrap().into_inner().leak()).unwrap()
}

pub fn resnet(name: &str) -> (Value, String) {
    let mini = root("tests/torchvision/tiny/resnet.pt2");
    let program = program(&mini, "resnet/models/model.json");
    network(name, &program, &["fc.weight", "fc.bias"])
}

/// One with the same tensors that computes otherwise.
pub fn other_resnet() -> (Value, String) {
    let (mut about, program) = resnet("resnet_strided");
    about["hint"] = json!("with strides");
    let program = program.replacen("aten.relu_.default", "aten.tanh_.default", 1);
    (about, program)
}

/// A linear layer on the mean of each colour.
pub fn layer() -> (Value, String) {
    let mini = format::pt2_program();
    network("layer", &mini, &["fc.weight", "fc.bias"])
}

pub fn open(
    path: &Path,
    known: &[(Value, String)],
    architecture: Option<&str>,
) -> Result<Opened, Fault> {
    let mut report = |_| ControlFlow::Continue(());
    let options = OpenOptions::default();
    let options = match architecture {
        Some(name) => options.architecture(name),
        None => options,
    };
    let mut opening = Opening::new(&mut report).with_options(options);
    format::read(path, || Ok(library(known)), &mut opening)
}

pub fn fault(path: &Path, known: &[(Value, String)]) -> Fault {
    open(path, known, None).expect_err("it opened")
}

/// Opens a file with the bytes of `name` after `spoil` has changed them.
pub fn spoilt(name: &str, spoil: impl FnOnce(&mut Vec<u8>)) -> Result<Opened, Fault> {
    let mut bytes = std::fs::read(file(name)).unwrap();
    spoil(&mut bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    open(&path, &[layer()], None)
}

pub fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

/// The bytes of one of the small files; the last is written here.
pub fn small(name: &str) -> Vec<u8> {
    match name {
        "layer.safetensors" => safetensors(
            r#"{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}"#,
            32,
        ),
        name => std::fs::read(file(name)).unwrap(),
    }
}
