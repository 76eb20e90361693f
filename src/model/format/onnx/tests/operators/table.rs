//! Compares every case of every operator with the results of ONNX's reference evaluator and onnxruntime,
//! and its gradient with libtorch's autograd.
//!
//! `tests/torchvision/operators.py` and `runtime.py` write the models; the formula for the image is the same there.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use prost::Message;
use tch::{Kind, Tensor};
use zip::ZipArchive;

use super::super::support::predicted;
use crate::model::answer;
use crate::model::error::{Error, Fault};
use crate::model::format;
use crate::model::format::onnx::message::proto::{self, Model};
use crate::model::graph::Graph;
use crate::model::graph::fold;
use crate::model::op::Operation;
use crate::model::opening::Opening;
use crate::model::tape::plan::Plan;
use crate::model::{ReluRule, Tape};

/// The archives, and how many cases are in each.
const ARCHIVES: [(&str, usize); 2] = [("operators", 702), ("runtime", 91)];
/// Relative to the largest magnitude, or to 1 if that is larger.
const TOLERANCE: f32 = 2e-5;

/// The models by their names.
fn cases() -> Vec<(String, Vec<u8>)> {
    let archives = ARCHIVES.iter().flat_map(|(name, count)| {
        let models = unpacked(name);
        assert_eq!(models.len(), *count, "{name}");
        models
    });
    archives.collect()
}

fn unpacked(name: &str) -> Vec<(String, Vec<u8>)> {
    let path = format!("tests/torchvision/{name}.zip.gz");
    let packed = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    unpacked.read_to_end(&mut bytes).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let case = |index: usize| {
        let mut entry = archive.by_index(index).unwrap();
        let mut model = Vec::new();
        entry.read_to_end(&mut model).unwrap();
        (entry.name().unwrap().replace(".onnx", ""), model)
    };
    (0..count).map(case).collect()
}

/// Checks all models; `wrong` says what is wrong with one.
fn each(wrong: impl Fn(&[u8]) -> Result<(), String>) {
    let cases = cases();
    let found = cases.iter().filter_map(|(name, model)| {
        let why = wrong(model).err()?;
        Some(format!("{name}: {why}"))
    });
    let found: Vec<String> = found.collect();
    let list = found.join("\n");
    assert!(
        found.is_empty(),
        "{} of {}\n{list}",
        found.len(),
        cases.len()
    );
}

/// The graph up to its output, whatever it ends in.
fn untouched(model: &[u8]) -> Result<Graph, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, model).unwrap();
    let mut report = |_| ControlFlow::Continue(());
    let opened = format::open(&path, &mut Opening::new(&mut report));
    let whole = opened.map_err(Error::fault)?.graph;
    Ok(answer::untouched(&whole, whole.logits))
}

fn image(graph: &Graph) -> Tensor {
    let count: i64 = graph.input_shape.iter().product();
    let values = (0..count).map(|at| (at * 37 % 101 - 50) as f32 / 16.0);
    let values: Vec<f32> = values.collect();
    Tensor::from_slice(&values).reshape(graph.input_shape)
}

#[test]
fn operators_agree_with_other_runtimes() {
    each(|model| {
        let message = |fault: Fault| fault.to_string();
        let graph = untouched(model).map_err(message)?;
        let image = image(&graph);
        let ours = predicted(graph, &image).map_err(message)?;
        let theirs = expected(model);
        if alike(&ours, &theirs) {
            Ok(())
        } else {
            Err(format!("{ours:?}, not {theirs:?}"))
        }
    });
}

#[test]
fn gradients_agree_with_autograd() {
    each(|model| {
        let mut graph = untouched(model).map_err(|fault| fault.to_string())?;
        fold::fold(&mut graph).unwrap();
        // Away from the points where a rectifier has no gradient.
        let image = image(&graph) + 1.0 / 64.0;
        let plan = Arc::new(Plan::new(&graph));
        let tape = Tape::record(&graph, plan, &image).unwrap();
        let classes = usize::try_from(tape.logits().size()[1]).unwrap();
        let score: Vec<(usize, f64)> = (0..classes)
            .map(|class| (class, (class as f64 * 0.7).cos()))
            .collect();
        let gradients = tape.backward(
            &tape.seed(&score).unwrap(),
            ReluRule::Gradient,
            &[graph.input],
        );
        let ours = gradients.unwrap().at.remove(0);
        let theirs = recorded(&graph, &image, &score);
        let (ours, theirs) = (values(&ours), values(&theirs));
        if alike(&ours, &theirs) {
            Ok(())
        } else {
            Err(format!("{ours:?}, not {theirs:?}"))
        }
    });
}

/// The gradient of a score at the image, all operations recorded by libtorch.
fn recorded(graph: &Graph, image: &Tensor, score: &[(usize, f64)]) -> Tensor {
    let leaf = image.detach().set_requires_grad(true);
    let mut known: Vec<Option<Tensor>> = graph
        .values
        .iter()
        .map(|value| value.weight.as_ref().map(Tensor::shallow_clone))
        .collect();
    known[graph.input.0] = Some(leaf.shallow_clone());
    for node in &graph.nodes {
        let inputs = node.inputs.iter().map(|id| known[id.0].as_ref().unwrap());
        let outputs = node.op.run(&inputs.collect::<Vec<_>>()).unwrap();
        for (id, output) in node.outputs.iter().zip(outputs) {
            known[id.0] = Some(output);
        }
    }
    let factors: Vec<f32> = score.iter().map(|(_, factor)| *factor as f32).collect();
    let logits = known[graph.logits.0].as_ref().unwrap();
    let sum = (logits.reshape([-1]) * Tensor::from_slice(&factors)).sum(Kind::Float);
    Tensor::run_backward(&[sum], &[&leaf], false, false).remove(0)
}

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.reshape([-1])).unwrap()
}

/// The expected logits: a weight that no node reads.
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
