//! Inferred shapes beside those that libtorch computes.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use tch::{Device, Kind};

use crate::model::op::*;

/// A float tensor of this shape.
pub fn ones(shape: &[i64]) -> Tensor {
    Tensor::ones(shape, (Kind::Float, Device::Cpu))
}

/// Indices into axes of two or more entries, in this shape.
fn indices(shape: &[i64]) -> Tensor {
    Tensor::ones(shape, (Kind::Int64, Device::Cpu))
}

/// How often the inference refused something. What libtorch refuses takes it milliseconds, so only
/// some of it is compared.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Where libtorch computes something, its shape is the inferred one; what is refused before it runs
/// libtorch refuses too.
pub fn assert_inferred(op: impl Into<Op>, inputs: &[&Tensor]) -> bool {
    let op = op.into();
    let sizes: Vec<Vec<i64>> = inputs.iter().map(|input| input.size()).collect();
    let sizes: Vec<&[i64]> = sizes.iter().map(Vec::as_slice).collect();
    let inferred = op.output_shapes(&sizes);
    if inferred.is_err() && !REFUSED.fetch_add(1, Ordering::Relaxed).is_multiple_of(8) {
        return false;
    }
    let what = format!("{op:?} on {sizes:?}: {inferred:?}");
    let Ok(made) = tch::no_grad(|| op.run(inputs)) else {
        return false;
    };
    let made: Vec<Shape> = made.iter().map(Tensor::size).collect();
    // libtorch expands a single number to any sizes, negative ones included.
    if made.iter().flatten().any(|size| *size < 0) {
        return false;
    }
    match inferred {
        Ok(OutputShapes::Exact(shapes)) => assert_eq!(made, shapes, "{what}"),
        Ok(OutputShapes::AtMost(shapes)) => {
            for (made, bound) in made.iter().zip(&shapes) {
                let (made, bound) = (shape::elements(made), shape::elements(bound));
                assert!(made <= bound, "{what}: {made}");
            }
        }
        Err(error) => panic!("{what} is refused ({error:?}), and libtorch gives {made:?}"),
    }
    true
}

/// Shapes of every rank, with axes of 0 and 1 among them.
const SHAPES: [&[i64]; 9] = [
    &[],
    &[0],
    &[6],
    &[4, 3],
    &[0, 3],
    &[2, 1, 3],
    &[3, 6, 7],
    &[1, 3, 6, 7],
    &[2, 1, 2, 3, 2],
];

#[test]
#[expect(clippy::too_many_lines, reason = "one line per operation")]
fn infers_the_shapes_of_operations_on_one_tensor() {
    let dims = [-2, 0, 1, 3];
    let mut ran = 0;
    for shape in SHAPES {
        let x = ones(shape);
        let mut check = |op: Op| ran += usize::from(assert_inferred(op, &[&x]));
        for dim in dims {
            for keepdim in [false, true] {
                check(Reduction::Max { dim, keepdim }.into());
                check(Reduction::Any { dim, keepdim }.into());
                let dims = vec![dim];
                check(Reduction::Mean { dims, keepdim }.into());
                let dims = vec![dim, 1];
                check(Reduction::Sum { dims, keepdim }.into());
                let (dims, ord) = (vec![dim], 2.0);
                check(Reduction::VectorNorm { ord, dims, keepdim }.into());
            }
            check(Reduction::CumulativeSum { dim }.into());
            check(Activation::Softmax { dim, log: false }.into());
            check(Reshaping::Unsqueeze { dim }.into());
            check(Reshaping::Squeeze { dim: Some(dim) }.into());
            for other in dims {
                check(Reshaping::Transpose { a: dim, b: other }.into());
                let (start, end) = (dim, other);
                check(Reshaping::Flatten { start, end }.into());
            }
            for sizes in [vec![-1, 2], vec![3, 2], vec![1], vec![-1, -1], vec![]] {
                check(Reshaping::Unflatten { dim, sizes }.into());
            }
            check(Indexing::Select { dim, index: 0 }.into());
            check(Splitting::Unbind { dim }.into());
            for size in 0..4 {
                check(Splitting::SplitEvery { size, dim }.into());
                check(Splitting::Chunk { chunks: size, dim }.into());
                let sizes = vec![size, 3];
                check(Splitting::Split { sizes, dim }.into());
            }
            let (shifts, dims) = (vec![1], vec![dim]);
            check(Indexing::Roll { shifts, dims }.into());
            let bounds = [None, Some(-9), Some(-2), Some(i64::MAX)];
            for (start, end) in bounds.iter().flat_map(|a| bounds.map(|b| (*a, b))) {
                for step in [1, 2] {
                    check(
                        Indexing::Slice {
                            dim,
                            start,
                            end,
                            step,
                        }
                        .into(),
                    );
                }
            }
        }
        for dims in [
            vec![],
            vec![0],
            vec![1, 0],
            vec![0, 0],
            vec![-1, 0, 1],
            vec![0, 2, 3, 1],
        ] {
            check(Reshaping::Permute { dims: dims.clone() }.into());
            for keepdim in [false, true] {
                let dims = dims.clone();
                check(Reduction::Mean { dims, keepdim }.into());
            }
        }
        for shape in [
            vec![],
            vec![-1],
            vec![6],
            vec![3, -1],
            vec![-1, -1],
            vec![0, -1],
            vec![2, 1, 3],
            vec![5, -1, 6],
            vec![2, -1, 6, 7],
            vec![3, 1, 4, -1, 5],
        ] {
            let expand = shape.clone();
            check(Reshaping::Reshape { shape }.into());
            check(Reshaping::Expand { shape: expand }.into());
        }
        check(Reshaping::Squeeze { dim: None }.into());
        for pad in [
            vec![],
            vec![1, 2],
            vec![0, 0, 3, -1],
            vec![-4, 0],
            vec![1; 6],
            vec![1],
        ] {
            for mode in ["constant", "reflect", "replicate"] {
                let (mode, pad) = (mode.to_owned(), pad.clone());
                let value = None;
                check(Pad { pad, mode, value }.into());
            }
        }
        for op in [
            Op::from(Activation::Relu),
            Arithmetic::PowScalar(2.0).into(),
            Masking::Not.into(),
            Copying::Identity.into(),
        ] {
            check(op);
        }
    }
    assert!(ran > 700, "{ran}");
}

#[test]
fn infers_the_shapes_of_windows() {
    let ran = Cell::new(0);
    for shape in [
        &[1, 3, 6, 7][..],
        &[3, 6, 7],
        &[2, 3, 1, 1],
        &[3, 6],
        &[0, 3, 6, 7],
    ] {
        let x = ones(shape);
        let check = |op: Op| ran.set(ran.get() + usize::from(assert_inferred(op, &[&x])));
        for size in [vec![1, 1], vec![3, 2], vec![9, 9], vec![0, 1]] {
            check(Pooling::AdaptiveAverage { size: size.clone() }.into());
            check(Pooling::AdaptiveMax { size }.into());
        }
        for kernel in [vec![2, 3], vec![1, 1], vec![3, 3], vec![9, 1]] {
            for (stride, padding, dilation) in
                [(1, 0, 1), (2, 1, 1), (3, 0, 2), (2, 1, 2), (5, 1, 1)]
            {
                let (stride, padding, dilation) =
                    (vec![stride, 1], vec![padding, 0], vec![dilation; 2]);
                for ceil_mode in [false, true] {
                    check(
                        Pooling::Max {
                            kernel: kernel.clone(),
                            stride: stride.clone(),
                            padding: padding.clone(),
                            dilation: dilation.clone(),
                            ceil_mode,
                        }
                        .into(),
                    );
                    check(
                        Pooling::Average {
                            kernel: kernel.clone(),
                            stride: if ceil_mode { stride.clone() } else { vec![] },
                            padding: padding.clone(),
                            ceil_mode,
                            count_include_pad: true,
                            divisor_override: None,
                        }
                        .into(),
                    );
                }
                check(
                    Patches::Unfold {
                        kernel: kernel.clone(),
                        dilation: dilation.clone(),
                        padding: padding.clone(),
                        stride: stride.clone(),
                    }
                    .into(),
                );
                for groups in [1, 3] {
                    let weight = ones(&[6, 3 / groups, kernel[0], kernel[1]]);
                    let paddings = [
                        Padding::Explicit(padding.clone()),
                        Padding::Named("same".into()),
                        Padding::Named("valid".into()),
                        Padding::Named("odd".into()),
                    ];
                    for padding in paddings {
                        let op = Convolution {
                            bias: false,
                            stride: stride.clone(),
                            padding,
                            dilation: dilation.clone(),
                            groups,
                        };
                        ran.set(ran.get() + usize::from(assert_inferred(op, &[&x, &weight])));
                    }
                }
            }
        }
    }
    let fold = |size: i64| Patches::Fold {
        size: vec![size; 2],
        kernel: vec![2, 2],
        dilation: vec![1, 1],
        padding: vec![0, 0],
        stride: vec![2, 2],
    };
    for shape in [&[1, 12, 9][..], &[12, 9], &[1, 10, 9], &[1, 12, 8]] {
        for size in [6, 5, 7] {
            ran.set(ran.get() + usize::from(assert_inferred(fold(size), &[&ones(shape)])));
        }
    }
    assert!(ran.get() > 200, "{ran:?}");
}

#[test]
fn infers_the_shapes_of_operations_on_several_tensors() {
    let ran = Cell::new(0);
    for a in SHAPES {
        for b in SHAPES {
            let (x, y) = (ones(a), ones(b));
            let check = |op: Op| ran.set(ran.get() + usize::from(assert_inferred(op, &[&x, &y])));
            for op in [
                Op::from(Arithmetic::Add { alpha: 1.0 }),
                Arithmetic::FloorDiv.into(),
                Arithmetic::TruncatedDiv.into(),
                Arithmetic::Maximum.into(),
                Activation::Prelu.into(),
                MatrixProduct::Matmul.into(),
                MatrixProduct::Linear { bias: false }.into(),
                Reshaping::ReshapeAs.into(),
                Reshaping::ExpandAs.into(),
                Copying::CastAs.into(),
                Masking::Fill.into(),
            ] {
                check(op);
            }
            for dim in [-2, 0, 1] {
                check(Joining::Cat { dim }.into());
                check(Joining::Stack { dim }.into());
                let picked = indices(b);
                let select = Indexing::IndexSelect { dim };
                ran.set(ran.get() + usize::from(assert_inferred(select, &[&x, &picked])));
            }
            let mask = ones(b).to_kind(Kind::Bool);
            let fill = Masking::MaskedFill { value: 2.0 };
            ran.set(ran.get() + usize::from(assert_inferred(fill, &[&x, &mask])));
            ran.set(ran.get() + usize::from(assert_inferred(Masking::Where, &[&mask, &x, &x])));
            let masked = Indexing::Index { dims: vec![true] };
            ran.set(ran.get() + usize::from(assert_inferred(masked, &[&x, &mask])));
            for dims in [
                vec![true],
                vec![false, true],
                vec![true, false, true],
                vec![true; 3],
            ] {
                let picked: Vec<Tensor> = dims.iter().map(|_| indices(b)).collect();
                let named = dims.iter().filter(|named| **named).count();
                let with_indices: Vec<&Tensor> =
                    std::iter::once(&x).chain(&picked[..named]).collect();
                let op = Indexing::Index { dims };
                ran.set(ran.get() + usize::from(assert_inferred(op, &with_indices)));
            }
        }
    }
    let (bias, a, b) = (ones(&[5]), ones(&[2, 3]), ones(&[3, 5]));
    assert!(assert_inferred(MatrixProduct::Addmm, &[&bias, &a, &b]));
    assert!(ran.get() > 500, "{ran:?}");
}

#[test]
fn infers_the_shapes_of_attention_and_einsum() {
    let attention = |grouped| Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped,
    };
    for (grouped, query, key, value) in [
        (
            false,
            &[1, 2, 5, 4][..],
            &[1, 2, 7, 4][..],
            &[1, 2, 7, 3][..],
        ),
        (false, &[5, 4], &[7, 4], &[7, 4]),
        (false, &[2, 5, 4], &[1, 7, 4], &[1, 7, 4]),
        (true, &[1, 4, 5, 4], &[1, 2, 7, 4], &[1, 2, 7, 4]),
    ] {
        let (query, key, value) = (ones(query), ones(key), ones(value));
        assert!(assert_inferred(attention(grouped), &[&query, &key, &value]));
    }
    for (equation, a, b) in [
        ("bij,bjk->bik", &[2, 5, 7][..], &[2, 7, 3][..]),
        ("ij, jk", &[5, 7], &[7, 3]),
        ("ba,aB", &[5, 7], &[7, 3]),
        ("...ab,bc->...ac", &[4, 5, 7], &[7, 3]),
        ("...ab,...bc", &[4, 5, 7], &[1, 7, 3]),
        ("a...,a...->...", &[4, 5, 7], &[4, 5, 7]),
        ("...a,...b->ab", &[4, 5], &[4, 3]),
        ("ii,i->i", &[4, 4], &[4]),
        ("ij,ij->", &[4, 1], &[1, 5]),
    ] {
        let equation = equation.to_owned();
        let op = Einsum { equation };
        assert!(assert_inferred(op.clone(), &[&ones(a), &ones(b)]), "{op:?}");
    }
    for equation in ["ij->k", "i,j,k->ijk", "ij...k,k->i", "i->ii"] {
        let equation = equation.to_owned();
        assert_inferred(Einsum { equation }, &[&ones(&[4, 5]), &ones(&[5])]);
    }
}

#[test]
fn infers_the_shapes_of_what_is_made_from_nothing() {
    let kind = Kind::Float;
    for (start, end, step) in [
        (0.0, 4.0, 1.0),
        (1.0, 2.0, 0.3),
        (4.0, 0.0, -1.5),
        (3.0, 3.0, 1.0),
    ] {
        let op = Creation::Range {
            start,
            end,
            step,
            kind,
        };
        assert!(assert_inferred(op, &[]));
    }
    for shape in [vec![], vec![0, 3], vec![2, 3]] {
        let op = Creation::Full {
            shape,
            value: 1.0,
            kind,
        };
        assert!(assert_inferred(op, &[]));
    }
}
