//! Opens files that `tests/answers/answers.py` has exported, and compares readings, scores and gradients
//! with PyTorch's.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tch::Tensor;

use super::AnswerKind;
use crate::model::error::{Error, Fault};
use crate::model::usage::Reading;
use crate::model::{Model, OpenOptions, ReluRule, Tape, Usage};
use crate::unpacked::unpacked;

const TOLERANCE: f32 = 2e-5;

#[derive(Deserialize)]
struct Facts {
    image: Vec<f32>,
    cases: BTreeMap<String, Case>,
    /// A part of what is said about each.
    refused: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Case {
    reading: String,
    kind: String,
    scores: Vec<f32>,
    values: Vec<f32>,
    /// Of the last score at the image.
    gradient: Vec<f32>,
}

fn answers() -> (tempfile::TempDir, Facts) {
    let folder = unpacked("tests/answers/answers.zip.gz");
    let facts = std::fs::read(folder.path().join("facts.json")).unwrap();
    (folder, serde_json::from_slice(&facts).unwrap())
}

fn open(path: &Path, options: &OpenOptions) -> Result<Model, Error> {
    Model::open_as(path, options, &mut |_| ControlFlow::Continue(()))
}

fn used(model: &Model, usage: Usage) -> Result<Model, Error> {
    model.used(usage, &mut |_| ControlFlow::Continue(()))
}

fn usage(model: &Model, output: Option<&str>, reading: Reading) -> Usage {
    Usage {
        preprocess: model.preprocess.clone(),
        reading,
        names: None,
        output: output.map(str::to_owned),
        reference: None,
    }
}

/// How far the numbers are apart, relative to the largest.
fn apart(ours: &[f32], theirs: &[f32]) -> f32 {
    if ours.len() != theirs.len() {
        return f32::INFINITY;
    }
    let largest = theirs
        .iter()
        .fold(1e-3_f32, |most, value| most.max(value.abs()));
    let both = ours.iter().zip(theirs);
    both.fold(0.0, |most, (a, b)| (a - b).abs().max(most)) / largest
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.reshape(-1)).unwrap()
}

fn wrong(path: &Path, image: &Tensor, case: &Case) -> Result<(), String> {
    let model = open(path, &OpenOptions::default()).map_err(|error| error.to_string())?;
    let reading = match model.reading {
        Reading::Softmax => "softmax",
        Reading::Sigmoid => "sigmoid",
        Reading::AsTheyAre => "as_they_are",
        Reading::Numbers => "numbers",
    };
    let kind = match model.kind {
        AnswerKind::Classes => "classes",
        AnswerKind::YesNo => "yes_no",
        AnswerKind::Number => "number",
        AnswerKind::Similarity => "similarity",
    };
    if (reading, kind) != (&case.reading, &case.kind) {
        return Err(format!(
            "{kind} {reading}, not {} {}",
            case.kind, case.reading
        ));
    }
    let tape = Tape::record(&model.graph, Arc::clone(&model.plan), image).unwrap();
    let scores = numbers(tape.logits());
    let mut values = model.reading.probabilities(&scores);
    if model.kind == AnswerKind::Number {
        let number = values[0];
        values.fill(number);
    }
    let last = scores.len() - 1;
    let gradient = tape
        .backward(
            &tape.seed(&[(last, 1.0)]).unwrap(),
            ReluRule::Gradient,
            &[model.graph.input],
        )
        .unwrap();
    let gradient = numbers(&gradient.at[0]);
    for (what, ours, theirs) in [
        ("scores", &scores, &case.scores),
        ("values", &values, &case.values),
        ("gradient", &gradient, &case.gradient),
    ] {
        let apart = apart(ours, theirs);
        if apart > TOLERANCE {
            return Err(format!("{what} {apart:e} apart: {ours:?} {theirs:?}"));
        }
    }
    Ok(())
}

#[test]
fn agrees_with_pytorch_on_every_ending() {
    let (folder, facts) = answers();
    let image = Tensor::from_slice(&facts.image).reshape([1, 3, 8, 8]);
    let mut failures = Vec::new();
    let mut count = 0;
    for (name, case) in &facts.cases {
        for ending in ["pt2", "onnx"] {
            let path = folder.path().join(format!("{name}.{ending}"));
            if path.exists() {
                count += 1;
                let failed = wrong(&path, &image, case).err();
                failures.extend(failed.map(|why| format!("{name}.{ending}: {why}")));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count > 110, "{count}");
}

#[test]
fn refuses_numbers_that_no_scores_stand_for() {
    let (folder, facts) = answers();
    for (name, said) in &facts.refused {
        for ending in ["pt2", "onnx"] {
            let path = folder.path().join(format!("{name}.{ending}"));
            let refused = open(&path, &OpenOptions::default());
            let Err(Error::File { fault, .. }) = refused else {
                panic!("{name}.{ending} opens")
            };
            assert!(matches!(fault, Fault::NoLogits(_)), "{name}: {fault}");
            assert!(fault.to_string().contains(said), "{name}.{ending}: {fault}");
        }
    }
    assert_eq!(facts.refused.len(), 11);
}

/// A file of the archive, in its folder.
fn file(name: &str) -> (tempfile::TempDir, PathBuf) {
    let (folder, _) = answers();
    let path = folder.path().join(name);
    (folder, path)
}

#[test]
fn another_output_is_chosen_by_name_or_number() {
    for ending in ["pt2", "onnx"] {
        let (_folder, path) = file(&format!("aux_logits.{ending}"));
        let model = open(&path, &OpenOptions::default()).unwrap();
        let outputs: Vec<_> = model
            .outputs()
            .iter()
            .map(|o| (o.name.as_str(), o.count))
            .collect();
        assert_eq!(outputs, [("aux", 3), ("logits", 5)], "{ending}");
        assert_eq!((model.output(), model.labels.names.len()), (1, 5));
        assert!(
            model
                .outputs_note()
                .unwrap()
                .contains("0 aux (3 values), 1 logits (5 values)")
        );
        for wanted in ["aux", "0"] {
            let chosen = open(&path, &OpenOptions::default().output(wanted)).unwrap();
            assert_eq!((chosen.output(), chosen.labels.names.len()), (0, 3));
            assert_eq!(chosen.opened_as.output, None);
        }
        let aux = used(&model, usage(&model, Some("aux"), Reading::Softmax)).unwrap();
        assert_eq!((aux.output(), aux.labels.names.len()), (0, 3));
        assert!(aux.graph.parameters() < model.graph.parameters());
        let back = used(&aux, usage(&aux, None, Reading::Softmax)).unwrap();
        assert_eq!((back.output(), back.labels.names.len()), (1, 5));
        assert_eq!(back.graph.nodes.len(), model.graph.nodes.len());
    }
}

#[test]
fn refuses_an_output_that_is_not_there() {
    let (_folder, path) = file("aux_logits.pt2");
    for wanted in [
        "2",
        "-1",
        "99999999999999999999999",
        "",
        "Logits",
        "a\u{0}b",
    ] {
        let refused = open(&path, &OpenOptions::default().output(wanted));
        let Err(Error::File { fault, .. }) = refused else {
            panic!("{wanted}")
        };
        assert!(matches!(fault, Fault::UnknownOutput { .. }), "{fault}");
        assert!(fault.to_string().contains("1 logits (5 values)"), "{fault}");
    }
}

#[test]
fn a_single_value_is_read_as_a_number_where_the_user_says_so() {
    let (_folder, path) = file("one_logit.pt2");
    let model = open(&path, &OpenOptions::default()).unwrap();
    assert_eq!(
        model.outputs()[0].readings,
        [Reading::Sigmoid, Reading::Numbers]
    );
    let number = used(&model, usage(&model, None, Reading::Numbers)).unwrap();
    assert_eq!(number.kind, AnswerKind::Number);
    let directions = AnswerKind::Number.directions().unwrap();
    assert_eq!(number.labels.names, directions);
    let again = open(&path, &OpenOptions::default().reading(Reading::Numbers)).unwrap();
    assert_eq!(again.kind, AnswerKind::Number);
    assert_eq!(again.opened_as.reading, Reading::Sigmoid);
    let back = used(&number, usage(&number, None, Reading::Sigmoid)).unwrap();
    assert_eq!(back.kind, AnswerKind::YesNo);
    // One value is no choice between classes, and a logit is no probability.
    for reading in [Reading::Softmax, Reading::AsTheyAre] {
        let model = used(&model, usage(&model, None, reading)).unwrap();
        assert_eq!(model.reading, Reading::Sigmoid);
    }
}

#[test]
fn says_what_the_scores_are_where_they_are_no_logits() {
    for (name, word) in [
        ("top_both.onnx", "scores of all classes are used"),
        ("ensemble.onnx", "a score is a probability"),
        ("tanh.pt2", "plain numbers"),
        ("softmax_over_the_batch.pt2", "always the same"),
        ("unit_vector.pt2", "as an embedding has"),
    ] {
        let (_folder, path) = file(name);
        let model = open(&path, &OpenOptions::default()).unwrap();
        assert!(
            model.answer_notes.concat().contains(word),
            "{name}: {:?}",
            model.answer_notes
        );
    }
}

#[test]
fn what_runs_have_shown_can_still_be_read_in_another_way() {
    let (_folder, path) = file("shares_of_squares.onnx");
    let model = open(&path, &OpenOptions::default()).unwrap();
    assert_eq!(model.reading, Reading::AsTheyAre);
    let softmax = used(&model, usage(&model, None, Reading::Softmax)).unwrap();
    assert_eq!(softmax.reading, Reading::Softmax);
    let back = used(&softmax, usage(&softmax, None, Reading::AsTheyAre)).unwrap();
    assert_eq!(back.reading, Reading::AsTheyAre);
}

#[test]
fn an_output_is_counted_among_all_of_the_file_and_has_all_its_names() {
    let (_folder, path) = file("map_logits.pt2");
    let model = open(&path, &OpenOptions::default()).unwrap();
    assert_eq!(model.outputs()[0].number, 1);
    assert!(open(&path, &OpenOptions::default().output("1")).is_ok());
    // A map of features is no answer.
    assert!(open(&path, &OpenOptions::default().output("0")).is_err());
    let (_folder, path) = file("probs_logits.pt2");
    for wanted in ["0", "1"] {
        let chosen = open(&path, &OpenOptions::default().output(wanted)).unwrap();
        assert_eq!(chosen.outputs().len(), 1);
    }
}
