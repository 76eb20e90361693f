//! Graphs that are not consistent, and how those that are become ours.

use std::sync::Arc;

use tch::{Device, Kind, Tensor};

use super::support::{logits, opened, refusal, whole};
use super::writer::{OPEN, Onnx, float, ints, node, value};
use crate::model::format::onnx::message::proto::{Attribute, attribute};
use crate::model::graph::Head;
use crate::model::{Layer, Reading, ReluRule, Tape};

#[test]
fn opens_the_smallest_model() {
    let graph = opened(&Onnx::new());
    assert_eq!(graph.input_shape, [1, 3, 4, 4]);
    assert_eq!(graph.nodes.len(), 2);
    assert_eq!(graph.head, Head::None);
    assert_eq!(logits(&Onnx::new()), [7.5, 23.5, 39.5]);
}

#[test]
fn lists_all_unsupported_operations_together() {
    let mut model = Onnx::new();
    model.graph().nodes[0].inputs = vec!["c".into()];
    model.node("StringSplit", &["x"], &["a"], vec![]);
    model.node("Loop", &["a"], &["b"], vec![]);
    model.node("EmbedLayerNormalization", &["b"], &["c"], vec![]);
    model.graph().nodes[4].domain = "com.microsoft".into();
    // Nodes that the logits do not depend on do not matter.
    model.node("NonMaxSuppression", &["x"], &["unused"], vec![]);
    model.graph().nodes.rotate_left(2);
    let why = refusal(&model);
    assert!(why.starts_with("the model uses 3 operations"), "{why}");
    for word in [
        "StringSplit (node a, in a)",
        "Loop (node b",
        "com.microsoft::EmbedLayerNormalization (node c",
    ] {
        assert!(why.contains(word), "{why}");
    }
    assert!(!why.contains("NonMax"), "{why}");
}

#[test]
fn refuses_cycles_and_values_that_nothing_computes() {
    let mut circle = Onnx::empty(&[1, 3, 4, 4]);
    circle.node("Add", &["x", "b"], &["a"], vec![]);
    circle.node("Relu", &["a"], &["b"], vec![]);
    circle.node("GlobalAveragePool", &["b"], &["y"], vec![]);
    let why = refusal(&circle);
    assert!(why.contains("node a depends on its own output"), "{why}");

    let mut unsorted = Onnx::empty(&[1, 3, 4, 4]);
    unsorted.node("GlobalAveragePool", &["b"], &["y"], vec![]);
    unsorted.node("Relu", &["a"], &["b"], vec![]);
    unsorted.node("Add", &["x", "x"], &["a"], vec![]);
    assert!(opened(&unsorted).nodes.len() >= 3);

    let mut loose = Onnx::new();
    loose.graph().nodes[1].inputs = vec!["nowhere".into()];
    assert!(refusal(&loose).contains("uses nowhere"));
    let mut loose = Onnx::new();
    loose.graph().outputs[0].name = "nowhere".into();
    assert!(refusal(&loose).contains("the output uses nowhere"));

    let mut twice = Onnx::new();
    twice.node("Relu", &["x"], &["pooled"], vec![]);
    assert!(refusal(&twice).contains("two values are called pooled"));
    let mut twice = Onnx::new();
    twice.weight("pooled", &[1], &[1.0]);
    assert!(refusal(&twice).contains("two values are called pooled"));
}

#[test]
fn names_the_node_of_a_weight_that_does_not_fit() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("w", &[5, 2, 1, 1], &[1.0; 10]);
    model.node("Conv", &["x", "w"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    let why = whole(&model.bytes()).unwrap_err().to_string();
    assert!(
        why.contains("node a") && why.contains("[5, 2, 1, 1]"),
        "{why}"
    );
}

#[test]
fn names_the_node_of_a_bias_that_does_not_fit() {
    let convolution = |op: &str, bias: i64| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.weight("w", &[3, 3, 1, 1], &[1.0; 9]);
        model.weight("b", &[bias], &vec![1.0; bias as usize]);
        model.node(op, &["x", "w", "b"], &["a"], vec![]);
        model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
        model
    };
    let product = |op: &str, bias: &[i64]| {
        let mut model = Onnx::new();
        model.graph().outputs[0].name = "a".into();
        let count = bias.iter().product::<i64>() as usize;
        model
            .weight("w", &[3, 4], &[1.0; 12])
            .weight("b", bias, &vec![1.0; count]);
        if op == "Gemm" {
            model.node(op, &["y", "w", "b"], &["a"], vec![]);
        } else {
            model.node("MatMul", &["y", "w"], &["p"], vec![]);
            model.node(op, &["p", "b"], &["a"], vec![]);
        }
        model
    };
    let mut norm = Onnx::empty(&[1, 3, 4, 4]);
    norm.weight("long", &[4], &[1.0; 4])
        .weight("right", &[3], &[1.0; 3]);
    norm.node(
        "BatchNormalization",
        &["x", "right", "long", "right", "right"],
        &["a"],
        vec![],
    );
    norm.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    for (model, words) in [
        (convolution("Conv", 4), "a bias [4] does not fit 3 channels"),
        (
            convolution("ConvTranspose", 2),
            "a bias [2] does not fit 3 channels",
        ),
        (
            product("Gemm", &[5]),
            "has a bias of shape [5] for a product of shape [1, 4]",
        ),
        (
            product("Gemm", &[2, 4]),
            "has a bias of shape [2, 4] for a product of shape [1, 4]",
        ),
        (
            product("Add", &[5]),
            "shapes [1, 4] and [5] cannot be broadcast",
        ),
        (norm, "a row [4] does not fit the channels of [1, 3, 4, 4]"),
    ] {
        let why = refusal(&model);
        assert!(
            why.contains("node a") && why.contains(words),
            "{words}: {why}"
        );
    }
    opened(&convolution("Conv", 3));
    opened(&product("Gemm", &[1, 4]));
}

#[test]
fn ignores_missing_outputs_that_nothing_reads() {
    let mut model = Onnx::new();
    model.graph().nodes[1].inputs = vec!["kept".into()];
    model.node("Dropout", &["pooled"], &["kept", "mask"], vec![]);
    model.graph().nodes.swap(1, 2);
    assert_eq!(logits(&model), [7.5, 23.5, 39.5]);
    model.graph().nodes[2].inputs = vec!["mask".into()];
    assert!(refusal(&model).contains("its output 2 is used"));
}

#[test]
fn replaces_functions_by_their_nodes() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("Leaky", &["x"], &["a"], vec![float("slope", 0.5)]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    model.graph().nodes[0].domain = "own".into();
    let slope = Attribute {
        name: "alpha".into(),
        kind: attribute::FLOAT,
        refers_to: "slope".into(),
        ..Attribute::default()
    };
    let body = vec![
        node("Neg", &["in"], &["inner"], vec![]),
        node("LeakyRelu", &["inner"], &["out"], vec![slope]),
    ];
    model.function("Leaky", &["in"], &["out"], body);
    assert_eq!(logits(&model), [-3.75, -11.75, -19.75]);

    let own = |op: &str, input: &str, output: &str| {
        let mut call = node(op, &[input], &[output], vec![]);
        call.domain = "own".into();
        call
    };
    model.model.functions.clear();
    model.function("Leaky", &["in"], &["out"], vec![own("Leaky", "in", "out")]);
    assert!(refusal(&model).contains("calls itself"));
    // Each calls the next twice: 2⁶⁰ nodes.
    model.model.functions.clear();
    for depth in 0..60 {
        let next = format!("F{}", depth + 1);
        let name = if depth == 0 {
            "Leaky".to_owned()
        } else {
            format!("F{depth}")
        };
        let body = vec![own(&next, "in", "m"), own(&next, "m", "out")];
        model.function(&name, &["in"], &["out"], body);
    }
    assert!(refusal(&model).contains("more nodes than any network"));
}

#[test]
fn does_not_keep_intermediate_constants() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("w", &[3, 1, 1], &[1.0, 2.0, 3.0]);
    model.node("Neg", &["w"], &["a"], vec![]);
    model.node("Identity", &["a"], &["b"], vec![]);
    model.node("Exp", &["b"], &["c"], vec![]);
    model.node("Mul", &["x", "c"], &["d"], vec![]);
    model.node("Add", &["d", "c"], &["e"], vec![]);
    // Read twice.
    model.ints("shape", &[1, 3, -1, 1]);
    model.node("Reshape", &["e", "shape"], &["f"], vec![]);
    model.node("Reshape", &["f", "shape"], &["g"], vec![]);
    model.node("GlobalAveragePool", &["g"], &["y"], vec![]);
    let graph = opened(&model);
    let kept = graph.values.iter().filter(|value| value.weight.is_some());
    let kept: Vec<&str> = kept.map(|value| value.name.as_str()).collect();
    assert_eq!(kept, ["w", "c"]);
    assert_eq!(graph.parameters(), 3);
}

/// How many operations follow one another in the longest files here.
const LONG: usize = 10_000;

/// The mean colour through these operations in turn, again and again, and then through `ending`.
fn chain(ops: &[&str], ending: &str) -> Onnx {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("GlobalAveragePool", &["x"], &["pooled"], vec![]);
    model.node("Flatten", &["pooled"], &["v0"], vec![]);
    again_and_again(&mut model, ops, LONG);
    model.node(ending, &[&format!("v{LONG}")], &["y"], vec![]);
    model
}

/// From `v0` on, so many operations that take what is before them twice, or half of it.
fn again_and_again(model: &mut Onnx, ops: &[&str], length: usize) {
    model.weight("half", &[1], &[0.5]);
    for (step, &op) in ops.iter().cycle().take(length).enumerate() {
        let last = format!("v{step}");
        let second = match op {
            "Mul" => "half".to_owned(),
            "Add" => last.clone(),
            _ => format!("v{}", step.saturating_sub(1)),
        };
        let next = format!("v{}", step + 1);
        model.node(op, &[&last, &second], &[&next], vec![]);
    }
}

#[test]
fn explains_ten_thousand_operations_that_read_what_is_before_them_twice() {
    // So there are at least 2^5000 ways back.
    for (ops, ending, reading) in [
        (&["Add", "Mul"][..], "Softmax", Reading::Softmax),
        (&["Max"], "Sigmoid", Reading::Sigmoid),
        (&["Min"], "Identity", Reading::Softmax),
    ] {
        let model = whole(&chain(ops, ending).bytes()).unwrap();
        assert_eq!(model.reading, reading);
        let input = Tensor::arange(48, (Kind::Float, Device::Cpu)).reshape([1, 3, 4, 4]);
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &input).unwrap();
        let scores = Vec::<f32>::try_from(tape.logits().reshape([-1])).unwrap();
        assert_eq!(scores, [7.5, 23.5, 39.5]);
        let seed = tape.seed(&[(1, 1.0)]).unwrap();
        let found = tape.backward(&seed, ReluRule::Gradient, &[model.graph.input]);
        let found = Vec::<f32>::try_from(found.unwrap().at[0].reshape([-1])).unwrap();
        for (place, gradient) in found.into_iter().enumerate() {
            let theirs = if place / 16 == 1 { 1.0 / 16.0 } else { 0.0 };
            assert!((gradient - theirs).abs() < 1e-5, "{place}: {gradient}");
        }
    }
}

#[test]
fn probabilities_are_known_ten_thousand_operations_later() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("GlobalAveragePool", &["x"], &["pooled"], vec![]);
    model.node("Flatten", &["pooled"], &["row"], vec![]);
    model.node("Sigmoid", &["row"], &["v0"], vec![]);
    again_and_again(&mut model, &["Add", "Mul"], LONG);
    model.graph().outputs = vec![value(&format!("v{LONG}"), 1, &[OPEN; 2])];
    assert_eq!(whole(&model.bytes()).unwrap().reading, Reading::AsTheyAre);
}

#[test]
fn a_map_is_followed_back_through_ten_thousand_sums() {
    let map = |ending: &str| {
        let mut model = Onnx::empty(&[1, 3, 8, 8]);
        model.graph().outputs = vec![value("y", 1, &[OPEN; 4])];
        model.weight("w", &[3, 3, 1, 1], &[0.5; 9]);
        model.node("Conv", &["x", "w"], &["v0"], vec![ints("strides", &[2, 2])]);
        again_and_again(&mut model, &["Add", "Mul"], LONG);
        model.node(ending, &[&format!("v{LONG}")], &["y"], vec![]);
        whole(&model.bytes())
    };
    assert_eq!(map("Identity").unwrap().reading, Reading::Softmax);
    let why = map("Relu").map(|_| ()).unwrap_err().to_string();
    assert!(
        why.contains("a map of 3 features at 4×4 positions"),
        "{why}"
    );
}

#[test]
fn a_tree_of_ten_thousand_layers_that_do_nothing_is_made() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let mut last = "x".to_owned();
    for step in 0..LONG {
        let next = format!("v{step}");
        model.node("Dropout", &[&last], &[&next], vec![]);
        last = next;
    }
    model.node("GlobalAveragePool", &[&last], &["pooled"], vec![]);
    model.node("Flatten", &["pooled"], &["y"], vec![]);
    let model = whole(&model.bytes()).unwrap();
    let dropped = |layer: &&Layer| layer.kind == "Dropout";
    let dropped: Vec<&Layer> = model.layers.layers.iter().filter(dropped).collect();
    assert_eq!(dropped.len(), LONG);
    assert!(
        dropped
            .iter()
            .all(|layer| layer.origin == model.graph.input)
    );
    assert_eq!(model.layers.overview().len(), 1);
}
