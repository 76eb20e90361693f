//! Inferred shapes of recurrent layers and Fourier transforms, beside those that libtorch computes.

use super::support::{assert_inferred, ones};
use crate::model::op::*;

#[test]
fn infers_the_shapes_of_recurrent_layers() {
    let mut ran = 0;
    for cell in [Cell::Lstm, Cell::Gru, Cell::Tanh] {
        let gates = match cell {
            Cell::Lstm => 4,
            Cell::Gru => 3,
            Cell::Tanh => 1,
        };
        for (layers, bidirectional, biases, batch_first) in [
            (1, false, true, false),
            (1, true, false, true),
            (2, false, false, false),
            (2, true, true, true),
        ] {
            let (steps, batch, features, hidden) = (5, 2, 3, 4);
            let directions = if bidirectional { 2 } else { 1 };
            let x = if batch_first {
                ones(&[batch, steps, features])
            } else {
                ones(&[steps, batch, features])
            };
            let mut inputs = vec![x];
            for _ in 0..cell.states() {
                inputs.push(ones(&[layers * directions, batch, hidden]));
            }
            for layer in 0..layers {
                let from = if layer == 0 {
                    features
                } else {
                    hidden * directions
                };
                for _ in 0..directions {
                    inputs.push(ones(&[gates * hidden, from]));
                    inputs.push(ones(&[gates * hidden, hidden]));
                    if biases {
                        inputs.push(ones(&[gates * hidden]));
                        inputs.push(ones(&[gates * hidden]));
                    }
                }
            }
            let op = Recurrent {
                cell,
                biases,
                layers,
                bidirectional,
                batch_first,
                one_step: false,
            };
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            assert!(assert_inferred(op.clone(), &inputs), "{op:?}");
            ran += usize::from(assert_inferred(op, &inputs[..inputs.len() - 1]));
        }
    }
    assert_eq!(ran, 0, "a weight is missing");
}

#[test]
fn infers_the_shapes_of_single_steps() {
    let mut ran = 0;
    for (cell, gates) in [(Cell::Lstm, 4), (Cell::Gru, 3), (Cell::Tanh, 1)] {
        for biases in [true, false] {
            let op = Recurrent {
                cell,
                biases,
                layers: 1,
                bidirectional: false,
                batch_first: false,
                one_step: true,
            };
            let mut inputs = vec![ones(&[2, 3])];
            inputs.extend((0..cell.states()).map(|_| ones(&[2, 5])));
            inputs.extend([ones(&[gates * 5, 3]), ones(&[gates * 5, 5])]);
            if biases {
                inputs.extend([ones(&[gates * 5]), ones(&[gates * 5])]);
            }
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            ran += usize::from(assert_inferred(op, &inputs));
        }
    }
    assert_eq!(ran, 6);
}

/// libtorch does not look at these sizes on CPUs.
#[test]
fn refuses_weights_that_do_not_fit_a_recurrent_layer() {
    let op = Recurrent {
        cell: Cell::Lstm,
        biases: false,
        layers: 1,
        bidirectional: true,
        batch_first: false,
        one_step: false,
    };
    let fit = [
        ones(&[4, 2, 3]),
        ones(&[2, 2, 6]),
        ones(&[2, 2, 6]),
        ones(&[24, 3]),
        ones(&[24, 6]),
        ones(&[24, 3]),
        ones(&[24, 6]),
    ];
    let inputs: Vec<&Tensor> = fit.iter().collect();
    op.run(&inputs).unwrap();
    for (index, other) in [(3, [24, 4]), (4, [8, 7]), (5, [20, 3]), (6, [24, 24])] {
        let other = ones(&other);
        let mut inputs: Vec<&Tensor> = fit.iter().collect();
        inputs[index] = &other;
        let why = op.run(&inputs).unwrap_err().to_string();
        assert!(why.contains("a weight is"), "{why}");
    }
}

#[test]
fn infers_the_shapes_of_fourier_transforms() {
    let mut ran = 0;
    let shapes: [&[i64]; 4] = [&[1, 4, 6, 5], &[7], &[3, 1], &[]];
    for shape in shapes {
        let x = ones(shape);
        for transform in [
            Transform::Forward,
            Transform::Inverse,
            Transform::RealToHalf,
            Transform::HalfToReal,
        ] {
            for dims in [
                None,
                Some(vec![-1]),
                Some(vec![1, 2]),
                Some(vec![2, -1, 0]),
                Some(vec![1, 1]),
                Some(vec![9]),
            ] {
                for size in [
                    None,
                    Some(vec![4]),
                    Some(vec![3, 8]),
                    Some(vec![-1, 5]),
                    Some(vec![0]),
                ] {
                    let op = Fourier {
                        transform,
                        dims: dims.clone(),
                        size,
                        norm: "ortho".into(),
                    };
                    ran += usize::from(assert_inferred(op, &[&x]));
                }
            }
        }
    }
    assert!(ran > 50, "{ran}");
    let pairs = ones(&[3, 5, 2]);
    assert!(assert_inferred(ComplexParts::AsComplex, &[&pairs]));
    assert!(!assert_inferred(ComplexParts::AsComplex, &[&ones(&[3])]));
    let complex = ComplexParts::AsComplex.run(&[&pairs]).unwrap().remove(0);
    for op in [
        ComplexParts::AsReal,
        ComplexParts::Real,
        ComplexParts::Imaginary,
        ComplexParts::Conjugate,
    ] {
        assert!(assert_inferred(op, &[&complex]), "{op:?}");
    }
    let parts = [&ones(&[3, 1]), &ones(&[5])];
    assert!(assert_inferred(ComplexParts::Joined, &parts));
}
