//! Nodes that choose one of two graphs.

use super::support::{logits, opened, refusal};
use super::writer::{Onnx, floats, int, node, value};
use crate::model::format::onnx::message::proto::{Attribute, Graph, Node};

fn graph(nodes: Vec<Node>, output: &str) -> Graph {
    Graph {
        nodes,
        outputs: vec![value(output, 1, &[1, 3])],
        ..Graph::default()
    }
}

fn branch(name: &str, graph: Graph) -> Attribute {
    Attribute {
        name: name.into(),
        kind: 5,
        graph: Some(Box::new(graph)),
        ..Attribute::default()
    }
}

/// The means of the channels, doubled where the image has `wanted` channels. What is left out then could
/// not be read.
fn model(wanted: i64, doubled: Graph, else_: Graph) -> Onnx {
    let mut model = Onnx::new();
    model.graph().nodes[1].outputs[0] = "means".into();
    model.ints("one", &[1]).ints("wanted", &[wanted]);
    model.node("Shape", &["means"], &["sizes"], vec![]);
    model.node(
        "Gather",
        &["sizes", "one"],
        &["channels"],
        vec![int("axis", 0)],
    );
    model.node("Equal", &["channels", "wanted"], &["chosen"], vec![]);
    let graphs = vec![branch("then_branch", doubled), branch("else_branch", else_)];
    model.node("If", &["chosen"], &["y"], graphs);
    model
}

fn doubled() -> Graph {
    let mut graph = graph(
        vec![node("Mul", &["means", "two"], &["twice"], vec![])],
        "twice",
    );
    graph.initializers.push(floats("two", &[1], &[2.0]));
    graph
}

#[test]
fn what_sizes_choose_is_read_and_the_rest_is_not() {
    let broken = || graph(vec![node("Loop", &["nothing"], &["none"], vec![])], "none");
    let twice = model(3, doubled(), broken());
    assert_eq!(logits(&twice), [15.0, 47.0, 79.0]);
    let kept = || {
        graph(
            vec![node("Identity", &["means"], &["same"], vec![])],
            "same",
        )
    };
    assert_eq!(logits(&model(4, broken(), kept())), [7.5, 23.5, 39.5]);
    // Nothing of the other graph is left.
    let nodes = opened(&model(4, doubled(), kept())).nodes.len();
    assert!(nodes <= 3, "{nodes}");
}

#[test]
fn graphs_within_graphs_are_read_to_a_depth() {
    let mut inner = doubled();
    for depth in 0..5 {
        let name = format!("y{depth}");
        let other = graph(
            vec![node("Identity", &["means"], &["other"], vec![])],
            "other",
        );
        let graphs = vec![branch("then_branch", inner), branch("else_branch", other)];
        inner = graph(vec![node("If", &["chosen"], &[&name], graphs)], &name);
    }
    assert_eq!(
        logits(&model(3, inner.clone(), doubled())),
        [15.0, 47.0, 79.0]
    );
    for depth in 5..40 {
        let name = format!("y{depth}");
        let graphs = vec![branch("then_branch", inner)];
        inner = graph(vec![node("If", &["chosen"], &[&name], graphs)], &name);
    }
    let why = refusal(&model(3, inner, doubled()));
    assert!(why.contains("nested too deeply"), "{why}");
}

#[test]
fn a_choice_that_the_image_makes_is_refused() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("GlobalAveragePool", &["x"], &["pooled"], vec![]);
    model.node("Flatten", &["pooled"], &["means"], vec![]);
    model.node("ReduceMax", &["means"], &["most"], vec![int("keepdims", 0)]);
    model.node("Greater", &["most", "level"], &["chosen"], vec![]);
    model.weight("level", &[], &[1.0]);
    let graphs = ["then_branch", "else_branch"].map(|name| branch(name, doubled()));
    model.node("If", &["chosen"], &["y"], graphs.into());
    let why = refusal(&model);
    assert!(
        why.contains("If (node y") && why.contains("fixed control flow"),
        "{why}"
    );

    let mut lacks_one = Onnx::new();
    lacks_one.graph().nodes[1].outputs[0] = "means".into();
    lacks_one.ints("chosen", &[1]);
    let graphs = vec![branch("then_branch", doubled())];
    lacks_one.node("If", &["chosen"], &["y"], graphs);
    assert!(refusal(&lacks_one).contains("If (node y"));
}
