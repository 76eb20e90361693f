//! One bare forward pass for each line read, and how many milliseconds it took: our half of
//! `beside_pytorch.py`, which lets the two take turns on one machine.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

use gradcam::model::{Model, forward};
use tch::{Device, Kind, Tensor};

fn main() {
    // `cargo test --benches` passes no `--bench`.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let file = words.iter().find(|word| !word.starts_with('-'));
    let (true, Some(file)) = (words.iter().any(|word| word == "--bench"), file) else {
        return;
    };
    let model = Model::open(Path::new(file)).expect("the model opens");
    let input = Tensor::randn(model.graph.input_shape, (Kind::Float, Device::Cpu));
    println!("{} threads", tch::get_num_threads());
    for line in stdin().lock().lines() {
        line.expect("standard input can be read");
        let start = Instant::now();
        drop(forward(&model.graph, &input).expect("it runs"));
        println!("{}", start.elapsed().as_secs_f64() * 1e3);
        stdout().flush().expect("standard output is there");
    }
}
