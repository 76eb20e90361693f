//! Inferred shapes of windows that move over positions, beside those that libtorch computes.

use std::cell::Cell;

use super::support::{assert_inferred, ones};
use crate::model::op::*;

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
