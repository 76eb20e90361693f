//! Models of whole libraries, exported by `tests/libraries/export.py`, against PyTorch: which open,
//! whether the logits and the gradient at the input agree, and which layer is recommended.
//!
//! `tests/libraries/compare.py` runs this on a folder of exports and writes the tables beside it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gradcam::explain::{Objective, Score, guided_backprop};
use gradcam::model::{Layer, Model, OpenOptions, ReluRule, Tape, Target};
use npyz::npz::NpzArchive;
use tch::Tensor;

#[path = "support/unpacked.rs"]
mod support;
use support::unpacked;

type Golden = NpzArchive<std::io::BufReader<std::fs::File>>;

fn floats(golden: &mut Golden, name: &str) -> Vec<f32> {
    golden.by_name(name).unwrap().unwrap().into_vec().unwrap()
}

/// The largest difference over the largest magnitude.
fn apart(ours: &[f32], theirs: &[f32]) -> Result<f32, String> {
    if ours.len() != theirs.len() {
        return Err(format!("{} values, not {}", ours.len(), theirs.len()));
    }
    let largest = theirs.iter().fold(0f32, |m, v| m.max(v.abs()));
    let pairs = ours.iter().zip(theirs);
    // `max` passes over what is not a number.
    let worst = pairs.fold(0f32, |m, (a, b)| {
        if (a - b).is_nan() {
            f32::NAN
        } else {
            m.max((a - b).abs())
        }
    });
    Ok(worst / largest.max(f32::MIN_POSITIVE))
}

fn layer(layer: Option<&Layer>) -> String {
    layer.map_or("none".into(), |layer| match &layer.target {
        Target::Spatial {
            channels,
            height,
            width,
        } => format!(
            "{} ({}) {channels}×{height}×{width}",
            layer.path, layer.kind
        ),
        Target::None(why) => format!("{} {why}", layer.path),
    })
}

/// The differences of the logits and the gradient, and the recommended layer.
fn compare(path: &Path) -> Result<String, String> {
    let mut golden = NpzArchive::open(path.with_extension("npz")).map_err(|e| e.to_string())?;
    let shape = golden.by_name("input").unwrap().unwrap().shape().to_vec();
    let shape: Vec<i64> = shape.into_iter().map(|side| side as i64).collect();
    let mut model = Model::open(path).map_err(|error| error.to_string())?;
    // A file may leave the size open.
    if let ([_, channels, height, width], [_, found, ..]) = (&shape[..], model.graph.input_shape)
        && model.graph.input_shape[..] != shape[..]
        && *channels == found
    {
        let options = OpenOptions::default().size(*width as u32, *height as u32);
        let mut go_on = |_| ControlFlow::Continue(());
        model = Model::open_as(path, &options, &mut go_on).map_err(|error| error.to_string())?;
    }
    let input = Tensor::from_slice(&floats(&mut golden, "input")).reshape(model.graph.input_shape);
    let index = golden.by_name("class_index").unwrap().unwrap();
    let class: Vec<i64> = index.into_vec().unwrap();
    let recommended = layer(model.layers.recommended());
    let tape =
        Tape::record(&model.graph, Arc::clone(&model.plan), &input).map_err(|e| e.to_string())?;
    let is_map = tape.logits().dim() == 4;
    let logits: Vec<f32> = Vec::try_from(tape.logits().reshape(-1)).unwrap();
    // Of a map, PyTorch's `logits` are the means.
    let stored = if is_map { "output" } else { "logits" };
    let theirs = floats(&mut golden, stored);
    // One logit is shown as yes, and its negative as no.
    let (logits, class) = match (&logits[..], &theirs[..]) {
        ([a, b], [one]) if *a == -b => {
            let yes = usize::from((a - one).abs() > (b - one).abs());
            (vec![logits[yes]], yes)
        }
        _ => (logits, usize::try_from(class[0]).unwrap()),
    };
    let logits =
        apart(&logits, &theirs).map_err(|other| format!("opens; {other} ({recommended})"))?;
    let score = Score::For(class);
    let score = Objective::new(&tape, score).map_err(|e| e.to_string())?;
    let gradient = guided_backprop(&tape, &model.graph, &score, ReluRule::Gradient);
    let gradient = gradient.map_err(|e| e.to_string())?.image.values;
    let gradient = apart(&gradient, &floats(&mut golden, "gradient"))?;
    let shown = if is_map { "map" } else { "row" };
    Ok(format!(
        "{logits:.1e}\t{gradient:.1e}\t{recommended}\t{shown}"
    ))
}

/// The exports in a folder that PyTorch's numbers lie beside; only `wanted` ones, if any are named.
fn members(folder: &Path, wanted: &[String]) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            path.extension()
                .is_some_and(|e| e == "pt2" || e == "onnx" || e == "pt")
                && path.with_extension("npz").is_file()
                && (wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name))
        })
        .collect();
    paths.sort();
    paths
}

/// `tests/torchscript/make.py` has written them.
#[test]
fn torchscript_agrees_with_pytorch() {
    let folder = unpacked("tests/torchscript/networks.zip.gz");
    let paths = members(folder.path(), &[]);
    assert_eq!(paths.len(), 19);
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let words = compare(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let numbers: Vec<f32> = words
            .split('\t')
            .take(2)
            .map(|cell| cell.parse().unwrap())
            .collect();
        assert!(
            numbers.iter().all(|number| *number < 1e-4),
            "{name}: {words}"
        );
        // Of a frozen one, which has no modules left, each operation is a layer.
        let recommended = words.split('\t').nth(2).unwrap();
        assert!(recommended != "none", "{name}: {words}");
    }
}

#[test]
#[ignore = "needs exports made by tests/libraries/export.py"]
fn a_library_s_exports_agree_with_pytorch() {
    let folder = std::env::var("GRADCAM_LIBRARY").expect("GRADCAM_LIBRARY names the folder");
    let wanted = std::env::var("GRADCAM_NAMES").unwrap_or_default();
    let wanted: Vec<_> = wanted.split_whitespace().map(str::to_owned).collect();
    for path in members(Path::new(&folder), &wanted) {
        let name = path.file_stem().unwrap().to_string_lossy();
        let found = catch_unwind(AssertUnwindSafe(|| compare(&path)));
        let found = found.unwrap_or_else(|_| Err("panicked".into()));
        let words = found.unwrap_or_else(|error| {
            let error = error
                .replace(&*path.to_string_lossy(), "")
                .replace('\n', " ¦ ");
            format!("-\t-\t{error}")
        });
        println!("ROW\t{name}\t{words}");
    }
}
