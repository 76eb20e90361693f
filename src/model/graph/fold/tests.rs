use tch::{Device, Kind, Tensor};

use super::*;
use crate::model::graph::{Value, ValueId};

/// x, a weight, and what each node of `ops` makes of the value before it and `inputs`.
fn graph(nodes: Vec<(Op, Vec<usize>)>) -> Graph {
    let value = |weight| Value {
        name: String::new(),
        stated_shape: None,
        folded: false,
        weight,
    };
    let weight = Tensor::ones([3, 4], (Kind::Float, Device::Cpu)) * 2.0;
    let mut values = vec![value(None), value(Some(weight))];
    let mut placed = Vec::new();
    for (op, inputs) in nodes {
        values.push(value(None));
        placed.push(Node {
            op,
            inputs: inputs.into_iter().map(ValueId).collect(),
            outputs: vec![ValueId(values.len() - 1)],
            module: "m".into(),
            name: format!("n{}", values.len() - 1),
        });
    }
    Graph {
        input: ValueId(0),
        input_shape: [1, 3, 8, 8],
        logits: ValueId(values.len() - 1),
        values,
        nodes: placed,
        modules: Vec::new(),
        head: Default::default(),
        layouts: Default::default(),
    }
}

#[test]
fn what_sees_no_picture_becomes_a_weight_that_is_not_counted_again() {
    let mut graph = graph(vec![
        (Op::MulScalar(3.0), vec![1]),
        (Op::AddScalar(1.0), vec![2]),
        (Op::Add { alpha: 1.0 }, vec![0, 3]),
    ]);
    fold(&mut graph).unwrap();
    assert_eq!(graph.nodes.len(), 1);
    assert_eq!(graph.nodes[0].name, "n4");
    let folded = graph.weight(ValueId(3)).unwrap();
    assert_eq!(folded.double_value(&[2, 3]), 7.0);
    assert_eq!(graph.parameters(), 12);
}

#[test]
fn weights_are_standardised_and_a_picture_is_not() {
    let standardise = || Op::Standardise {
        weight: false,
        bias: false,
        eps: 0.0,
    };
    let add = (Op::Add { alpha: 1.0 }, vec![0, 2]);
    let mut of_weights = graph(vec![(standardise(), vec![1]), add]);
    fold(&mut of_weights).unwrap();
    let mut of_picture = graph(vec![(standardise(), vec![0])]);
    let why = fold(&mut of_picture).unwrap_err().to_string();
    assert!(why.contains("training") && why.contains("n2"), "{why}");
}

#[test]
fn a_table_larger_than_any_network_needs_is_not_made() {
    let huge = Op::Full {
        shape: vec![1 << 20, 1 << 20],
        value: 0.0,
        kind: Kind::Float,
    };
    let mut graph = graph(vec![(huge, vec![]), (Op::Add { alpha: 1.0 }, vec![0, 2])]);
    let why = fold(&mut graph).unwrap_err().to_string();
    assert!(why.contains("more than any image classifier"), "{why}");
}
