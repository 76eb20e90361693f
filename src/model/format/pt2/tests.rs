//! The reader on archives written here, one for each thing that can be wrong with one, and on the
//! two models that come with the program.

mod writer;

use std::path::{Path, PathBuf};

use serde_json::json;

use self::writer::{Pt2, node, tensor};
use crate::model::error::{Error, Fault};
use crate::model::format::{self, Opened};
use crate::model::graph::{Graph, Op};

fn refused(model: &Pt2) -> Fault {
    fault(&model.bytes())
}

/// What the reader says of a file with these bytes; the message has to name the file, last.
fn fault(bytes: &[u8]) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, bytes).unwrap();
    let error = format::open(&path).unwrap_err();
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
    format::open(&path).unwrap_or_else(|error| panic!("{error}"))
}

fn weight_fault(model: &Pt2) -> String {
    match refused(model) {
        Fault::Weight { name, reason } => {
            assert_eq!(name, "fc.weight");
            reason
        }
        other => panic!("{other}"),
    }
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
fn squeezenet_opens() {
    let Opened {
        graph,
        labels,
        preprocess,
    } = format::open(&sample("squeezenet1_1.pt2")).unwrap();
    assert_eq!(count(&graph, |op| matches!(op, Op::Conv2d { .. })), 26);
    assert_eq!(graph.rectifiers(), 26);
    assert_eq!(graph.parameters(), 1_235_496);
    assert_eq!(graph.input_shape, [1, 3, 224, 224]);
    assert_eq!(
        graph.values[graph.logits.0].stated_shape,
        Some(vec![1, 1000])
    );
    assert_eq!(graph.modules[0].kind, "SqueezeNet");
    let (_, logits) = graph.producer(graph.logits).unwrap();
    assert_eq!(
        (&logits.op, logits.module.as_str()),
        (&Op::Flatten { start: 1, end: -1 }, "")
    );
    assert_eq!(graph.nodes[0].module, "features.0");
    assert_eq!(labels.unwrap().lines().count(), 1000);
    assert!(preprocess.unwrap().contains("bilinear"));
}

#[test]
fn efficientnet_opens() {
    let graph = format::open(&sample("efficientnet_lite0.pt2"))
        .unwrap()
        .graph;
    assert_eq!(count(&graph, |op| matches!(op, Op::Conv2d { .. })), 49);
    assert_eq!(
        count(
            &graph,
            |op| matches!(op, Op::BatchNorm { affine: true, eps } if *eps == 1e-3)
        ),
        49
    );
    assert_eq!(graph.rectifiers(), 33);
    assert!(
        graph
            .nodes
            .iter()
            .all(|node| node.op.rectifier_ceiling().is_none_or(|top| top == 6.0))
    );
}

#[test]
fn the_smallest_model_opens() {
    let graph = opened(&Pt2::new()).graph;
    assert_eq!(graph.nodes.len(), 3);
    assert_eq!(graph.input_shape, [1, 3, 2, 2]);
    let weight = graph.nodes[1].inputs[1];
    let weight = Vec::<f32>::try_from(graph.weight(weight).unwrap().flatten(0, -1)).unwrap();
    assert_eq!(weight, [0., 1., 2., 3., 4., 5.]);
    assert!(!graph.softmax_removed);
}

#[test]
fn a_model_named_in_any_number_of_letters_opens() {
    for root in ["m", "resnet1", "resnet18", "resnet152"] {
        let mut model = Pt2::new();
        model.root = root;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.pt2");
        std::fs::write(&path, writer::with_zip64_records(&model.bytes())).unwrap();
        format::open(&path).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused_at_any_length() {
    let whole = Pt2::new().bytes();
    assert_eq!(fault(b""), Fault::Empty);
    for length in (1..whole.len())
        .step_by(7)
        .chain(whole.len() - 30..whole.len())
    {
        let fault = fault(&whole[..length]);
        assert!(
            matches!(fault, Fault::Damaged(_) | Fault::Foreign { .. }),
            "{length}: {fault}"
        );
    }
}

#[test]
fn a_changed_byte_in_a_weight_is_noticed() {
    let mut bytes = Pt2::new().bytes();
    let five = 5f32.to_le_bytes();
    let place = bytes.windows(4).position(|window| window == five).unwrap();
    bytes[place] ^= 1;
    assert!(matches!(fault(&bytes), Fault::Damaged(reason) if reason.contains("weight_0")));
}

#[test]
fn other_files_are_called_by_their_name() {
    let mut safetensors = 20u64.to_le_bytes().to_vec();
    safetensors.extend_from_slice(b"{\"__metadata__\":{}} ");
    for (bytes, what) in [
        (
            writer::zip(&[
                ("m/data.pkl", b"x"),
                ("m/code/__torch__.py", b""),
                ("m/constants.pkl", b""),
            ]),
            "TorchScript",
        ),
        (
            writer::zip(&[("m/data.pkl", b"x"), ("m/data/0", b""), ("m/version", b"3")]),
            "checkpoint",
        ),
        (
            writer::zip(&[
                ("serialized_exported_program.json", b"{}"),
                ("version", b"6.1"),
            ]),
            "PyTorch 2.8",
        ),
        (safetensors, "safetensors"),
        (vec![0x80, 2, 0x8a, 10, b'l'], "pickle"),
        (
            vec![8, 7, 0x12, 7, b'p', b'y', b't', b'o', b'r', b'c', b'h'],
            "ONNX",
        ),
        (b"hello".to_vec(), "not a zip archive"),
    ] {
        let fault = fault(&bytes);
        let message = fault.to_string();
        assert!(
            matches!(fault, Fault::Foreign { .. }) && message.contains(what),
            "{message}"
        );
        assert!(message.contains("torch.export.export(") && message.contains("torch.export.save("));
    }
}

#[test]
fn a_folder_and_a_missing_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none.pt2")] {
        let Error::File { fault, .. } = format::open(&path).unwrap_err();
        assert!(matches!(fault, Fault::Unreadable(_)), "{fault}");
    }
}

#[test]
fn a_compressed_entry_is_refused_by_name() {
    // The method in both headers of the first entry set to 8, deflate: this build of zip has no
    // compressor to make an honest one.
    let mut bytes = Pt2::new().bytes();
    let central = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    bytes[8] = 8;
    bytes[central + 10] = 8;
    assert_eq!(
        fault(&bytes),
        Fault::Compressed {
            entry: "m/data/weights/weight_0".into()
        }
    );
}

#[test]
fn a_path_that_leaves_the_archive_is_refused_by_name() {
    for name in [
        "../x",
        "/etc/x",
        "m/../../x",
        "m/data/../x",
        "C:\\x",
        "..\\x",
    ] {
        // The writer would tidy such a name, so another of its length is written over.
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
fn an_entry_that_claims_more_than_the_file_has_is_refused_by_name() {
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
fn another_schema_is_refused_by_number() {
    let mut model = Pt2::new();
    model.program["schema_version"] = json!({"major": 9, "minor": 1});
    // What follows may have changed altogether.
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
fn json_that_is_none_is_refused() {
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

#[test]
fn a_weight_that_is_missing_is_named() {
    let mut model = Pt2::new();
    model.weights.remove(0);
    assert!(weight_fault(&model).contains("no weight_0"));

    let mut model = Pt2::new();
    model.config["config"]
        .as_object_mut()
        .unwrap()
        .remove("fc.weight");
    assert!(weight_fault(&model).contains("not in the archive"));

    let mut model = Pt2::new();
    model.config = json!(null);
    assert!(
        matches!(refused(&model), Fault::Missing { entry } if entry.ends_with("weights_config.json"))
    );
}

#[test]
fn a_weight_of_the_wrong_length_is_named() {
    for length in [0, 4, 23, 25, 48] {
        let mut model = Pt2::new();
        model.weights[0].resize(length, 0);
        let reason = weight_fault(&model);
        assert!(
            reason.contains("needs 24 bytes") && reason.contains(&format!("has {length}")),
            "{reason}"
        );
    }
}

#[test]
fn a_lie_about_a_weight_is_refused_before_memory_is_asked_for() {
    let huge = i64::MAX;
    for (sizes, strides, offset) in [
        (vec![2, 3], vec![300, 1], 0),
        (vec![2, 3], vec![3, 1], 1),
        (vec![huge, huge], vec![huge, huge], huge),
        (vec![huge, huge, huge, huge], vec![1, 1, 1, 1], 0),
        (vec![1 << 40, 1 << 10], vec![0, 0], 5),
        (vec![-2, 3], vec![3, 1], 0),
        (vec![2, 3], vec![-3, 1], 3),
        (vec![2, 3], vec![3], 0),
        (vec![2, 3], vec![3, 1], -1),
    ] {
        let mut model = Pt2::new();
        let meta = &mut model.config["config"]["fc.weight"]["tensor_meta"];
        meta["sizes"] = sizes.iter().map(|size| json!({"as_int": size})).collect();
        meta["strides"] = strides
            .iter()
            .map(|stride| json!({"as_int": stride}))
            .collect();
        meta["storage_offset"] = json!({"as_int": offset});
        weight_fault(&model);
    }
}

#[test]
fn a_weight_that_is_pickled_or_of_an_unknown_type_is_refused() {
    let mut model = Pt2::new();
    model.config["config"]["fc.weight"]["use_pickle"] = json!(true);
    assert!(weight_fault(&model).contains("export again"));

    let mut model = Pt2::new();
    model.config["config"]["fc.weight"]["tensor_meta"]["dtype"] = json!(10);
    assert!(weight_fault(&model).contains("(10)"));
}

#[test]
fn nan_in_a_weight_is_refused_by_name() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut model = Pt2::new();
        model.weights[0][8..12].copy_from_slice(&bad.to_le_bytes());
        assert!(weight_fault(&model).contains("NaN"));
    }
}

#[test]
fn weights_are_views_of_shared_storage_in_their_own_type() {
    let mut model = Pt2::new();
    // The weight transposed, and the bias its first two values.
    let meta = &mut model.config["config"]["fc.weight"]["tensor_meta"];
    meta["strides"] = json!([{"as_int": 1}, {"as_int": 2}]);
    model.config["config"]["fc.bias"]["path_name"] = json!("weight_0");
    for name in ["fc.weight", "fc.bias"] {
        model.config["config"][name]["tensor_meta"]["dtype"] = json!(6);
    }
    model.weights[0] = (0..6)
        .flat_map(|i| half::f16::from_f32(i as f32).to_le_bytes())
        .collect();
    let graph = opened(&model).graph;
    let read = |input: usize| {
        let tensor = graph.weight(graph.nodes[1].inputs[input]).unwrap();
        assert_eq!(tensor.kind(), tch::Kind::Float);
        Vec::<f32>::try_from(tensor.contiguous().flatten(0, -1)).unwrap()
    };
    assert_eq!(read(1), [0., 2., 4., 1., 3., 5.]);
    assert_eq!(read(2), [0., 1.]);
}

#[test]
fn operations_we_do_not_have_are_listed_at_once() {
    let mut model = Pt2::new();
    model.nodes.insert(
        1,
        node(
            "torch.ops.aten.erf.default",
            "erf",
            &["flatten"],
            "L__self__,,N;L__self__neck,neck,Erf",
        ),
    );
    model.nodes.push(node(
        "torch.ops.mine.warp.default",
        "warp",
        &["relu"],
        "L__self__,,N",
    ));
    let fault = refused(&model);
    let message = fault.to_string();
    let Fault::Unsupported(ops) = fault else {
        panic!("{message}")
    };
    assert_eq!(ops.len(), 2);
    assert!(
        message.contains("aten.erf.default (node erf, in neck)"),
        "{message}"
    );
    assert!(
        message.contains("mine.warp.default (node warp, in the model itself)"),
        "{message}"
    );
}

#[test]
fn a_value_that_nothing_computes_is_refused() {
    let mut model = Pt2::new();
    model.nodes[2] = node("torch.ops.aten.relu.default", "relu", &["ghost"], "");
    assert!(matches!(refused(&model), Fault::Graph(what) if what.contains("ghost")));

    let mut model = Pt2::new();
    model.nodes.swap(0, 1);
    assert!(matches!(refused(&model), Fault::Graph(what) if what.contains("flatten")));
}

#[test]
fn only_one_rgb_image_is_taken() {
    for (sizes, word) in [
        (vec![8, 3, 2, 2], "batch of 8"),
        (vec![1, 1, 2, 2], "[1, 1, 2, 2]"),
        (vec![1, 3, 4], "[1, 3, 4]"),
    ] {
        let mut model = Pt2::new();
        model.shapes.insert("x", tensor(7, &sizes));
        assert!(matches!(refused(&model), Fault::Input(what) if what.contains(word)));
    }
    let mut model = Pt2::new();
    model.shapes.insert("x", tensor(6, &[1, 3, 2, 2]));
    assert!(matches!(refused(&model), Fault::Input(what) if what.contains("32-bit")));

    let mut model = Pt2::new();
    let mut open = tensor(7, &[1, 3, 2, 2]);
    open["sizes"][2] = json!({"as_expr": {"expr_str": "s0", "hint": {"as_int": 2}}});
    model.shapes.insert("x", open);
    assert_eq!(
        refused(&model),
        Fault::Symbolic {
            name: "the input x".into()
        }
    );

    let mut model = Pt2::new();
    model
        .inputs
        .push(json!({"user_input": {"arg": {"as_tensor": {"name": "y"}}}}));
    assert!(matches!(refused(&model), Fault::Input(what) if what.contains("2 tensors")));
}

#[test]
fn a_model_without_logits_is_refused() {
    let mut model = Pt2::new();
    model.shapes.insert("relu", tensor(7, &[1, 2, 1, 1]));
    assert!(matches!(refused(&model), Fault::NoLogits(what) if what.contains("[1, 2, 1, 1]")));

    let mut model = Pt2::new();
    model
        .outputs
        .push(json!({"user_output": {"arg": {"as_tensor": {"name": "linear"}}}}));
    assert!(matches!(refused(&model), Fault::NoLogits(what) if what.contains("2 outputs")));

    let mut model = Pt2::new();
    model.outputs.clear();
    assert!(matches!(refused(&model), Fault::NoLogits(_)));

    let mut model = Pt2::new();
    model.outputs = vec![json!({"user_output": {"arg": {"as_tensor": {"name": "p_fc_weight"}}}})];
    model.shapes.insert("p_fc_weight", tensor(7, &[1, 6]));
    assert!(matches!(refused(&model), Fault::NoLogits(what) if what.contains("what went in")));
}

#[test]
fn a_model_in_training_mode_is_refused() {
    let mut model = Pt2::new();
    let mut dropout = node(
        "torch.ops.aten.dropout.default",
        "dropout",
        &["linear"],
        "L__self__,,N;L__self__drop,drop,Dropout",
    );
    dropout["inputs"][0]["name"] = json!("input");
    dropout["inputs"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "train", "arg": {"as_bool": true}}));
    model.nodes.insert(2, dropout);
    let message = refused(&model).to_string();
    assert!(
        message.contains("model.eval()") && message.contains("drop"),
        "{message}"
    );
}

#[test]
fn a_softmax_at_the_end_is_stepped_over() {
    let mut model = Pt2::new();
    let mut softmax = node(
        "torch.ops.aten.softmax.int",
        "softmax",
        &["relu"],
        "L__self__,,N;L__self__soft,soft,Softmax",
    );
    softmax["inputs"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "dim", "arg": {"as_int": -1}}));
    model.nodes.push(softmax);
    model.hand_back("softmax");
    let graph = opened(&model).graph;
    assert!(graph.softmax_removed);
    assert_eq!(graph.values[graph.logits.0].name, "relu");
    assert_eq!(graph.nodes.len(), 3);
    assert!(graph.modules.iter().all(|module| module.path != "soft"));
}

#[test]
fn what_is_overwritten_in_place_means_the_result_from_there_on() {
    let mut model = Pt2::new();
    model.nodes[2] = node("torch.ops.aten.relu_.default", "relu", &["linear"], "");
    // It asks for `linear`, and has to be given `relu`.
    model.nodes.push(node(
        "torch.ops.aten.sigmoid.default",
        "sigmoid",
        &["linear"],
        "",
    ));
    model.hand_back("sigmoid");
    let graph = opened(&model).graph;
    assert_eq!(graph.nodes[3].inputs, graph.nodes[2].outputs);
    assert_eq!(graph.nodes[2].op, Op::Relu);
}

#[test]
fn overwriting_memory_that_is_used_elsewhere_is_refused() {
    // A view is overwritten, then its base is used; and the other way about.
    for (overwritten, used) in [("view", "linear"), ("linear", "view")] {
        let mut model = Pt2::new();
        let mut view = node("torch.ops.aten.unsqueeze.default", "view", &["linear"], "");
        view["inputs"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "dim", "arg": {"as_int": 0}}));
        model.nodes.insert(2, view);
        model.nodes[3] = node("torch.ops.aten.relu_.default", "relu", &[overwritten], "");
        let fine = opened_or_fault(&model);
        assert!(fine.is_ok(), "nothing uses the other");
        model.nodes.push(node(
            "torch.ops.aten.sigmoid.default",
            "sigmoid",
            &[used],
            "",
        ));
        model.hand_back("sigmoid");
        match opened_or_fault(&model) {
            Err(Fault::SharedInPlace { other, .. }) => assert_eq!(other, used),
            other => panic!("{other:?}"),
        }
    }
}

fn opened_or_fault(model: &Pt2) -> Result<(), Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, model.bytes()).unwrap();
    match format::open(&path) {
        Ok(_) => Ok(()),
        Err(Error::File { fault, .. }) => Err(fault),
    }
}

#[test]
fn what_bears_on_nothing_is_left_out() {
    let mut model = Pt2::new();
    model.nodes.push(node(
        "torch.ops.aten.relu.default",
        "aside",
        &["linear"],
        "",
    ));
    assert_eq!(opened(&model).graph.rectifiers(), 1);
}

/// Opens every `.pt2` of the folder that `GRADCAM_TORCHVISION` names, as
/// `tests/torchvision/export.py` writes them.
#[test]
#[ignore = "needs models exported by tests/torchvision/export.py"]
fn torchvision() {
    let folder = std::env::var("GRADCAM_TORCHVISION").expect("GRADCAM_TORCHVISION names a folder");
    let (mut opened, mut refused) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pt2") {
            match format::open(&path) {
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
