//! Whole models: the two that come with the program, the smallest, and those of older versions of PyTorch.

use serde_json::json;

use super::support::{fault, linear_program, opened, sample};
use super::writer::{self, Pt2};
use crate::model::error::Fault;
use crate::model::format::{self, Opened};
use crate::model::graph::{Graph, Head};
use crate::model::op::{Normalisation, Op, Reshaping};

fn count(graph: &Graph, wanted: impl Fn(&Op) -> bool) -> usize {
    graph.nodes.iter().filter(|node| wanted(&node.op)).count()
}

#[test]
fn opens_squeezenet() {
    let Opened {
        graph,
        names,
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
    assert_eq!(names.text.unwrap().lines().count(), 1000);
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
