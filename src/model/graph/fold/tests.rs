use tch::{Device, Kind, Tensor};

use super::*;
use crate::model::graph::{Value, ValueId};
use crate::model::op::{
    Activation, Arithmetic, Creation, Normalisation, Op, Operands, Pair, PairFunction,
};

/// x, a weight, and the output of each node from its inputs by index.
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
        outputs: Vec::new(),
        logits: ValueId(values.len() - 1),
        values,
        nodes: placed,
        modules: Vec::new(),
        head: Default::default(),
        layouts: Default::default(),
    }
}

#[test]
fn folds_what_does_not_depend_on_the_image_into_a_weight_that_is_not_counted() {
    let mut graph = graph(vec![
        (Arithmetic::MulScalar(3.0).into(), vec![1]),
        (Arithmetic::AddScalar(1.0).into(), vec![2]),
        (Arithmetic::Add { alpha: 1.0 }.into(), vec![0, 3]),
    ]);
    fold(&mut graph).unwrap();
    assert_eq!(graph.nodes.len(), 1);
    assert_eq!(graph.nodes[0].name, "n4");
    let folded = graph.weight(ValueId(3)).unwrap();
    assert_eq!(folded.double_value(&[2, 3]), 7.0);
    assert_eq!(graph.parameters(), 12);
}

#[test]
fn standardises_weights_once_and_an_image_in_each_pass() {
    let standardise = || Normalisation::Standardise {
        weight: false,
        bias: false,
        eps: 0.0,
    };
    let add = (Arithmetic::Add { alpha: 1.0 }.into(), vec![0, 2]);
    let mut of_weights = graph(vec![(standardise().into(), vec![1]), add]);
    fold(&mut of_weights).unwrap();
    assert_eq!(of_weights.nodes.len(), 1);
    let mut of_image = graph(vec![(standardise().into(), vec![0])]);
    fold(&mut of_image).unwrap();
    assert_eq!(of_image.nodes.len(), 1);
}

#[test]
fn refuses_a_table_larger_than_any_network_needs() {
    let huge = Creation::Full {
        shape: vec![1 << 20, 1 << 20],
        value: 0.0,
        kind: Kind::Float,
    };
    let mut graph = graph(vec![
        (huge.into(), vec![]),
        (Arithmetic::Add { alpha: 1.0 }.into(), vec![0, 2]),
    ]);
    let why = fold(&mut graph).unwrap_err().to_string();
    assert!(why.contains("more than any image classifier"), "{why}");
}

#[test]
fn a_maximum_with_zero_is_a_rectifier() {
    let maximum = |function| -> Op {
        let operands = Operands::Tensors;
        Pair { function, operands }.into()
    };
    let zero = |graph: &mut Graph, number: f32| {
        graph.values[1].weight = Some(Tensor::from_slice(&[number]));
    };
    for (number, function, rectifiers) in [
        (0.0, PairFunction::Maximum, 1),
        (0.5, PairFunction::Maximum, 0),
        (0.0, PairFunction::Minimum, 0),
    ] {
        for inputs in [vec![0, 1], vec![1, 0]] {
            let mut graph = graph(vec![(maximum(function), inputs)]);
            zero(&mut graph, number);
            fold(&mut graph).unwrap();
            assert_eq!(graph.rectifiers(), rectifiers, "{number} {function:?}");
        }
    }
    let clamp = Activation::ClampBetween {
        min: true,
        max: false,
    };
    let mut graph = graph(vec![(clamp.into(), vec![0, 1])]);
    zero(&mut graph, 0.0);
    fold(&mut graph).unwrap();
    assert_eq!(graph.rectifiers(), 1);
    assert_eq!(graph.nodes[0].inputs, [ValueId(0)]);
}
