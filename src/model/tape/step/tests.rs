use tch::{Device, Kind};

use super::*;
use crate::model::graph::Value;
use crate::model::op::adjoint::scaled;
use crate::model::op::{
    Arithmetic, Convolution, Joining, MatrixProduct, Normalisation, Op, Operation, Pad, Padding,
    Pooling, Reduction, Reshaping,
};

fn random(size: &[i64]) -> Tensor {
    Tensor::rand(size, (Kind::Float, Device::Cpu)) - 0.4
}

/// One node on a value and weights.
fn network(op: impl Into<Op>, weights: Vec<Tensor>) -> Graph {
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
            op: op.into(),
            inputs: (0..output).map(ValueId).collect(),
            outputs: vec![ValueId(output)],
            module: String::new(),
            name: String::new(),
        }],
        modules: Vec::new(),
        input: ValueId(0),
        input_shape: [1, 3, 8, 8],
        outputs: Vec::new(),
        logits: ValueId(output),
        head: Default::default(),
        layouts: Default::default(),
    }
}

fn step(graph: &Graph) -> Step {
    Step::new(graph, 0, |id| id == ValueId(0)).unwrap()
}

fn assert_cheap_and_alike(op: impl Into<Op>, x: &Tensor, weights: Vec<Tensor>) {
    let op = op.into();
    let what = format!("{op:?}");
    let graph = network(op, weights);
    let step = step(&graph);
    assert!(step.adjoint.is_cheaper(), "{what}");

    let leaf = x.detach().set_requires_grad(true);
    let weights = graph
        .values
        .iter()
        .filter_map(|value| value.weight.as_ref());
    let inputs: Vec<&Tensor> = std::iter::once(&leaf).chain(weights).collect();
    let y = graph.nodes[0].op.run(&inputs).unwrap().remove(0);
    let upstream = random(&y.size());
    let score = (&y * &upstream).sum(Kind::Float);
    let theirs = Tensor::run_backward(&[score], &[&leaf], true, false).remove(0);
    let factor = step.factor(&graph).unwrap();
    let ours = step
        .adjoint
        .pull_back(factor.as_ref(), &[x], 0, &upstream)
        .unwrap();
    assert_eq!(ours.size(), theirs.size(), "{what}");
    let apart = (&ours - &theirs).abs().max().double_value(&[]);
    let largest = theirs.abs().max().double_value(&[]);
    assert!(apart <= 1e-5 * largest, "{what}: {apart} of {largest}");
}

fn convolution(padding: [i64; 2], dilation: i64, stride: i64, groups: i64) -> Convolution {
    Convolution {
        bias: false,
        stride: vec![stride; 2],
        padding: Padding::Explicit(padding.to_vec()),
        dilation: vec![dilation; 2],
        groups,
    }
}

#[test]
fn a_convolution_gives_the_gradient_of_libtorch() {
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
fn a_mean_gives_each_position_its_share() {
    tch::manual_seed(5);
    let x = random(&[1, 6, 3, 4]);
    let mean = |dims: &[i64], keepdim| Reduction::Mean {
        dims: dims.to_vec(),
        keepdim,
    };
    for op in [
        Op::from(Pooling::AdaptiveAverage { size: vec![1, 1] }),
        mean(&[2, 3], true).into(),
        mean(&[-1, -2], false).into(),
        mean(&[1], false).into(),
    ] {
        assert_cheap_and_alike(op, &x, Vec::new());
    }
    let larger = Pooling::AdaptiveAverage { size: vec![3, 2] };
    assert!(step(&network(larger, Vec::new())).is_recorded());
}

#[test]
fn a_reshape_restores_the_shape() {
    let x = random(&[1, 6, 1, 1]);
    for op in [
        Reshaping::Flatten { start: 1, end: -1 },
        Reshaping::Squeeze { dim: None },
        Reshaping::Reshape { shape: vec![2, 3] },
    ] {
        let graph = network(op, Vec::new());
        let y = graph.nodes[0].op.run(&[&x]).unwrap().remove(0);
        let step = step(&graph);
        assert!(!step.adjoint.is_cheaper() && !step.is_recorded());
        assert_eq!(step.adjoint.pull_back(None, &[&x], 0, &y).unwrap(), x);
    }
}

#[test]
fn any_other_convolution_is_transposed() {
    tch::manual_seed(8);
    let x = random(&[1, 6, 9, 8]);
    for (op, weight) in [
        (convolution([1, 1], 1, 1, 1), [4, 6, 3, 3]),
        (convolution([0, 0], 1, 2, 1), [4, 6, 1, 1]),
        (convolution([3, 2], 1, 2, 1), [4, 6, 7, 5]),
        (convolution([2, 2], 2, 1, 1), [4, 6, 3, 3]),
        (convolution([1, 1], 1, 4, 2), [4, 3, 3, 3]),
        (convolution([1, 1], 1, 1, 1), [4, 6, 1, 1]),
        // Two output channels for each input channel.
        (convolution([1, 1], 1, 1, 6), [12, 1, 3, 3]),
    ] {
        assert_cheap_and_alike(op, &x, vec![random(&weight)]);
    }
    // Padded by more than the kernel reaches, or by name: left to libtorch's record.
    let of = |op, weight: &[i64]| step(&network(op, vec![random(weight)]));
    assert!(of(convolution([2, 2], 1, 1, 6), &[6, 1, 2, 2]).is_recorded());
    let mut same = convolution([0, 0], 1, 1, 1);
    same.padding = Padding::Named("same".into());
    assert!(of(same, &[4, 6, 3, 3]).is_recorded());
}

#[test]
fn a_linear_layer_gives_the_gradient_of_libtorch_for_few_classes_and_many() {
    tch::manual_seed(5);
    let x = random(&[1, 7]);
    let op = || MatrixProduct::Linear { bias: true };
    assert_cheap_and_alike(op(), &x, vec![random(&[20, 7]), random(&[20])]);
    assert_cheap_and_alike(op(), &random(&[2, 7]), vec![random(&[3, 7]), random(&[3])]);
}

#[test]
fn padding_is_cut_off() {
    let pad = |pad: &[i64], mode: &str| Pad {
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
fn a_scale_is_folded_into_a_small_kernel() {
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
        let upstream = graph.nodes[0].op.run(&[&x, weight]).unwrap();
        let step = step(&graph);
        let factor = step.factor(&graph).unwrap();
        let folded = step
            .adjoint
            .folded(factor.as_ref(), &scale, &upstream[0])
            .unwrap();
        let ours = step
            .adjoint
            .pull_back(folded.as_ref(), &[&x], 0, &upstream[0])
            .unwrap();
        let apart = step.adjoint.pull_back(
            factor.as_ref(),
            &[&x],
            0,
            &scaled(&upstream[0], &scale).unwrap(),
        );
        let apart = (ours - apart.unwrap()).abs().max().double_value(&[]);
        assert!(folded.is_some() && apart < 1e-5, "{apart}");
        let few = Tensor::ones([1, 6, 1, 1], (Kind::Float, Device::Cpu));
        assert!(
            step.adjoint
                .folded(factor.as_ref(), &scale, &few)
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
    let norm = |affine| Normalisation::Batch { affine, eps: 1e-3 };
    let weights = vec![channel(), channel(), channel(), variance()];
    assert_cheap_and_alike(norm(true), &x, weights);
    assert_cheap_and_alike(norm(false), &x, vec![channel(), variance()]);
    // After global pooling.
    assert_cheap_and_alike(norm(false), &random(&[1, 5]), vec![channel(), variance()]);
}

#[test]
fn a_sum_passes_its_gradient_to_both_and_sums_over_what_was_broadcast() {
    let mut graph = network(Arithmetic::Add { alpha: 1.0 }, vec![random(&[1])]);
    graph.values[1].weight = None;
    let step = Step::new(&graph, 0, |_| true).unwrap();
    assert_eq!(step.inputs, [ValueId(0), ValueId(1)]);
    let upstream = Tensor::ones([1, 2, 3, 5], (Kind::Float, Device::Cpu));
    let whole = step
        .adjoint
        .pull_back(None, &[&upstream.zeros_like()], 0, &upstream);
    assert_eq!(whole.unwrap(), upstream);
    let gate = Tensor::zeros([1, 2, 1, 1], (Kind::Float, Device::Cpu));
    let summed = step
        .adjoint
        .pull_back(None, &[&upstream, &gate], 1, &upstream)
        .unwrap();
    assert_eq!(summed.size(), [1, 2, 1, 1]);
    assert_eq!(summed.double_value(&[0, 1, 0, 0]), 15.0);

    // A product is not linear in each input alone, and two parts are more than one step.
    graph.nodes[0].op = Arithmetic::Mul.into();
    assert!(Step::new(&graph, 0, |_| true).is_none());
    graph.nodes[0].outputs.push(ValueId(3));
    assert!(Step::new(&graph, 0, |id| id == ValueId(0)).is_none());
}

#[test]
fn a_concatenation_gives_each_part_its_own_gradient() {
    let mut graph = network(Joining::Cat { dim: -3 }, vec![random(&[1])]);
    let constant = Step::new(&graph, 0, |id| id == ValueId(0));
    assert!(constant.unwrap().is_recorded(), "a part of it is fixed");
    graph.values[1].weight = None;
    let step = Step::new(&graph, 0, |_| true).unwrap();
    let (a, b) = (random(&[1, 2, 3, 3]), random(&[1, 5, 3, 3]));
    let upstream = random(&[1, 7, 3, 3]);
    let back = |which| {
        step.adjoint
            .pull_back(None, &[&a, &b], which, &upstream)
            .unwrap()
    };
    assert_eq!(back(0), upstream.narrow(1, 0, 2));
    assert_eq!(back(1), upstream.narrow(1, 2, 5));
}
