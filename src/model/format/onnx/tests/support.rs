//! Opens the files that tests write, and runs what was opened.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tch::{Device, Kind, Tensor};

use super::writer::Onnx;
use crate::model::Model;
use crate::model::error::{Error, Fault};
use crate::model::format::{self, Opened};
use crate::model::graph::Graph;
use crate::model::graph::fold;
use crate::model::opening::Opening;
use crate::model::opening::check;
use crate::model::tape::plan::Plan;

/// Opens a file with these bytes. An error has to end with the path.
pub fn open(bytes: &[u8]) -> Result<Opened, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, bytes).unwrap();
    open_at(&path)
}

pub fn open_at(path: &Path) -> Result<Opened, Fault> {
    format::open_silently(path).map_err(|error| {
        let message = error.to_string();
        assert!(
            message.ends_with(&format!(": {}", path.display())),
            "{message}"
        );
        error.fault()
    })
}

pub fn opened(model: &Onnx) -> Graph {
    open(&model.bytes())
        .unwrap_or_else(|fault| panic!("{fault}"))
        .graph
}

pub fn refusal(model: &Onnx) -> String {
    open(&model.bytes())
        .map(|opened| opened.graph)
        .unwrap_err()
        .to_string()
}

/// Opens the model with the trial run.
pub fn whole(bytes: &[u8]) -> Result<Model, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, bytes).unwrap();
    Model::open(&path)
}

/// The logits of an image whose values count up from zero.
pub fn logits(model: &Onnx) -> Vec<f32> {
    let graph = opened(model);
    let count: i64 = graph.input_shape.iter().product();
    let input = Tensor::arange(count, (Kind::Float, Device::Cpu));
    let input = input.reshape(graph.input_shape);
    predicted(graph, &input).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The logits of an image. Also compares the inferred shapes with those that result.
pub fn predicted(mut graph: Graph, input: &Tensor) -> Result<Vec<f32>, Fault> {
    fold::fold(&mut graph)?;
    let plan = Arc::new(Plan::new(&graph));
    let mut report = |_| ControlFlow::Continue(());
    check::run(&graph, &plan, &mut Opening::new(&mut report))?;
    let logits = crate::model::forward(&graph, input).unwrap();
    Ok(Vec::try_from(logits.reshape([-1])).unwrap())
}
