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
use gradcam::model::{HeadActivation, Layer, Model, OpenOptions, ReluRule, Tape, Target};
use npyz::npz::NpzArchive;
use tch::Tensor;

#[path = "support/unpacked.rs"]
mod support;
use support::unpacked;
#[path = "support/edited.rs"]
mod edited;

/// How many sets of weights are compared.
const WEIGHTS: usize = 34;
/// The largest difference over the largest magnitude.
const WITHIN: f32 = 1e-4;

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

/// What PyTorch gives on a model: beside it, under its name up to the first dot.
fn golden(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap().to_string_lossy();
    let name = name.split('.').next().unwrap();
    path.with_file_name(format!("{name}.npz"))
}

/// The differences of the logits and the gradient, and the recommended layer.
fn compare(path: &Path, options: &OpenOptions) -> Result<String, String> {
    let mut go_on = |_| ControlFlow::Continue(());
    let mut model = Model::open_as(path, options, &mut go_on).map_err(|error| error.to_string())?;
    let mut golden = NpzArchive::open(golden(path)).map_err(|e| e.to_string())?;
    let shape = golden.by_name("input").unwrap().unwrap().shape().to_vec();
    // A network may take images of any size.
    if let [_, _, height, width] = shape[..]
        && model.graph.input_shape[2..] != [height as i64, width as i64]
    {
        let options = options.clone().size(width as u32, height as u32);
        model = Model::open_as(path, &options, &mut go_on).map_err(|error| error.to_string())?;
    }
    let input = Tensor::from_slice(&floats(&mut golden, "input"));
    let input = input.f_reshape(model.graph.input_shape);
    let input = input.map_err(|_| format!("opens at {:?}", model.graph.input_shape))?;
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

/// The models in a folder that PyTorch's numbers lie beside; only `wanted` ones, if any are named.
fn members(folder: &Path, wanted: &[String]) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            path.extension().is_none_or(|ending| ending != "npz")
                && golden(path).is_file()
                && (wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name))
        })
        .collect();
    paths.sort();
    paths
}

/// Weights alone, written by `tests/checkpoints/networks.py` as scripts and hubs save them.
#[test]
fn weights_alone_agree_with_pytorch() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let paths = members(folder.path(), &[]);
    assert_eq!(paths.len(), WEIGHTS);
    let mut wrong = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let options = match name.as_str() {
            "head_gelu.safetensors" => OpenOptions::default().head_activation(HeadActivation::Gelu),
            _ => OpenOptions::default(),
        };
        let words = compare(&path, &options);
        let agrees = words.as_ref().is_ok_and(|words| {
            let numbers = words.split('\t').take(2);
            numbers
                .map(|cell| cell.parse::<f32>().unwrap())
                .all(|apart| apart < WITHIN)
        });
        if !agrees {
            wrong.push(format!("{name}: {words:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nothing is made up: where the names and shapes allow two networks, the file is refused.
#[test]
fn weights_that_tell_too_little_are_refused() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let with_mlp = edited::read(&folder.path().join("head_mlp.safetensors"));
    let (head, trunk): (edited::Tensors, edited::Tensors) = with_mlp
        .clone()
        .into_iter()
        .partition(|(name, _)| name.starts_with("fc."));
    let under = |prefix: &str, tensors: &edited::Tensors| -> edited::Tensors {
        let tensors = tensors.clone().into_iter();
        tensors
            .map(|(name, stored)| (format!("{prefix}{name}"), stored))
            .collect()
    };
    let blank = |shapes: &[(&str, &[u64])]| -> edited::Tensors {
        let tensors = shapes.iter();
        tensors
            .map(|(name, shape)| ((*name).to_owned(), edited::Stored::blank(shape)))
            .collect()
    };
    let path = folder.path().join("edited.safetensors");
    let refused = |parts: &[&edited::Tensors]| {
        let all = parts.iter().flat_map(|part| (*part).clone()).collect();
        edited::write(&all, &path);
        match Model::open(&path) {
            Ok(_) => panic!("it opens"),
            Err(error) => error.to_string(),
        }
    };
    // Two networks, whose features go into one layer.
    let of_both = blank(&[("fc.weight", &[5, 880]), ("fc.bias", &[5])]);
    let message = refused(&[&under("a.", &trunk), &under("b.", &trunk), &of_both]);
    assert!(
        message.contains("nothing tells what it is for"),
        "{message}"
    );
    // Two whole networks.
    let message = refused(&[&under("a.", &with_mlp), &under("b.", &with_mlp)]);
    assert!(message.contains("none of the"), "{message}");
    // A rectifier with weights.
    let message = refused(&[&trunk, &head, &blank(&[("fc.2.weight", &[32])])]);
    assert!(
        message.contains("no layer of a head usually has"),
        "{message}"
    );
    // Layers that may be exchanged.
    let layers = blank(&[
        ("fc.first.weight", &[440, 440]),
        ("fc.norm.weight", &[440]),
        ("fc.norm.bias", &[440]),
        ("fc.out.weight", &[5, 440]),
    ]);
    let message = refused(&[&trunk, &layers]);
    assert!(message.contains("in which order"), "{message}");
}

/// An average that is a module of its own, beside the network in the same dict.
#[test]
fn averages_are_told_from_the_network() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let trained = edited::read(&folder.path().join("head_sequential.safetensors"));
    let mut averaged = trained.clone();
    for (name, stored) in &mut averaged {
        if name == "fc.1.bias" {
            stored.bytes.fill(0x3f);
        }
    }
    let both = trained
        .iter()
        .map(|(name, stored)| (name.clone(), stored.clone()));
    let average = averaged
        .iter()
        .map(|(name, stored)| (format!("ema.{name}"), stored.clone()));
    let path = folder.path().join("both.safetensors");
    edited::write(&both.chain(average).collect(), &path);
    edited::write(&averaged, &folder.path().join("averaged.safetensors"));
    let logits = |name: &str, averaged: bool| {
        let options = OpenOptions::default().averaged(averaged);
        let mut go_on = |_| ControlFlow::Continue(());
        let model = Model::open_as(&folder.path().join(name), &options, &mut go_on).unwrap();
        let shape = model.graph.input_shape;
        let image = Tensor::ones(shape, (tch::Kind::Float, tch::Device::Cpu));
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &image).unwrap();
        Vec::<f32>::try_from(tape.logits().reshape(-1)).unwrap()
    };
    let of_trained = logits("head_sequential.safetensors", false);
    let of_averaged = logits("averaged.safetensors", false);
    assert_ne!(of_trained, of_averaged);
    assert_eq!(logits("both.safetensors", false), of_trained);
    assert_eq!(logits("both.safetensors", true), of_averaged);
}

/// `tests/torchscript/make.py` has written them.
#[test]
fn torchscript_agrees_with_pytorch() {
    let folder = unpacked("tests/torchscript/networks.zip.gz");
    let paths = members(folder.path(), &[]);
    assert_eq!(paths.len(), 19);
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let words = compare(&path, &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
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
        let found = catch_unwind(AssertUnwindSafe(|| compare(&path, &OpenOptions::default())));
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
