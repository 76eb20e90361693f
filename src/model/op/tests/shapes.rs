//! Inferred shapes of operations on one tensor, beside those that libtorch computes.

use super::support::{SHAPES, assert_inferred, ones};
use crate::model::op::*;

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
                check(
                    Aggregation {
                        function: Aggregate::Max,
                        dims: vec![dim],
                        keepdim,
                    }
                    .into(),
                );
                for function in Aggregate::ALL.iter().copied() {
                    for dims in [vec![dim], vec![dim, 1]] {
                        check(
                            Aggregation {
                                function,
                                dims,
                                keepdim,
                            }
                            .into(),
                        );
                    }
                }
                check(
                    Reduction::Variance {
                        correction: 1.0,
                        root: keepdim,
                        dims: vec![dim],
                        keepdim,
                    }
                    .into(),
                );
                let dims = vec![dim];
                check(Reduction::Mean { dims, keepdim }.into());
                let dims = vec![dim, 1];
                check(Reduction::Sum { dims, keepdim }.into());
                let (dims, ord) = (vec![dim], 2.0);
                check(Reduction::VectorNorm { ord, dims, keepdim }.into());
            }
            for function in Cumulative::ALL.iter().copied() {
                check(Scan { function, dim }.into());
            }
            for op in rearrangements(dim) {
                check(op);
            }
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
        for function in Function::ALL {
            check((*function).into());
        }
        for function in Aggregate::ALL.iter().copied() {
            let (dims, keepdim) = (vec![], false);
            check(
                Aggregation {
                    function,
                    dims,
                    keepdim,
                }
                .into(),
            );
        }
        for repeats in [vec![], vec![2], vec![2, 0, 3], vec![1, 2, 1, 2], vec![2; 5]] {
            check(Rearranging::Repeat { repeats }.into());
        }
        for op in [
            Op::from(Activation::Relu),
            Arithmetic::PowScalar(2.0).into(),
            Copying::Identity.into(),
        ] {
            check(op);
        }
    }
    assert!(ran > 700, "{ran}");
}

/// Operations that move the values of one tensor.
fn rearrangements(dim: i64) -> Vec<Op> {
    let mut ops: Vec<Op> = vec![
        Sorting::Sorted {
            dim,
            descending: true,
        }
        .into(),
        Sorting::SortedPositions {
            dim,
            descending: false,
        }
        .into(),
        Rearranging::GatedHalves { dim }.into(),
        Scattering::OneHot { classes: 3 + dim }.into(),
        Rearranging::Flip { dims: vec![dim] }.into(),
        Rearranging::Flip { dims: vec![dim, 1] }.into(),
    ];
    for other in [-1, 0, 2, 7] {
        let (rows, columns) = (dim, other);
        for offset in [-2, 0, 1, 9] {
            let op = Rearranging::Diagonal {
                offset,
                rows,
                columns,
            };
            ops.push(op.into());
            let op = Rearranging::DiagonalEmbed {
                offset,
                rows,
                columns,
            };
            ops.push(op.into());
        }
        let (k, dims) = (other, vec![dim, other]);
        ops.push(Rearranging::Rot90 { k, dims }.into());
        let (k, largest) = (other, true);
        ops.push(Sorting::Top { k, dim, largest }.into());
        ops.push(Sorting::TopPositions { k, dim, largest }.into());
        for (dim, keepdim) in [
            (Some(dim), false),
            (Some(dim), true),
            (None, false),
            (None, true),
        ] {
            let between = "linear".to_owned();
            let share = if k > 2 { 1.5 } else { 0.3 };
            ops.push(
                Sorting::Quantile {
                    share,
                    dim,
                    keepdim,
                    between,
                }
                .into(),
            );
        }
        for dim in [None, Some(dim)] {
            let repeats = other;
            ops.push(Rearranging::RepeatInterleave { repeats, dim }.into());
        }
        let (diagonal, upper) = (other, dim > 0);
        ops.push(Rearranging::Triangle { diagonal, upper }.into());
    }
    ops
}
