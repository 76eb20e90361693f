//! What each answer costs, as a ratio to the bare forward pass of the same run: machines differ and
//! are noisy, the ratio is what we promise.
//!
//! `cargo bench` prints the table. Each round measures every stage once, so that a slow moment
//! hits all of them; the medians are compared. Beside the two models in `models/` it measures a
//! VGG-16 and a ResNet-50, whose weights are made here; model files named after `cargo bench --bench
//! ratios --` are measured in their place.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

#[path = "../checkpoints/made.rs"]
mod made;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use gradcam::engine::{Engine, Request};
use gradcam::explain::{self, Objective, Score};
use gradcam::model::{Model, ReluRule, Tape, ValueId, forward};
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::Fit;
use tch::{Device, Kind, Tensor};

/// What is measured, with its name.
type Stage<'a> = (&'a str, Box<dyn Fn() + 'a>);

const ROUNDS: usize = 30;
const WARM_UP: usize = 5;

fn main() {
    // `cargo test --benches` passes `--test`-like flags; only a real bench run should take the time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!(
        "median of {ROUNDS} rounds, {} threads",
        tch::get_num_threads()
    );
    let folder = tempfile::tempdir().expect("a folder for the weights");
    let words = std::env::args().skip(1);
    let named = words.filter(|word| !word.starts_with('-'));
    let mut others: Vec<PathBuf> = named.map(PathBuf::from).collect();
    if others.is_empty() {
        let made = ["vgg16", "resnet50"];
        others = made
            .map(|name| made::seeded_checkpoint(name, 1000, folder.path()))
            .to_vec();
    }
    let ours = ["squeezenet1_1", "efficientnet_lite0"];
    let ours = ours.map(|name| root.join(format!("models/{name}.pt2")));
    for file in ours.into_iter().chain(others) {
        let model = Model::open(&file).expect("the model opens");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        report(&name, &model);
        through_the_engine(root, &file, &model);
    }
    println!("\npeak memory {} MB", peak_memory_mb());
}

fn random_input(model: &Model) -> Tensor {
    Tensor::randn(model.graph.input_shape, (Kind::Float, Device::Cpu))
}

/// Prints what each stage costs.
fn report(name: &str, model: &Model) {
    let input = random_input(model);
    let recommended = model.layers.recommended().expect("a spatial layer");
    let layer = recommended.activation;
    let rows = model.layers.overview();
    let overview: Vec<ValueId> = rows
        .iter()
        .map(|row| model.layers.layers[*row].activation)
        .collect();
    let all: Vec<ValueId> = model
        .layers
        .targets()
        .map(|layer| layer.activation)
        .collect();
    let record = || Tape::record(&model.graph, Arc::clone(&model.plan), &input).expect("records");
    let tape = record();
    let top = tape.logits().argmax(1, false).int64_value(&[0]) as usize;
    let other = Score::For((top + 1) % tape.logits().numel());
    let other = Objective::new(&tape, other).expect("a class");
    let guided = |tape: &Tape, objective: &Objective| {
        explain::guided_backprop(tape, &model.graph, objective, ReluRule::Guided).expect("walks")
    };

    let stages: Vec<Stage> = vec![
        (
            "bare forward",
            Box::new(|| drop(black_box(forward(&model.graph, &input)))),
        ),
        ("recording forward", Box::new(|| drop(black_box(record())))),
        (
            "new class, recommended layer",
            Box::new(|| drop(black_box(explain::grad_cam_at(&tape, &other, layer)))),
        ),
        (
            "channels of the recommended layer",
            Box::new(|| {
                drop(black_box(explain::channels(
                    &tape,
                    &other,
                    layer,
                    &recommended.path,
                )));
            }),
        ),
        (
            "overview maps, one class",
            Box::new(|| drop(black_box(explain::grad_cam(&tape, &other, &overview)))),
        ),
        (
            "all layers' maps, one class",
            Box::new(|| drop(black_box(explain::grad_cam(&tape, &other, &all)))),
        ),
        (
            "guided pass",
            Box::new(|| drop(black_box(guided(&tape, &other)))),
        ),
        (
            "first answer",
            Box::new(|| {
                let tape = record();
                let top = tape.logits().argmax(1, false).int64_value(&[0]) as usize;
                let score = Objective::new(&tape, Score::For(top)).expect("a class");
                let map = explain::grad_cam_at(&tape, &score, layer).expect("a map");
                let gradient = guided(&tape, &score);
                drop(black_box(explain::guided_grad_cam(&gradient.image, &map)));
            }),
        ),
    ];
    let medians = measure(&stages);
    println!(
        "\n{name}, {} layers with a map, {} in the overview",
        all.len(),
        overview.len()
    );
    for ((stage, _), ms) in stages.iter().zip(&medians) {
        line(stage, *ms, medians[0]);
    }
}

fn line(stage: &str, ms: f64, bare_ms: f64) {
    println!(
        "  {stage:34} {ms:8.2} ms   {:5.2} × bare forward",
        ms / bare_ms
    );
}

fn measure(stages: &[Stage]) -> Vec<f64> {
    let mut times = vec![Vec::new(); stages.len()];
    for round in 0..WARM_UP + ROUNDS {
        for (stage, (_, work)) in stages.iter().enumerate() {
            let start = Instant::now();
            work();
            if round >= WARM_UP {
                times[stage].push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Through the engine: how long a click on another class takes to fill the strip, and what asking
/// again for a known layer costs.
fn through_the_engine(root: &Path, file: &Path, model: &Model) {
    let input = random_input(model);
    let engine = Engine::start(|| ()).expect("the worker starts");
    let info = engine
        .open_model(file.to_owned())
        .block_and_take()
        .expect("the model opens");
    let photo = Arc::new(
        Photo::open(&root.join("assets/cat_and_coffee_224.png")).expect("the photo opens"),
    );
    let request = |class| Request {
        model: info.id,
        photo: Arc::clone(&photo),
        fit: Fit::Crop,
        score: Some(Score::For(class)),
        layer: None,
        rule: ReluRule::Guided,
    };
    let (mut bare_ms, mut heat_ms, mut overview_ms) = (Vec::new(), Vec::new(), Vec::new());
    for class in 0..ROUNDS + WARM_UP {
        let start = Instant::now();
        drop(black_box(forward(&model.graph, &input)));
        let bare = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let batch = engine.explain(vec![request(class)]);
        let ms = || start.elapsed().as_secs_f64() * 1e3;
        let _ = black_box(batch.jobs[0].heat_map.block_until_ready());
        let heat = ms();
        let _ = black_box(batch.overview.block_until_ready());
        if class >= WARM_UP {
            bare_ms.push(bare);
            heat_ms.push(heat);
            overview_ms.push(ms());
        }
        drop(batch.all_layers.block_and_take());
    }
    let bare_ms = median(bare_ms);
    line("new class: its heat map", median(heat_ms), bare_ms);
    line("new class incl. overview", median(overview_ms), bare_ms);

    let before = engine.requests_sent();
    let start = Instant::now();
    let batch = engine.explain(vec![request(WARM_UP)]);
    let ready = batch.jobs[0].guided.ready().is_some() && batch.all_layers.ready().is_some();
    let us = start.elapsed().as_secs_f64() * 1e6;
    let sent = engine.requests_sent() - before;
    println!(
        "  {:34} {us:8.1} µs   {sent} batches to the worker, ready at once: {ready}",
        "a class and its layers, known"
    );
}

fn peak_memory_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kb.map_or_else(|| "unknown".into(), |kb| (kb / 1024).to_string())
}
