//! Whole families of networks against PyTorch: logits, Grad-CAM, the gradient and guided
//! backpropagation, on weights that `tests/torchvision/export.py` makes up.
//!
//! Miniatures of the families lie in `tests/torchvision/tiny` and are compared in every run. The
//! families themselves are kept out of it because they need Python's torch and gigabytes of exports:
//! `tests/torchvision/compare.sh` compares them one by one and writes the tables beside it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gradcam::explain::{Objective, Score, grad_cam_at, guided_backprop};
use gradcam::model::{Model, OpenOptions, ReluRule, Tape};
use npyz::npz::NpzArchive;
use tch::Tensor;

/// Of each array's largest magnitude.
const TOLERANCE: f32 = 1e-3;
/// The same for the miniatures, which are too shallow for rounding to add up.
const TINY_TOLERANCE: f32 = 1e-4;
const TINY_MEMBERS: usize = 29;
const TINY_ONNX_MEMBERS: usize = 23;
/// The endings of files of models.
const MODELS: [&str; 5] = ["pt2", "onnx", "pth", "pt", "safetensors"];

type Golden = NpzArchive<std::io::BufReader<std::fs::File>>;

fn floats(golden: &mut Golden, name: &str) -> Vec<f32> {
    golden.by_name(name).unwrap().unwrap().into_vec().unwrap()
}

/// The largest difference over the largest magnitude.
fn apart(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(0f32, |m, v| m.max(v.abs()));
    let worst = ours
        .iter()
        .zip(theirs)
        .fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    worst / largest.max(f32::MIN_POSITIVE)
}

fn compare(path: &Path) -> Result<[f32; 4], String> {
    // A checkpoint is called after the network that it is of; an exported model needs no name.
    let name = path.file_stem().unwrap().to_string_lossy();
    let go_on = &mut |_| ControlFlow::Continue(());
    let named = path
        .extension()
        .is_some_and(|ending| ending != "pt2" && ending != "onnx");
    let (library, name) = match name.strip_prefix("timm_") {
        Some(name) => ("timm", name),
        None => ("torchvision", &*name),
    };
    let options = OpenOptions::default();
    let options = if named {
        options.architecture(format!("{library}/{name}"))
    } else {
        options
    };
    let model = Model::open_as(path, &options, go_on).map_err(|error| error.to_string())?;
    assert_eq!(model.architecture(), named.then_some(name));
    let mut golden = NpzArchive::open(golden(path)).map_err(|error| error.to_string())?;
    let input = Tensor::from_slice(&floats(&mut golden, "input")).reshape(model.graph.input_shape);
    let class: Vec<i64> = golden
        .by_name("class_index")
        .unwrap()
        .unwrap()
        .into_vec()
        .unwrap();
    let score = Score::For(usize::try_from(class[0]).unwrap());
    let name: Vec<u8> = golden
        .by_name("layer")
        .unwrap()
        .unwrap()
        .into_vec()
        .unwrap();
    let name = String::from_utf8(name).unwrap();
    let layer = model
        .layers
        .find(&name)
        .ok_or_else(|| format!("no layer {name}"))?;

    let tape =
        Tape::record(&model.graph, Arc::clone(&model.plan), &input).map_err(|e| e.to_string())?;
    let logits: Vec<f32> = Vec::try_from(tape.logits().reshape(-1)).unwrap();
    let score = Objective::new(&tape, score).map_err(|e| e.to_string())?;
    let map = grad_cam_at(&tape, &score, layer.activation).map_err(|e| e.to_string())?;
    let gradient =
        |rule| guided_backprop(&tape, &model.graph, &score, rule).map(|found| found.image.values);
    Ok([
        apart(&logits, &floats(&mut golden, "logits")),
        apart(&map.values, &floats(&mut golden, "grad_cam")),
        apart(
            &gradient(ReluRule::Gradient).unwrap(),
            &floats(&mut golden, "gradient"),
        ),
        apart(
            &gradient(ReluRule::Guided).unwrap(),
            &floats(&mut golden, "guided_backprop"),
        ),
    ])
}

/// PyTorch's numbers for an export: `resnet.old13.onnx` is the same network as `tiny/resnet.pt2`.
fn golden(path: &Path) -> PathBuf {
    let beside = path.with_extension("npz");
    let network = Path::new(path.file_stem().unwrap()).with_extension("npz");
    match (beside.is_file(), path.parent().and_then(Path::parent)) {
        (false, Some(above)) => above.join("tiny").join(network),
        _ => beside,
    }
}

/// The exports and checkpoints in a folder that PyTorch's numbers lie beside.
fn members(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| MODELS.contains(&ending)) && golden(path).is_file()
        })
        .collect();
    paths.sort();
    paths
}

fn assert_agreement(paths: &[PathBuf], tolerance: f32) {
    println!(
        "{:22} {:>9} {:>9} {:>9} {:>9}",
        "", "logits", "grad_cam", "gradient", "guided"
    );
    let mut wrong = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy();
        match compare(path) {
            Ok(apart) => {
                println!(
                    "{name:22} {:9.1e} {:9.1e} {:9.1e} {:9.1e}",
                    apart[0], apart[1], apart[2], apart[3]
                );
                if !apart.iter().all(|apart| *apart <= tolerance) {
                    wrong.push(name.into_owned());
                }
            }
            Err(error) => {
                println!("{name:22} {error}");
                wrong.push(name.into_owned());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "off by more than {tolerance} of the maximum: {wrong:?}"
    );
}

#[test]
fn tiny_members_agree_with_pytorch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torchvision/tiny");
    let paths = members(&folder);
    assert!(paths.len() >= TINY_MEMBERS, "only {paths:?}");
    // Two maps of zeros would agree, whatever they came from.
    for path in &paths {
        let mut golden = NpzArchive::open(golden(path)).unwrap();
        for name in ["logits", "grad_cam", "gradient", "guided_backprop"] {
            assert!(
                floats(&mut golden, name).iter().any(|value| *value != 0.0),
                "{name} of {path:?} is all zero"
            );
        }
    }
    assert_agreement(&paths, TINY_TOLERANCE);
}

/// What the examples of each family's authors, or of pytorch-grad-cam, take; the sources are in
/// `tests/libraries/recommended_layers.md`.
const RECOMMENDED: [(&str, &str); 17] = [
    ("vgg_bn", "features.6"),
    ("resnet", "layer3"),
    ("densenet", "features"),
    ("mobilenet_v2", "features.4"),
    ("mobilenet_v3", "features.3"),
    ("regnet_y", "trunk_output.block1.block1-1"),
    ("convnext", "features.3.0"),
    ("swin", "features.1.1"),
    ("vit", "encoder.layers.encoder_layer_1.ln_1"),
    ("maxvit", "blocks.0.layers.0.layers.grid_attention"),
    ("cait", "blocks_token_only.1.norm1"),
    ("fcn", "model.backbone.layer2"),
    ("hf_vit", "model.vit.layers.1.layernorm_before"),
    ("hf_deit", "model.deit.layers.1.layernorm_before"),
    ("hf_beit", "model.beit.layers.1"),
    ("hf_dinov2", "model.dinov2.encoder.layer.1"),
    ("hf_swin", "model.swin.encoder.layers.0.blocks.1"),
];

#[test]
fn tiny_members_recommend_the_layers_that_examples_use() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torchvision/tiny");
    let found = RECOMMENDED.map(|(name, _)| {
        let model = Model::open(&folder.join(name).with_extension("pt2")).unwrap();
        let layer = model.layers.recommended().map(|layer| layer.path.clone());
        (name, layer.unwrap_or_default())
    });
    let expected = RECOMMENDED.map(|(name, layer)| (name, layer.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn tiny_members_in_onnx_agree_with_pytorch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torchvision/onnx");
    let paths = members(&folder);
    assert!(paths.len() >= TINY_ONNX_MEMBERS, "only {paths:?}");
    assert_agreement(&paths, TINY_TOLERANCE);
}

#[test]
#[ignore = "needs exports made by tests/torchvision/export.py"]
fn every_exported_family_agrees_with_pytorch() {
    let folder = std::env::var("GRADCAM_TORCHVISION")
        .expect("GRADCAM_TORCHVISION names the folder of exports");
    let paths = members(Path::new(&folder));
    assert!(!paths.is_empty());
    assert_agreement(&paths, TOLERANCE);
}
