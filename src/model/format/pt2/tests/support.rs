//! Opens the archives that tests write, and the programs that other tests of formats use.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::writer::{self, Pt2};
use crate::model::error::Fault;
use crate::model::format::{self, Opened};

/// The program of the writer's network, with the shapes of its weights.
pub fn linear_program() -> serde_json::Value {
    let mut model = Pt2::new();
    model
        .shapes
        .insert("p_fc_weight", writer::tensor(7, &[2, 3]));
    model.shapes.insert("p_fc_bias", writer::tensor(7, &[2]));
    model.written()
}

/// The program of [`masked`], with the shapes of its weights.
pub fn masked_program() -> serde_json::Value {
    let mut model = masked();
    model
        .shapes
        .insert("p_fc_weight", writer::tensor(7, &[2, 3]));
    model.shapes.insert("p_fc_bias", writer::tensor(7, &[2]));
    model.shapes.insert("b_mask", writer::tensor(7, &[1, 2]));
    model.written()
}

/// The writer's network with a buffer added to its logits that hides the second one.
pub fn masked() -> Pt2 {
    let mut model = Pt2::new();
    let add = "torch.ops.aten.add.Tensor";
    model
        .nodes
        .insert(2, writer::node(add, "aside", &["linear", "b_mask"], ""));
    model.nodes[3] = writer::node("torch.ops.aten.relu.default", "relu", &["aside"], "");
    model.inputs.push(json!({
        "buffer": {"arg": {"name": "b_mask"}, "buffer_name": "mask", "persistent": true},
    }));
    let payload = json!({
        "path_name": "weight_2", "is_param": false, "use_pickle": false,
        "tensor_meta": writer::tensor(7, &[1, 2]),
    });
    model.config["config"]["mask"] = payload;
    let mask = [0f32, f32::NEG_INFINITY].iter();
    model.extra.push((
        "m/data/weights/weight_2".to_owned(),
        mask.flat_map(|value| value.to_le_bytes()).collect(),
    ));
    model
}

pub fn refused(model: &Pt2) -> Fault {
    fault(&model.bytes())
}

/// Why a file with these bytes is refused. The message has to end with the path.
pub fn fault(bytes: &[u8]) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, bytes).unwrap();
    let error = format::open_silently(&path).unwrap_err();
    let message = error.to_string();
    assert!(
        message.ends_with(&format!(": {}", path.display())),
        "{message}"
    );
    error.fault()
}

pub fn opened(model: &Pt2) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, model.bytes()).unwrap();
    format::open_silently(&path).unwrap_or_else(|error| panic!("{error}"))
}

pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name)
}
