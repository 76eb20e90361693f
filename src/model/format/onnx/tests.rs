//! The reader on files written here, one for each thing that can be wrong with one.

mod damage;
mod external;
mod operations;
mod structure;
mod weights;
mod writer;

use std::path::Path;

use self::writer::Onnx;
use crate::model::error::{Error, Fault};
use crate::model::format::{self, Opened};
use crate::model::graph::Graph;
use crate::model::opening::Opening;
use crate::model::{Model, check, fold, plan::Plan};

/// Opens a file with these bytes; an error has to name the file, last.
fn open(bytes: &[u8]) -> Result<Opened, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, bytes).unwrap();
    open_at(&path)
}

fn open_at(path: &Path) -> Result<Opened, Fault> {
    format::open_silently(path).map_err(|error| {
        let message = error.to_string();
        assert!(
            message.ends_with(&format!(": {}", path.display())),
            "{message}"
        );
        let Error::File { fault, .. } = error;
        fault
    })
}

fn opened(model: &Onnx) -> Graph {
    open(&model.bytes())
        .unwrap_or_else(|fault| panic!("{fault}"))
        .graph
}

fn refusal(model: &Onnx) -> String {
    open(&model.bytes())
        .map(|opened| opened.graph)
        .unwrap_err()
        .to_string()
}

/// Opens and runs it: what is wrong may show only then.
fn whole(bytes: &[u8]) -> Result<Model, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, bytes).unwrap();
    Model::open(&path)
}

/// The logits of the smallest pictures, whose values count from nought.
fn logits(model: &Onnx) -> Vec<f32> {
    let mut graph = opened(model);
    fold::fold(&mut graph).unwrap();
    let plan = std::sync::Arc::new(Plan::new(&graph));
    // Also compares the shapes foretold with those that come out.
    let mut tell = |_| std::ops::ControlFlow::Continue(());
    let mut opening = Opening::telling(&mut tell);
    check::run(&graph, &plan, &mut opening).unwrap_or_else(|fault| panic!("{fault}"));
    let count: i64 = graph.input_shape.iter().product();
    let input = tch::Tensor::arange(count, (tch::Kind::Float, tch::Device::Cpu));
    let input = input.reshape(graph.input_shape);
    Vec::try_from(crate::model::forward(&graph, &input).unwrap().reshape([-1])).unwrap()
}
