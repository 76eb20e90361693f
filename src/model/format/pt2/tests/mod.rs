//! Opens archives that are written here, one for each thing that can be wrong with one, and the two
//! models that come with the program.

mod table;
mod weights;
mod wiring;
mod writer;

use std::path::{Path, PathBuf};

use serde_json::json;

use self::writer::Pt2;
use crate::model::error::{Error, Fault};
use crate::model::format::{self, Opened};
use crate::model::graph::{Graph, Head};
use crate::model::op::{Normalisation, Op, Reshaping};

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
fn masked() -> Pt2 {
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

fn refused(model: &Pt2) -> Fault {
    fault(&model.bytes())
}

/// Why a file with these bytes is refused. The message has to end with the path.
fn fault(bytes: &[u8]) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, bytes).unwrap();
    let error = format::open_silently(&path).unwrap_err();
    let message = error.to_string();
    assert!(
        message.ends_with(&format!(": {}", path.display())),
        "{message}"
    );
    let Error::File { fault, .. } = error;
    fault
}

fn opened(model: &Pt2) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, model.bytes()).unwrap();
    format::open_silently(&path).unwrap_or_else(|error| panic!("{error}"))
}

fn count(graph: &Graph, wanted: impl Fn(&Op) -> bool) -> usize {
    graph.nodes.iter().filter(|node| wanted(&node.op)).count()
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name)
}

#[test]
fn opens_squeezenet() {
    let Opened {
        graph,
        labels,
        preprocess,
        about,
        ..
    } = format::open_silently(&sample("squeezenet1_1.pt2")).unwrap();
    assert_eq!(count(&graph, |op| matches!(op, Op::Convolution(_))), 26);
    assert_eq!(graph.rectifiers(), 26);
    assert_eq!(graph.parameters(), 1_235_496);
    assert_eq!(graph.input_shape, [1, 3, 224, 224]);
    assert_eq!(
        graph.values[graph.logits.0].stated_shape,
        Some(vec![1, 1000])
    );
    assert_eq!(graph.modules[0].kind, "SqueezeNet");
    let logits = graph.producer(graph.logits).unwrap();
    assert_eq!(
        (&logits.op, logits.module.as_str()),
        (&Reshaping::Flatten { start: 1, end: -1 }.into(), "")
    );
    assert_eq!(graph.nodes[0].module, "features.0");
    assert_eq!(labels.unwrap().lines().count(), 1000);
    assert!(preprocess.unwrap().contains("bilinear"));
    assert_eq!(about.format, "PyTorch export (.pt2), schema 8.20");
    assert!(about.written_by.unwrap().starts_with("PyTorch 2.13"));
    let source = about.sources["features.3.squeeze"].as_str();
    assert!(source.starts_with("squeezenet.py, line "), "{source}");
    assert!(source.contains("self.squeeze(x)"), "{source}");
}

#[test]
fn opens_efficientnet() {
    let graph = format::open_silently(&sample("efficientnet_lite0.pt2"))
        .unwrap()
        .graph;
    assert_eq!(count(&graph, |op| matches!(op, Op::Convolution(_))), 49);
    assert_eq!(
        count(
            &graph,
            |op| matches!(op, Op::Normalisation(Normalisation::Batch { affine: true, eps }) if *eps == 1e-3)
        ),
        49
    );
    assert_eq!(graph.rectifiers(), 33);
    assert!(
        graph
            .nodes
            .iter()
            .filter_map(|node| node.op.rectifier())
            .all(|rectifier| rectifier.ceiling.is_none_or(|top| top == 6.0))
    );
}

#[test]
fn opens_the_smallest_model() {
    let graph = opened(&Pt2::new()).graph;
    assert_eq!(graph.nodes.len(), 3);
    assert_eq!(graph.input_shape, [1, 3, 2, 2]);
    let weight = graph.nodes[1].inputs[1];
    let weight = Vec::<f32>::try_from(graph.weight(weight).unwrap().flatten(0, -1)).unwrap();
    assert_eq!(weight, [0., 1., 2., 3., 4., 5.]);
    assert_eq!(graph.head, Head::None);
}

#[test]
fn opens_a_model_with_a_name_of_any_length() {
    for root in ["m", "resnet1", "resnet18", "resnet152"] {
        let mut model = Pt2::new();
        model.root = root;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.pt2");
        std::fs::write(&path, writer::with_zip64_records(&model.bytes())).unwrap();
        format::open_silently(&path).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn refuses_a_truncated_file() {
    let whole = Pt2::new().bytes();
    assert_eq!(fault(b""), Fault::Empty);
    for length in (1..whole.len())
        .step_by(7)
        .chain(whole.len() - 30..whole.len())
    {
        let fault = fault(&whole[..length]);
        assert!(
            matches!(fault, Fault::Damaged(_) | Fault::NotAModel { .. }),
            "{length}: {fault}"
        );
    }
}

#[test]
fn notices_a_changed_byte_in_a_weight() {
    let mut bytes = Pt2::new().bytes();
    let five = 5f32.to_le_bytes();
    let place = bytes.windows(4).position(|window| window == five).unwrap();
    bytes[place] ^= 1;
    assert!(matches!(fault(&bytes), Fault::Damaged(reason) if reason.contains("weight_0")));
}

#[test]
fn names_other_kinds_of_files() {
    for (bytes, what) in [
        (
            writer::zip(&[
                ("m/data.pkl", b"x"),
                ("m/code/__torch__.py", b""),
                ("m/constants.pkl", b""),
            ]),
            "TorchScript",
        ),
        (b"hello".to_vec(), "not a zip archive"),
    ] {
        let fault = fault(&bytes);
        let message = fault.to_string();
        assert!(
            matches!(fault, Fault::NotAModel { .. }) && message.contains(what),
            "{message}"
        );
        assert!(message.contains("torch.export.export(") && message.contains("torch.export.save("));
    }
}

#[test]
fn recognises_torchscript_with_compressed_entries() {
    let entries: [(&str, &[u8]); 3] = [
        ("m/code/a.py", b""),
        ("m/data.pkl", b"x"),
        ("m/constants.pkl", b""),
    ];
    let mut bytes = writer::zip(&entries);
    compress_first(&mut bytes);
    assert!(fault(&bytes).to_string().contains("TorchScript"));
}

#[test]
fn refuses_a_folder_and_a_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none.pt2")] {
        let Error::File { fault, .. } = format::open_silently(&path).unwrap_err();
        assert!(matches!(fault, Fault::Unreadable(_)), "{fault}");
    }
}

#[test]
fn refuses_a_compressed_entry_by_name() {
    let mut bytes = Pt2::new().bytes();
    compress_first(&mut bytes);
    assert_eq!(
        fault(&bytes),
        Fault::Compressed {
            entry: "m/data/weights/weight_0".into()
        }
    );
}

/// Sets the method in both headers of the first entry to 8, deflate: this build of zip cannot compress.
fn compress_first(bytes: &mut [u8]) {
    let central = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    bytes[8] = 8;
    bytes[central + 10] = 8;
}

#[test]
fn refuses_a_path_outside_the_archive_by_name() {
    for name in [
        "../x",
        "/etc/x",
        "m/../../x",
        "m/data/../x",
        "C:\\x",
        "..\\x",
    ] {
        // The writer would clean up such a name, so one of the same length is overwritten.
        let honest = "Q".repeat(name.len());
        let mut model = Pt2::new();
        model.extra.push((honest.clone(), b"x".to_vec()));
        let mut bytes = model.bytes();
        for start in 0..bytes.len() - name.len() {
            if bytes[start..].starts_with(honest.as_bytes()) {
                bytes[start..start + name.len()].copy_from_slice(name.as_bytes());
            }
        }
        assert_eq!(fault(&bytes), Fault::Escapes { entry: name.into() });
    }
}

#[test]
fn refuses_an_entry_longer_than_the_file_by_name() {
    let mut bytes = Pt2::new().bytes();
    let central = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    for size in [central + 20, central + 24] {
        bytes[size..size + 4].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    }
    assert!(matches!(
        fault(&bytes),
        Fault::Oversized { entry, claimed: 0x7fff_ffff, .. } if entry == "m/data/weights/weight_0"
    ));
}

#[test]
fn refuses_another_schema_by_its_number() {
    let mut model = Pt2::new();
    model.program["schema_version"] = json!({"major": 9, "minor": 1});
    // Everything else may have changed.
    model.program["graph_module"] = json!(17);
    let fault = refused(&model);
    assert_eq!(
        fault,
        Fault::Schema {
            major: 9,
            torch: Some("2.13.0".into())
        }
    );
    assert!(fault.to_string().contains("schema 9"));
}

#[test]
fn refuses_invalid_json() {
    for text in [
        "",
        "{",
        "[]",
        "{\"schema_version\": {\"major\": 8}}",
        &"[".repeat(100_000),
    ] {
        let mut model = Pt2::new();
        model.program_text = Some(text.to_owned());
        assert!(
            matches!(refused(&model), Fault::Entry { entry, .. } if entry == "models/model.json")
        );
    }
}

/// Opens every `.pt2` in the folder `GRADCAM_TORCHVISION`, written by `tests/torchvision/export.py`.
#[test]
#[ignore = "needs models exported by tests/torchvision/export.py"]
fn torchvision() {
    let folder = std::env::var("GRADCAM_TORCHVISION").expect("GRADCAM_TORCHVISION names a folder");
    let (mut opened, mut refused) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pt2") {
            match format::open_silently(&path) {
                Ok(Opened { graph, .. }) => {
                    let (nodes, rectifiers) = (graph.nodes.len(), graph.rectifiers());
                    println!("{}: {nodes} nodes, {rectifiers} rectifiers", path.display());
                    opened += 1;
                }
                Err(error) => refused.push(error.to_string()),
            }
        }
    }
    assert!(opened > 0 && refused.is_empty(), "{}", refused.join("\n"));
}

/// An archive as PyTorch 2.5 writes it, with a changed program and these weights.
fn older(change: impl FnOnce(&mut serde_json::Value), weights: &[u8]) -> Vec<u8> {
    let mut program = linear_program();
    program["schema_version"] = json!({"major": 7, "minor": 3});
    change(&mut program);
    writer::zip(&[
        (
            "serialized_exported_program.json",
            program.to_string().as_bytes(),
        ),
        ("serialized_state_dict.pt", weights),
        ("serialized_constants.pt", b""),
        ("version", b"7.3"),
    ])
}

#[test]
fn opens_an_older_archive_or_says_why_not() {
    let weights = std::fs::read(sample("../tests/checkpoints/layer.pth")).unwrap();
    let honest = older(|_| {}, &weights);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, honest).unwrap();
    let graph = format::open_silently(&path).unwrap().graph;
    assert_eq!(graph.parameters(), 8);

    let schema = older(
        |program| program["schema_version"]["major"] = json!(6),
        &weights,
    );
    assert!(matches!(fault(&schema), Fault::Schema { major: 6, .. }));
    let damaged = fault(&older(|_| {}, &weights[..weights.len() / 2]));
    assert!(matches!(damaged, Fault::Damaged(_)), "{damaged}");
    let missing = fault(&older(|_| {}, b""));
    assert!(
        matches!(&missing, Fault::Weight { reason, .. } if reason == "is missing"),
        "{missing}"
    );
}
