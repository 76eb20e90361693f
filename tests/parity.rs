//! Our numbers against arrays that other tools made: pytorch-grad-cam, captum and plain autograd
//! (see `tests/goldens/README.md`).
//!
//! Every array of every archive in the folder is compared; a golden file added there is a test.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use gradcam::engine::Session;
use gradcam::explain::{Objective, Score};
use gradcam::model::ReluRule;
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::Fit;
use npyz::npz::NpzArchive;

/// Of each array's largest magnitude.
const TOLERANCE: f32 = 1e-3;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn opened(model: &str, picture: &str, fit: Fit) -> (Session, Vec<f32>) {
    let mut session = Session::default();
    session
        .open_model(&root(&format!("models/{model}.pt2")))
        .unwrap();
    let photo = Photo::open(&root(&format!("assets/{picture}"))).unwrap();
    let answer = session.predict(&photo, fit, &mut |_| Ok(())).unwrap();
    let logits = answer.logits.clone();
    (session, logits)
}

struct Golden {
    shape: Vec<u64>,
    values: Vec<f32>,
}

fn golden(archive: &mut NpzArchive<BufReader<File>>, name: &str) -> Golden {
    let array = archive.by_name(name).unwrap().unwrap();
    let shape = array.shape().to_vec();
    let half = matches!(array.dtype(), npyz::DType::Plain(kind) if kind.num_bytes() == Some(2));
    let values = if half {
        array
            .into_vec::<half::f16>()
            .unwrap()
            .into_iter()
            .map(half::f16::to_f32)
            .collect()
    } else {
        array.into_vec::<f32>().unwrap()
    };
    Golden { shape, values }
}

fn assert_close(what: &str, ours: &[f32], golden: &Golden) {
    assert_eq!(
        ours.len(),
        golden.values.len(),
        "{what}: {:?}",
        golden.shape
    );
    let largest = golden
        .values
        .iter()
        .fold(0f32, |max, value| max.max(value.abs()));
    assert!(largest > 0.0, "{what}: the golden array is all zero");
    let worst = ours
        .iter()
        .zip(&golden.values)
        .fold(0f32, |max, (a, b)| max.max((a - b).abs()));
    assert!(
        worst <= TOLERANCE * largest,
        "{what}: off by {worst}, {} of its maximum",
        worst / largest
    );
}

/// The array a golden key names, computed by us.
fn ours(session: &Session, logits: &[f32], key: &str) -> Vec<f32> {
    let parts: Vec<&str> = key.split('|').collect();
    let class = |part: &str| Score::For(part.parse().unwrap());
    let gradient = |part: &str, rule| session.input_gradient(class(part), rule).unwrap().image;
    match parts.as_slice() {
        ["logits"] => logits.to_vec(),
        ["grad_cam", layer, c] => {
            session
                .heat_maps(class(c), &[layer])
                .unwrap()
                .remove(0)
                .map
                .values
        }
        ["gradient", c] => gradient(c, ReluRule::Gradient).values,
        ["guided_backprop", c] => gradient(c, ReluRule::Guided).values,
        ["deconvnet", c] => gradient(c, ReluRule::Deconvnet).values,
        ["guided_grad_cam", layer, c] => {
            let map = session.heat_maps(class(c), &[layer]).unwrap().remove(0).map;
            session
                .guided_grad_cam(&gradient(c, ReluRule::Guided), &map)
                .values
        }
        _ => panic!("no method for the golden array {key}"),
    }
}

#[test]
fn every_golden_array_is_matched() {
    let mut compared = 0;
    for entry in std::fs::read_dir(root("tests/goldens")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "npz") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (model, picture) = stem.split_once('.').unwrap();
        let (session, logits) = opened(model, &format!("{picture}_224.png"), Fit::Stretch);
        let mut archive = NpzArchive::new(BufReader::new(File::open(&path).unwrap())).unwrap();
        let keys: Vec<String> = archive
            .array_names()
            .map(str::to_owned)
            .filter(|key| key != "input")
            .collect();
        for key in keys {
            let expected = golden(&mut archive, &key);
            assert_close(
                &format!("{stem}: {key}"),
                &ours(&session, &logits, &key),
                &expected,
            );
            compared += 1;
        }
    }
    assert!(compared >= 45, "only {compared} arrays compared");
}

#[test]
fn one_backward_pass_for_many_layers_gives_what_one_for_each_gives() {
    let (session, _) = opened("efficientnet_lite0", "chelsea_224.png", Fit::Stretch);
    let paths: Vec<String> = session
        .info()
        .unwrap()
        .layers
        .targets()
        .map(|l| l.path.clone())
        .collect();
    assert!(paths.len() > 100);
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let together = session.heat_maps(Score::For(285), &paths).unwrap();
    for (path, map) in paths.iter().zip(&together).step_by(7) {
        let alone = session
            .heat_maps(Score::For(285), &[path])
            .unwrap()
            .remove(0);
        let largest = alone.map.values.iter().fold(0f32, |m, v| m.max(*v));
        let worst = alone
            .map
            .values
            .iter()
            .zip(&map.map.values)
            .fold(0f32, |m, (a, b)| m.max((a - b).abs()));
        assert!(
            worst <= 1e-5 * largest.max(1e-6),
            "{path}: {worst} of {largest}"
        );
    }
}

#[test]
fn the_answers_are_those_of_pytorch_on_what_pillow_makes() {
    let text = std::fs::read_to_string(root("tests/goldens/top5.json")).unwrap();
    let expected: std::collections::BTreeMap<String, Vec<(usize, String, f32)>> =
        serde_json::from_str(&text).unwrap();
    assert!(expected.len() >= 8);
    for (key, top) in expected {
        let [model, picture, fit] = key.split('/').collect::<Vec<_>>()[..] else {
            panic!("{key}")
        };
        let mut session = Session::default();
        let model = session
            .open_model(&root(&format!("models/{model}.pt2")))
            .unwrap();
        let photo = Photo::open(&root(&format!("assets/{picture}"))).unwrap();
        let answer = session
            .predict(&photo, fit.parse().unwrap(), &mut |_| Ok(()))
            .unwrap();
        // Decoders of JPEG differ by a few levels.
        let is_jpeg = Path::new(picture)
            .extension()
            .is_some_and(|ending| ending == "jpg");
        let most = if is_jpeg { 0.02 } else { 1e-4 };
        for (class, label, probability) in top {
            assert_eq!(model.labels[class], label, "{key}");
            let ours = answer.probabilities[class];
            assert!(
                (ours - probability).abs() <= most,
                "{key}: {label} {ours} instead of {probability}"
            );
        }
    }
}

/// Global average pooling and one linear layer: then αₖ is the layer's own weight over the number
/// of places, and Grad-CAM is CAM (the paper's §3.1).
#[test]
fn with_global_pooling_and_one_linear_layer_grad_cam_is_cam() {
    use gradcam::model::{Model, Tape};
    use std::sync::Arc;
    use tch::{Kind, Tensor};

    let model = Model::open(&root("models/efficientnet_lite0.pt2")).unwrap();
    tch::manual_seed(7);
    let input = Tensor::randn([1, 3, 224, 224], (Kind::Float, tch::Device::Cpu));
    let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &input).unwrap();
    let layer = model.layers.find("bn2").unwrap().activation;
    let head = model
        .graph
        .nodes
        .iter()
        .rev()
        .find(|node| node.name.starts_with("linear"))
        .unwrap();
    let weight = model.graph.weight(head.inputs[1]).unwrap();
    for class in [3, 285, 967] {
        let objective = Objective::new(&tape, Score::For(class)).unwrap();
        let map = gradcam::explain::grad_cam_at(&tape, &objective, layer).unwrap();
        let activation = tape.activation(layer).unwrap().detach();
        let size = activation.size();
        let places = (size[2] * size[3]) as f64;
        let row = weight.select(0, class as i64).reshape([1, -1, 1, 1]);
        let cam = ((activation * row).sum_dim_intlist([1i64].as_slice(), false, Kind::Float)
            / places)
            .relu();
        let cam: Vec<f32> = Vec::try_from(cam.reshape(-1)).unwrap();
        let largest = cam.iter().fold(0f32, |m, v| m.max(*v));
        let worst = cam
            .iter()
            .zip(&map.values)
            .fold(0f32, |m, (a, b)| m.max((a - b).abs()));
        assert!(
            worst <= 1e-4 * largest,
            "class {class}: {worst} of {largest}"
        );
    }
}

/// The gradient says how the logit changes along a direction; so does changing the input.
#[test]
fn finite_differences_agree_with_the_gradient() {
    use gradcam::model::{Model, Tape, forward};
    use std::sync::Arc;
    use tch::{Kind, Tensor};

    for name in ["squeezenet1_1", "efficientnet_lite0"] {
        let model = Model::open(&root(&format!("models/{name}.pt2"))).unwrap();
        tch::manual_seed(11);
        let input = Tensor::randn([1, 3, 224, 224], (Kind::Float, tch::Device::Cpu)) * 0.5;
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &input).unwrap();
        let class = tape.logits().argmax(1, false).int64_value(&[0]);
        let objective = Objective::new(&tape, Score::For(class as usize)).unwrap();
        let found =
            gradcam::explain::guided_backprop(&tape, &model.graph, &objective, ReluRule::Gradient);
        let gradient = Tensor::from_slice(&found.unwrap().image.values).reshape([1, 3, 224, 224]);
        let direction = &gradient / gradient.norm();
        let along = f64::try_from((&gradient * &direction).sum(Kind::Float)).unwrap();
        let step = 2e-3;
        let logit = |offset: f64| {
            forward(&model.graph, &(&input + &direction * offset))
                .unwrap()
                .double_value(&[0, class])
        };
        let measured = (logit(step) - logit(-step)) / (2.0 * step);
        assert!(
            (measured - along).abs() <= 0.02 * along.abs(),
            "{name}: {measured} measured, {along} computed"
        );
    }
}
