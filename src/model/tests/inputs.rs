//! Opens small networks with the inputs that people have, and compares logits and gradients with those
//! of the tool that wrote them. `tests/torchvision/inputs.py` writes the files.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tch::{Kind, Tensor};

use crate::model::{Graph, InputValue, Model, OpenOptions, ReluRule, Tape};
use crate::unpacked::unpacked;

/// Relative to the largest magnitude.
const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct Check {
    file: String,
    shape: Vec<i64>,
    /// Width and height.
    size: Option<(u32, u32)>,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    source: Option<String>,
    /// What the message says, where the file is refused.
    refused: Option<String>,
    logits: Vec<f32>,
    gradient: Option<Vec<f32>>,
    /// One value in so many of a gradient is compared.
    #[serde(default)]
    step: i64,
}

/// The files in a folder, and the checks.
fn checks() -> (tempfile::TempDir, Vec<Check>) {
    let folder = unpacked("tests/torchvision/inputs.zip.gz");
    let checks = std::fs::read(folder.path().join("checks.json")).unwrap();
    (folder, serde_json::from_slice(&checks).unwrap())
}

fn image(graph: &Graph) -> Tensor {
    let count: i64 = graph.input_shape.iter().product();
    let values = (0..count).map(|at| (at * 37 % 101 - 50) as f32 / 16.0 + 1.0 / 64.0);
    let values: Vec<f32> = values.collect();
    Tensor::from_slice(&values).reshape(graph.input_shape)
}

fn open(path: PathBuf, options: &OpenOptions) -> Result<Model, String> {
    let go_on = &mut |_| ControlFlow::Continue(());
    Model::open_as(&path, options, go_on).map_err(|error| error.to_string())
}

fn wrong(folder: &Path, check: &Check) -> Result<(), String> {
    let mut options = OpenOptions {
        size: check.size,
        ..OpenOptions::default()
    };
    for (name, text) in &check.inputs {
        options = options.input_at(name, InputValue::from_text(text).unwrap());
    }
    let model = open(folder.join(&check.file), &options);
    if let Some(words) = &check.refused {
        return match model {
            Err(why) if why.contains(words.as_str()) => Ok(()),
            Err(why) => Err(why),
            Ok(_) => Err("it opens".into()),
        };
    }
    let model = model?;
    compare(&model, check)?;
    match &check.source {
        Some(source) if format!("{:?}", model.size) != *source => {
            Err(format!("the size is {:?}, not {source}", model.size))
        }
        _ => Ok(()),
    }
}

fn compare(model: &Model, check: &Check) -> Result<(), String> {
    if model.graph.input_shape != check.shape[..] {
        return Err(format!("the image is {:?}", model.graph.input_shape));
    }
    let image = image(&model.graph);
    let torch = |error: tch::TchError| error.to_string();
    let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &image).map_err(torch)?;
    alike("logits", tape.logits(), &check.logits)?;
    let Some(expected) = &check.gradient else {
        return Ok(());
    };
    let score: Vec<(usize, f64)> = (0..check.logits.len())
        .map(|class| (class, (0.7 * class as f64).cos()))
        .collect();
    let input = model.graph.input;
    let gradients = tape.backward(&tape.seed(&score).unwrap(), ReluRule::Gradient, &[input]);
    let gradient = &gradients.map_err(torch)?.at[0];
    let some = gradient.reshape(-1).slice(0, None, None, check.step);
    alike("gradient", &some, expected)
}

fn alike(what: &str, ours: &Tensor, expected: &[f32]) -> Result<(), String> {
    let ours = Vec::<f32>::try_from(ours.to_kind(Kind::Float).reshape(-1)).unwrap();
    if ours.len() != expected.len() {
        return Err(format!("{} {what}, not {}", ours.len(), expected.len()));
    }
    let largest = expected
        .iter()
        .fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs()));
    let pairs = ours.iter().zip(expected);
    let off = pairs.fold(0f32, |off, (a, b)| off.max((a - b).abs())) / largest;
    if off <= TOLERANCE {
        Ok(())
    } else {
        Err(format!(
            "{what} are off by {off:e}: {ours:?}, not {expected:?}"
        ))
    }
}

#[test]
fn agrees_with_the_tool_that_wrote_each_file() {
    let (folder, checks) = checks();
    let failed: Vec<String> = checks
        .iter()
        .filter_map(|check| {
            let why = wrong(folder.path(), check).err()?;
            Some(format!("{} {:?}: {why}", check.file, check.size))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn another_size_reads_the_file_again() {
    let (folder, checks) = checks();
    let path = folder.path().join("sizes.pt2");
    let model = open(path.clone(), &OpenOptions::default()).unwrap();
    let mut usage = model.opened_as.clone();
    let mut check = checks.iter().filter(|check| check.file == "sizes.pt2");
    let check = check.next_back().unwrap();
    (usage.preprocess.width, usage.preprocess.height) = check.size.unwrap();
    let go_on = &mut |_| ControlFlow::Continue(());
    let resized = model.used(usage.clone(), go_on).unwrap();
    compare(&resized, check).unwrap();

    (usage.preprocess.width, usage.preprocess.height) = (300, 17);
    let why = model.used(usage.clone(), go_on).unwrap_err().to_string();
    assert!(why.contains("300×17") && why.contains("96×17"), "{why}");

    usage.preprocess.width = 29;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&bytes[..], &[0]].concat()).unwrap();
    let why = model.used(usage, go_on).unwrap_err().to_string();
    assert!(why.contains("has changed"), "{why}");
}
