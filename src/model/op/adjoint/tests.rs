use tch::{Device, Kind};

use super::*;
use crate::model::graph::{Padding, Value};
use crate::model::op::run;

fn random(size: &[i64]) -> Tensor {
    Tensor::rand(size, (Kind::Float, Device::Cpu)) - 0.4
}

/// One node on a value and weights.
fn network(op: Op, weights: Vec<Tensor>) -> Graph {
    let value = |weight| Value {
        name: String::new(),
        stated_shape: None,
        folded: false,
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
        head: Default::default(),
        layouts: Default::default(),
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
    let y = run::apply(&graph.nodes[0].op, &inputs).unwrap().remove(0);
    let upstream = random(&y.size());
    let score = (&y * &upstream).sum(Kind::Float);
    let theirs = Tensor::run_backward(&[score], &[&leaf], true, false).remove(0);
    let factor = step.factor(&graph).unwrap();
    let ours = step.pull_back(factor.as_ref(), &[x], 0, &upstream).unwrap();
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
        for stride in 1..=3 {
            let weights = vec![weight.shallow_clone()];
            assert_cheap_and_alike(convolution(padding, dilation, stride, 6), &x, weights);
        }
    }
}

#[test]
fn a_mean_gives_each_place_its_share() {
    tch::manual_seed(5);
    let x = random(&[1, 6, 3, 4]);
    let mean = |dims: &[i64], keepdim| Op::Mean {
        dims: dims.to_vec(),
        keepdim,
    };
    for op in [
        Op::AdaptiveAvgPool2d { size: vec![1, 1] },
        mean(&[2, 3], true),
        mean(&[-1, -2], false),
        mean(&[1], false),
    ] {
        assert_cheap_and_alike(op, &x, Vec::new());
    }
    let larger = Op::AdaptiveAvgPool2d { size: vec![3, 2] };
    assert!(step(&network(larger, Vec::new())).is_recorded());
}

#[test]
fn a_new_shape_is_taken_back() {
    let x = random(&[1, 6, 1, 1]);
    for op in [
        Op::Flatten { start: 1, end: -1 },
        Op::Squeeze { dim: None },
        Op::Reshape { shape: vec![2, 3] },
    ] {
        let graph = network(op, Vec::new());
        let y = run::apply(&graph.nodes[0].op, &[&x]).unwrap().remove(0);
        let step = step(&graph);
        assert!(!step.is_cheaper() && !step.is_recorded());
        assert_eq!(step.pull_back(None, &[&x], 0, &y).unwrap(), x);
    }
}

#[test]
fn convolutions_of_every_other_kind_are_transposed() {
    tch::manual_seed(8);
    let x = random(&[1, 6, 9, 8]);
    for (op, weight) in [
        (convolution([1, 1], 1, 1, 1), [4, 6, 3, 3]),
        (convolution([0, 0], 1, 2, 1), [4, 6, 1, 1]),
        (convolution([3, 2], 1, 2, 1), [4, 6, 7, 5]),
        (convolution([2, 2], 2, 1, 1), [4, 6, 3, 3]),
        (convolution([1, 1], 1, 4, 2), [4, 3, 3, 3]),
        (convolution([1, 1], 1, 1, 1), [4, 6, 1, 1]),
        // Two channels out of each.
        (convolution([1, 1], 1, 1, 6), [12, 1, 3, 3]),
    ] {
        assert_cheap_and_alike(op, &x, vec![random(&weight)]);
    }
    // Padded by more than the kernel reaches, or by its name: left to the record.
    let of = |op, weight: &[i64]| step(&network(op, vec![random(weight)]));
    assert!(of(convolution([2, 2], 1, 1, 6), &[6, 1, 2, 2]).is_recorded());
    let mut same = convolution([0, 0], 1, 1, 1);
    if let Op::Conv2d { padding, .. } = &mut same {
        *padding = Padding::Named("same".into());
    }
    assert!(of(same, &[4, 6, 3, 3]).is_recorded());
}

#[test]
fn a_matrix_gives_libtorchs_gradient_for_few_classes_and_many() {
    tch::manual_seed(5);
    let x = random(&[1, 7]);
    let op = || Op::Linear { bias: true };
    assert_cheap_and_alike(op(), &x, vec![random(&[20, 7]), random(&[20])]);
    assert_cheap_and_alike(op(), &random(&[2, 7]), vec![random(&[3, 7]), random(&[3])]);

    let weight = random(&[20, 7]);
    let upstream = Tensor::zeros([1, 20], (Kind::Float, Device::Cpu));
    let _ = upstream.get(0).get(4).fill_(2.0);
    let _ = upstream.get(0).get(9).fill_(-1.0);
    let expected = weight.get(4) * 2.0 - weight.get(9);
    let found = rows_of_use(&upstream, &weight).unwrap();
    assert_eq!(found.size(), [1, 7]);
    assert!((found.get(0) - expected).abs().max().double_value(&[]) < 1e-6);
}

#[test]
fn padding_is_cut_off_again() {
    let pad = |pad: &[i64], mode: &str| Op::Pad {
        pad: pad.to_vec(),
        mode: mode.to_owned(),
        value: Some(-1.0),
    };
    let x = random(&[1, 2, 4, 3]);
    assert_cheap_and_alike(pad(&[1, 0, 2, 3], "constant"), &x, Vec::new());
    assert_cheap_and_alike(pad(&[0, 2], "constant"), &x, Vec::new());
    let recorded = |op| step(&network(op, Vec::new())).is_recorded();
    assert!(recorded(pad(&[1, 1, 1, 1], "reflect")));
    assert!(recorded(pad(&[-1, 0, 0, 0], "constant")));
}

#[test]
fn a_scale_goes_into_the_kernel_of_a_convolution_that_is_small() {
    tch::manual_seed(6);
    let scale = random(&[6]);
    let x = random(&[1, 6, 9, 7]);
    let depthwise = |stride| (convolution([1, 1], 1, stride, 6), [6, 1, 3, 3]);
    for (op, size) in [
        (convolution([0, 0], 1, 1, 1), [6, 6, 1, 1]),
        depthwise(1),
        depthwise(2),
    ] {
        let graph = network(op, vec![random(&size)]);
        let weight = graph.weight(ValueId(1)).unwrap();
        let upstream = run::apply(&graph.nodes[0].op, &[&x, weight]).unwrap();
        let step = step(&graph);
        let factor = step.factor(&graph).unwrap();
        let folded = step.folded(factor.as_ref(), &scale, &upstream[0]).unwrap();
        let ours = step
            .pull_back(folded.as_ref(), &[&x], 0, &upstream[0])
            .unwrap();
        let apart = step.pull_back(
            factor.as_ref(),
            &[&x],
            0,
            &scaled(&upstream[0], &scale).unwrap(),
        );
        let apart = (ours - apart.unwrap()).abs().max().double_value(&[]);
        assert!(folded.is_some() && apart < 1e-5, "{apart}");
        let few = Tensor::ones([1, 6, 1, 1], (Kind::Float, Device::Cpu));
        assert!(
            step.folded(factor.as_ref(), &scale, &few)
                .unwrap()
                .is_none()
        );
    }
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
    // After the picture has been averaged away.
    assert_cheap_and_alike(norm(false), &random(&[1, 5]), vec![channel(), variance()]);
}

#[test]
fn a_sum_hands_its_gradient_to_both_and_adds_up_what_was_broadcast() {
    let mut graph = network(Op::Add { alpha: 1.0 }, vec![random(&[1])]);
    graph.values[1].weight = None;
    let step = Step::new(&graph, 0, |_| true).unwrap();
    assert_eq!(step.inputs, [ValueId(0), ValueId(1)]);
    let upstream = Tensor::ones([1, 2, 3, 5], (Kind::Float, Device::Cpu));
    let whole = step.pull_back(None, &[&upstream.zeros_like()], 0, &upstream);
    assert_eq!(whole.unwrap(), upstream);
    let gate = Tensor::zeros([1, 2, 1, 1], (Kind::Float, Device::Cpu));
    let summed = step
        .pull_back(None, &[&upstream, &gate], 1, &upstream)
        .unwrap();
    assert_eq!(summed.size(), [1, 2, 1, 1]);
    assert_eq!(summed.double_value(&[0, 1, 0, 0]), 15.0);

    // A product is not linear in each input alone, and two parts are more than one step.
    graph.nodes[0].op = Op::Mul;
    assert!(Step::new(&graph, 0, |_| true).is_none());
    graph.nodes[0].outputs.push(ValueId(3));
    assert!(Step::new(&graph, 0, |id| id == ValueId(0)).is_none());
}

#[test]
fn parts_put_side_by_side_get_back_what_lies_in_their_place() {
    let mut graph = network(Op::Cat { dim: -3 }, vec![random(&[1])]);
    let constant = Step::new(&graph, 0, |id| id == ValueId(0));
    assert!(constant.unwrap().is_recorded(), "a part of it is fixed");
    graph.values[1].weight = None;
    let step = Step::new(&graph, 0, |_| true).unwrap();
    let (a, b) = (random(&[1, 2, 3, 3]), random(&[1, 5, 3, 3]));
    let upstream = random(&[1, 7, 3, 3]);
    let back = |which| step.pull_back(None, &[&a, &b], which, &upstream).unwrap();
    assert_eq!(back(0), upstream.narrow(1, 0, 2));
    assert_eq!(back(1), upstream.narrow(1, 2, 5));
}
