use tch::{Device, Kind};

use super::super::graph::Value;
use super::super::ops;
use super::*;

fn random(size: &[i64]) -> Tensor {
    Tensor::rand(size, (Kind::Float, Device::Cpu)) - 0.4
}

/// One node on a value and weights.
fn network(op: Op, weights: Vec<Tensor>) -> Graph {
    let value = |weight| Value {
        name: String::new(),
        stated_shape: None,
        weight,
    };
    let output = 1 + weights.len();
    let mut values = vec![value(None)];
    values.extend(weights.into_iter().map(|weight| value(Some(weight))));
    values.push(value(None));
    Graph {
        values,
        nodes: vec![Node {
            op,
            inputs: (0..output).map(ValueId).collect(),
            outputs: vec![ValueId(output)],
            module: String::new(),
            name: String::new(),
        }],
        modules: Vec::new(),
        input: ValueId(0),
        input_shape: [1, 3, 8, 8],
        logits: ValueId(output),
        softmax_removed: false,
    }
}

fn step(graph: &Graph) -> Step {
    Step::new(graph, 0, |id| id == ValueId(0)).unwrap()
}

fn assert_cheap_and_alike(op: Op, x: &Tensor, weights: Vec<Tensor>) {
    let what = format!("{op:?}");
    let graph = network(op, weights);
    let step = step(&graph);
    assert!(step.is_cheaper(), "{what}");

    let leaf = x.detach().set_requires_grad(true);
    let weights = graph
        .values
        .iter()
        .filter_map(|value| value.weight.as_ref());
    let inputs: Vec<&Tensor> = std::iter::once(&leaf).chain(weights).collect();
    let y = ops::apply(&graph.nodes[0].op, &inputs).unwrap().remove(0);
    let upstream = random(&y.size());
    let score = (&y * &upstream).sum(Kind::Float);
    let theirs = Tensor::run_backward(&[score], &[&leaf], true, false).remove(0);
    let factor = step.factor(&graph).unwrap();
    let ours = step.pull_back(factor.as_ref(), x, &upstream).unwrap();
    assert_eq!(ours.size(), theirs.size(), "{what}");
    let apart = (&ours - &theirs).abs().max().double_value(&[]);
    let largest = theirs.abs().max().double_value(&[]);
    assert!(apart <= 1e-5 * largest, "{what}: {apart} of {largest}");
}

fn convolution(padding: [i64; 2], dilation: i64, stride: i64, groups: i64) -> Op {
    Op::Conv2d {
        bias: false,
        stride: vec![stride; 2],
        padding: Padding::Explicit(padding.to_vec()),
        dilation: vec![dilation; 2],
        groups,
    }
}

#[test]
fn convolutions_give_libtorchs_gradients() {
    tch::manual_seed(3);
    let x = random(&[1, 6, 9, 7]);
    assert_cheap_and_alike(
        convolution([0, 0], 1, 1, 1),
        &x,
        vec![random(&[4, 6, 1, 1])],
    );
    for (padding, dilation, kernel) in [
        ([1, 1], 1, [3, 3]),
        ([0, 0], 1, [3, 3]),
        ([2, 1], 1, [5, 3]),
        ([2, 2], 2, [3, 3]),
        ([0, 0], 1, [1, 1]),
    ] {
        let weight = random(&[6, 1, kernel[0], kernel[1]]);
        assert_cheap_and_alike(convolution(padding, dilation, 1, 6), &x, vec![weight]);
    }
}

#[test]
fn a_convolution_of_another_kind_is_left_to_the_record() {
    let of = |op, weight: &[i64]| step(&network(op, vec![random(weight)]));
    assert!(of(convolution([1, 1], 1, 1, 1), &[4, 6, 3, 3]).is_recorded());
    assert!(of(convolution([0, 0], 1, 2, 1), &[4, 6, 1, 1]).is_recorded());
    assert!(of(convolution([1, 1], 1, 2, 6), &[6, 1, 3, 3]).is_recorded());
    assert!(of(convolution([1, 1], 1, 1, 2), &[4, 3, 3, 3]).is_recorded());
    assert!(of(convolution([1, 1], 1, 1, 1), &[4, 6, 1, 1]).is_recorded());
    // Two channels out of each.
    assert!(of(convolution([1, 1], 1, 1, 6), &[12, 1, 3, 3]).is_recorded());
    // Padded by more than the kernel reaches.
    assert!(of(convolution([2, 2], 1, 1, 6), &[6, 1, 2, 2]).is_recorded());
}

#[test]
fn batch_normalisation_is_a_factor_for_each_channel() {
    tch::manual_seed(4);
    let x = random(&[1, 5, 4, 3]);
    let channel = || random(&[5]);
    let variance = || random(&[5]).abs();
    let norm = |affine| Op::BatchNorm { affine, eps: 1e-3 };
    let weights = vec![channel(), channel(), channel(), variance()];
    assert_cheap_and_alike(norm(true), &x, weights);
    assert_cheap_and_alike(norm(false), &x, vec![channel(), variance()]);
}

#[test]
fn a_sum_hands_its_gradient_to_both_and_adds_up_what_was_broadcast() {
    let mut graph = network(Op::Add { alpha: 1.0 }, vec![random(&[1])]);
    graph.values[1].weight = None;
    let step = Step::new(&graph, 0, |_| true).unwrap();
    assert_eq!(step.inputs, [ValueId(0), ValueId(1)]);
    let upstream = Tensor::ones([1, 2, 3, 5], (Kind::Float, Device::Cpu));
    let whole = step.pull_back(None, &upstream.zeros_like(), &upstream);
    assert_eq!(whole.unwrap(), upstream);
    let gate = Tensor::zeros([1, 2, 1, 1], (Kind::Float, Device::Cpu));
    let summed = step.pull_back(None, &gate, &upstream).unwrap();
    assert_eq!(summed.size(), [1, 2, 1, 1]);
    assert_eq!(summed.double_value(&[0, 1, 0, 0]), 15.0);

    // A product is not linear in each input alone, and two parts are more than one step.
    graph.nodes[0].op = Op::Mul;
    assert!(Step::new(&graph, 0, |_| true).is_none());
    graph.nodes[0].outputs.push(ValueId(3));
    assert!(Step::new(&graph, 0, |id| id == ValueId(0)).is_none());
}
