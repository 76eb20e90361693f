//! Classifiers that return the names of classes, as `tests/converted/labels.py` writes them, against onnxruntime.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::support::{refusal, whole};
use super::writer::{Onnx, ints, texts};
use crate::model::{InputChannels, LabelSource, Model, Tape};
use crate::unpacked::unpacked;

#[derive(Deserialize)]
struct Case {
    /// In the order of the scores.
    names: Vec<String>,
    /// Probabilities by name; none where the file returns names alone.
    values: BTreeMap<String, f32>,
    /// The name that the file returns.
    predicted: Option<String>,
    /// Empty where scikit-learn has fitted probabilities.
    logits: Vec<f32>,
}

/// Levels from 0 to 255, as `picture` in the script has them.
fn picture(channels_last: bool) -> Tensor {
    let values: Vec<f32> = (0..3 * 32 * 32)
        .map(|at| (at * 37 % 101) as f32 * 2.5)
        .collect();
    let row = Tensor::from_slice(&values);
    if channels_last {
        row.reshape([1, 32, 32, 3]).permute([0, 3, 1, 2])
    } else {
        row.reshape([1, 3, 32, 32])
    }
}

fn scores(model: &Model, image: &Tensor) -> Vec<f32> {
    let tape = Tape::record(&model.graph, Arc::clone(&model.plan), image).unwrap();
    Vec::try_from(tape.logits().to_kind(Kind::Float).reshape([-1])).unwrap()
}

fn close(ours: f32, theirs: f32) -> bool {
    (ours - theirs).abs() <= 2e-5 * theirs.abs().max(1.0)
}

fn check(path: &Path, image: &Tensor, case: &Case) -> Result<(), String> {
    let model = Model::open(path).map_err(|error| error.to_string())?;
    if (&model.labels.names, model.labels.source) != (&case.names, LabelSource::Archive) {
        return Err(format!("{:?}, not {:?}", model.labels, case.names));
    }
    let scores = scores(&model, image);
    let values = model.reading.probabilities(&scores);
    if !case.logits.is_empty()
        && !std::iter::zip(&scores, &case.logits).all(|(ours, theirs)| close(*ours, *theirs))
    {
        return Err(format!("logits {scores:?}, not {:?}", case.logits));
    }
    for (name, value) in case.names.iter().zip(&values) {
        if case
            .values
            .get(name)
            .is_some_and(|theirs| !close(*value, *theirs))
        {
            return Err(format!("{name} is {value}, not {}", case.values[name]));
        }
    }
    let first = std::iter::zip(&values, &case.names).max_by(|a, b| a.0.total_cmp(b.0));
    let first = first.map(|(_, name)| name);
    if case.predicted.is_some() && first != case.predicted.as_ref() {
        return Err(format!("predicts {first:?}, not {:?}", case.predicted));
    }
    Ok(())
}

#[test]
fn scores_and_names_of_classes_are_those_of_the_runtime() {
    let folder = unpacked("tests/converted/labels.zip.gz");
    let facts = std::fs::read(folder.path().join("facts.json")).unwrap();
    let cases: BTreeMap<String, Case> = serde_json::from_slice(&facts).unwrap();
    assert_eq!(cases.len(), 11);
    let wrong = cases.iter().filter_map(|(name, case)| {
        let path = folder.path().join(format!("{name}.onnx"));
        let why = check(&path, &picture(name == "channels_last"), case).err()?;
        Some(format!("{name}: {why}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scores_are_explained_and_not_the_name() {
    let folder = unpacked("tests/converted/labels.zip.gz");
    let open = |name: &str| Model::open(&folder.path().join(name)).unwrap();
    let model = open("custom_vision.onnx");
    assert_eq!(model.outputs()[model.output()].name, "loss");
    assert_eq!(model.outputs().len(), 1);
    assert!(model.answer_notes.is_empty(), "{:?}", model.answer_notes);
    assert_eq!(model.preprocess.channels, InputChannels::Bgr);
    // A softmax is known as such behind scikit-learn's.
    assert_eq!(
        open("logistic.onnx").graph.head,
        crate::model::Head::Softmax
    );
}

#[test]
fn decision_trees_are_named_as_such() {
    let folder = unpacked("tests/converted/labels.zip.gz");
    let refused = Model::open(&folder.path().join("trees.onnx")).map(|_| ());
    let why = refused.unwrap_err().to_string();
    for words in [
        "TreeEnsembleClassifier",
        "decision trees",
        "export the network alone",
    ] {
        assert!(why.contains(words), "{why}");
    }
}

/// A mean colour that becomes a map of these names.
fn named(names: &[&str]) -> Onnx {
    let mut model = Onnx::new();
    let attributes = vec![texts("classlabels_strings", names)];
    model.node("ZipMap", &["y"], &["loss"], attributes);
    model.graph().nodes[2].domain = "ai.onnx.ml".into();
    model.graph().outputs[0].name = "loss".into();
    model.graph().outputs[0].about = None;
    model
}

#[test]
fn names_have_to_fit_the_scores() {
    let model = whole(&named(&["red", "green", "blue"]).bytes()).unwrap();
    assert_eq!(model.labels.names, ["red", "green", "blue"]);
    for names in [&["red", "green"][..], &[], &["a", "b", "c", "d"]] {
        let why = refusal(&named(names));
        let words = format!("has names for {} classes", names.len());
        assert!(why.contains(&words) && why.contains("[1, 3]"), "{why}");
    }
    let mut numbers = named(&[]);
    numbers.graph().nodes[2].attributes = vec![ints("classlabels_int64s", &[0, 1, 2])];
    let model = whole(&numbers.bytes()).unwrap();
    assert_eq!(model.labels.source, LabelSource::Numbered);
}

#[test]
fn what_else_is_done_with_names_does_not_stop_the_scores() {
    let mut model = named(&["red", "green", "blue"]);
    model.node("StringNormalizer", &["y"], &["a"], vec![]);
    model.node("Cast", &["y"], &["b"], vec![super::writer::int("to", 8)]);
    model.text("names", &["red", "green", "blue"]);
    model.node("Equal", &["names", "names"], &["c"], vec![]);
    for name in ["a", "b", "c"] {
        let output = super::writer::value(name, 8, &[1]);
        model.graph().outputs.insert(0, output);
    }
    let model = whole(&model.bytes()).unwrap();
    assert_eq!(model.outputs()[model.output()].name, "loss");
}
