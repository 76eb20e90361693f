//! Every rule of every operator, against what ONNX's reference evaluator and onnxruntime answer.
//!
//! The models are `tests/torchvision/operators.py`'s: it has the rule by which a picture counts up.

use std::io::{Cursor, Read};
use std::path::Path;

use prost::Message;
use tch::Tensor;
use zip::ZipArchive;

use super::{Fault, answered, open};
use crate::model::format::onnx::proto::{self, Model};

const CASES: usize = 589;
/// Of the largest magnitude, or of one where that is larger.
const TOLERANCE: f32 = 2e-5;

#[test]
fn operators_answer_as_other_runtimes_do() {
    let path = "tests/torchvision/operators.zip.gz";
    let packed = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    unpacked.read_to_end(&mut bytes).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();

    let mut wrong = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut model = Vec::new();
        entry.read_to_end(&mut model).unwrap();
        let name = entry.name().unwrap().replace(".onnx", "");
        match answer(&model) {
            Err(fault) => wrong.push(format!("{name}: {fault}")),
            Ok(ours) => {
                let theirs = expected(&model);
                if !alike(&ours, &theirs) {
                    wrong.push(format!("{name}: {ours:?}, not {theirs:?}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        archive.len(),
        wrong.join("\n")
    );
    assert_eq!(archive.len(), CASES);
}

fn answer(model: &[u8]) -> Result<Vec<f32>, Fault> {
    let graph = open(model)?.graph;
    let count: i64 = graph.input_shape.iter().product();
    let picture: Vec<f32> = (0..count)
        .map(|at| (at * 37 % 101 - 50) as f32 / 16.0)
        .collect();
    let picture = Tensor::from_slice(&picture).reshape(graph.input_shape);
    answered(graph, &picture)
}

/// The weight that no node reads.
fn expected(model: &[u8]) -> Vec<f32> {
    let model = Model::decode(model).unwrap();
    let weights = model.graph.unwrap().initializers;
    let is_answer = |weight: &&proto::Tensor| weight.name == "answer";
    let answer = weights.iter().find(is_answer).unwrap();
    let values = answer.raw.chunks_exact(4);
    let values = values.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    values.collect()
}

fn alike(ours: &[f32], theirs: &[f32]) -> bool {
    let largest = theirs
        .iter()
        .fold(1f32, |most, value| most.max(value.abs()));
    ours.len() == theirs.len()
        && std::iter::zip(ours, theirs).all(|(a, b)| (a - b).abs() <= TOLERANCE * largest)
}
