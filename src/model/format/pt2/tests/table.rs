//! Opens one tiny program for each ATen operator, and compares its logits and its gradient at the image
//! with PyTorch's.
//!
//! `tests/torchvision/aten.py` writes the programs; the formula for the image is the same there.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tch::{Kind, Tensor};
use zip::ZipArchive;

use crate::model::{Graph, Model, ReluRule, Tape};

/// Relative to the largest magnitude.
const TOLERANCE: f32 = 1e-5;
/// Programs in all archives together, at least.
const PROGRAMS: usize = 386;

/// A program, with the logits and then the gradient that PyTorch gives.
struct Program {
    name: String,
    archive: Vec<u8>,
    answer: Vec<f32>,
}

fn archives() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torchvision/aten");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "gz"));
    paths.sort();
    paths
}

fn programs(path: &Path) -> Vec<Program> {
    let packed = std::fs::read(path).unwrap();
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    unpacked.read_to_end(&mut bytes).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.strip_suffix(".pt2")?.to_owned()))
        .collect();
    let mut read = |name: String| {
        let mut bytes = Vec::new();
        let mut entry = archive.by_name(&name).unwrap();
        entry.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let program = |name: String| {
        let answer = read(format!("{name}.f32"));
        let answer = answer.chunks_exact(4);
        Program {
            archive: read(format!("{name}.pt2")),
            answer: answer
                .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
                .collect(),
            name,
        }
    };
    names.into_iter().map(program).collect()
}

fn image(graph: &Graph) -> Tensor {
    let count: i64 = graph.input_shape.iter().product();
    let values = (0..count).map(|at| (at * 37 % 101 - 50) as f32 / 16.0 + 1.0 / 64.0);
    let values: Vec<f32> = values.collect();
    Tensor::from_slice(&values).reshape(graph.input_shape)
}

fn wrong(program: &Program) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, &program.archive).unwrap();
    let model = Model::open(&path).map_err(|error| error.to_string())?;
    let image = image(&model.graph);
    let torch = |error: tch::TchError| error.to_string();
    let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &image).map_err(torch)?;
    let logits = values(tape.logits());
    let score: Vec<(usize, f64)> = (0..logits.len())
        .map(|class| (class, (class as f64 * 0.7).cos()))
        .collect();
    let gradients = tape.backward(
        &tape.seed(&score).unwrap(),
        ReluRule::Gradient,
        &[model.graph.input],
    );
    let gradient = values(&gradients.map_err(torch)?.at[0]);
    let expected = program.answer.split_at_checked(logits.len());
    let (scores, slopes) = expected.ok_or("it has other logits")?;
    alike("logits", &logits, scores)?;
    alike("gradient", &gradient, slopes)
}

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.to_kind(Kind::Float).reshape([-1])).unwrap()
}

fn alike(what: &str, ours: &[f32], theirs: &[f32]) -> Result<(), String> {
    let largest = theirs.iter().fold(0f32, |most, v| most.max(v.abs()));
    let close = |(a, b): (&f32, &f32)| (a - b).abs() <= TOLERANCE * largest;
    if ours.len() == theirs.len() && std::iter::zip(ours, theirs).all(close) {
        return Ok(());
    }
    let apart = std::iter::zip(ours, theirs).filter(|pair| !close(*pair));
    let apart: Vec<_> = apart.take(4).collect();
    Err(format!(
        "{what} differ: {} and {} values, {apart:?}",
        ours.len(),
        theirs.len()
    ))
}

#[test]
fn operators_agree_with_pytorch() {
    let mut found = Vec::new();
    let mut count = 0;
    for path in archives() {
        for program in programs(&path) {
            count += 1;
            if let Err(why) = wrong(&program) {
                found.push(format!("{}: {why}", program.name));
            }
        }
    }
    let list = found.join("\n");
    assert!(found.is_empty(), "{} of {count}\n{list}", found.len());
    assert!(count >= PROGRAMS, "{count}");
}
