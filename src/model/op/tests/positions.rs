//! Inferred shapes of operations over positions, beside those that libtorch computes.

use super::support::{assert_inferred, ones};
use crate::model::op::*;

/// One, two and three axes of positions, with and without a batch.
const IMAGES: [&[i64]; 7] = [
    &[1, 4, 9],
    &[4, 9],
    &[1, 4, 6, 7],
    &[4, 6, 7],
    &[2, 4, 1, 1],
    &[1, 4, 3, 6, 5],
    &[4, 3, 6, 5],
];

#[test]
fn infers_the_shapes_of_windows_over_any_number_of_axes() {
    let mut ran = 0;
    for shape in IMAGES {
        let x = ones(shape);
        for rank in [1, 3] {
            for (kernel, stride, padding, dilation) in [
                (1, 1, 0, 1),
                (2, 2, 1, 1),
                (3, 2, 1, 2),
                (2, 3, 0, 3),
                (9, 1, 4, 1),
                (12, 1, 0, 1),
            ] {
                let all = |size: i64| vec![size; rank];
                for ceil_mode in [false, true] {
                    let max = Pooling::Max {
                        kernel: all(kernel),
                        stride: all(stride),
                        padding: all(padding),
                        dilation: all(dilation),
                        ceil_mode,
                    };
                    ran += usize::from(assert_inferred(max, &[&x]));
                    for divisor_override in [None, Some(3)] {
                        let average = Pooling::Average {
                            kernel: all(kernel),
                            stride: if ceil_mode { all(stride) } else { vec![] },
                            padding: all(padding),
                            ceil_mode,
                            count_include_pad: false,
                            divisor_override,
                        };
                        ran += usize::from(assert_inferred(average, &[&x]));
                    }
                }
                let weight = ones(&[&[6, 2][..], &all(kernel)].concat());
                for padding in [
                    Padding::Explicit(all(padding)),
                    Padding::Named("same".into()),
                ] {
                    let convolution = Convolution {
                        bias: false,
                        stride: all(stride),
                        padding,
                        dilation: all(dilation),
                        groups: 2,
                    };
                    ran += usize::from(assert_inferred(convolution, &[&x, &weight]));
                }
            }
            for size in [1, 4, 11] {
                let size = vec![size; rank];
                let average = Pooling::AdaptiveAverage { size: size.clone() };
                ran += usize::from(assert_inferred(average, &[&x]));
                ran += usize::from(assert_inferred(Pooling::AdaptiveMax { size }, &[&x]));
            }
        }
    }
    assert!(ran > 150, "{ran}");
}

#[test]
fn infers_the_shapes_of_transposed_convolutions() {
    let mut ran = 0;
    for shape in IMAGES {
        let x = ones(shape);
        for rank in 1..=3 {
            for (kernel, stride, padding, output_padding, dilation) in [
                (1, 1, 0, 0, 1),
                (2, 2, 0, 1, 1),
                (3, 2, 2, 1, 2),
                (3, 2, 1, 1, 1),
                (2, 1, 9, 0, 1),
                (2, 3, 1, 2, 3),
                (2, 1, 0, 5, 1),
            ] {
                let all = |size: i64| vec![size; rank];
                let weight = ones(&[&[4, 3][..], &all(kernel)].concat());
                for groups in [1, 2, 3] {
                    let op = TransposedConvolution {
                        bias: false,
                        stride: all(stride),
                        padding: all(padding),
                        output_padding: all(output_padding),
                        dilation: all(dilation),
                        groups,
                    };
                    ran += usize::from(assert_inferred(op, &[&x, &weight]));
                }
            }
        }
    }
    assert!(ran > 50, "{ran}");
}

#[test]
fn infers_the_shapes_of_resized_maps() {
    let corners = |align_corners| {
        [
            Filter::Linear { align_corners },
            Filter::Cubic { align_corners },
            Filter::LinearAntialiased { align_corners },
            Filter::CubicAntialiased { align_corners },
            Filter::LanczosAntialiased { align_corners },
        ]
    };
    let filters = [Filter::Nearest, Filter::NearestExact];
    let filters = [filters.as_slice(), &corners(false), &corners(true)].concat();
    let mut ran = 0;
    for shape in IMAGES {
        let x = ones(shape);
        for &filter in &filters {
            for rank in 0..=3 {
                for size in [1, 4, 13] {
                    let op = Resizing {
                        filter,
                        size: Some(vec![size; rank]),
                        factors: Vec::new(),
                    };
                    ran += usize::from(assert_inferred(op, &[&x]));
                }
                for factor in [0.1, 0.6, 1.7] {
                    let op = Resizing {
                        filter,
                        size: None,
                        factors: vec![Some(factor); rank],
                    };
                    ran += usize::from(assert_inferred(op, &[&x]));
                }
            }
        }
    }
    assert!(ran > 100, "{ran}");
}

#[test]
fn refuses_factors_that_do_not_lead_to_the_size() {
    let x: &[i64] = &[1, 3, 4, 5];
    for (factor, fits) in [
        (2.0, true),
        (1.9, true),
        (1e-30, false),
        (1e30, false),
        (-2.0, false),
        (f64::NAN, false),
        (f64::INFINITY, false),
    ] {
        let op = Resizing {
            filter: Filter::Nearest,
            size: Some(vec![8, 10]),
            factors: vec![Some(factor), None],
        };
        let shapes = op.output_shapes(&[x]);
        assert_eq!(shapes.is_ok(), fits, "{factor}: {shapes:?}");
    }
}

#[test]
fn infers_the_shapes_of_shuffles_windows_and_grids() {
    let mut ran = 0;
    let shapes: [&[i64]; 5] = [&[1, 8, 4, 6], &[8, 4, 6], &[2, 9, 3, 3], &[4, 6], &[]];
    for shape in shapes {
        let x = ones(shape);
        for number in [1, 2, 3, 4] {
            for op in [
                Shuffle::ToPixels { factor: number },
                Shuffle::ToChannels { factor: number },
                Shuffle::Channels { groups: number },
            ] {
                ran += usize::from(assert_inferred(op, &[&x]));
            }
            for dim in [-1, 0, 2] {
                for step in [1, 3] {
                    let op = SlidingWindows {
                        dim,
                        size: number,
                        step,
                    };
                    ran += usize::from(assert_inferred(op, &[&x]));
                }
            }
        }
    }
    for (x, grid) in [
        (&[1, 3, 4, 5][..], &[1, 2, 7, 2][..]),
        (&[1, 3, 2, 4, 5], &[1, 2, 7, 3, 3]),
        (&[1, 3, 4, 5], &[2, 2, 7, 2]),
        (&[1, 3, 4, 5], &[1, 2, 7, 3]),
    ] {
        for interpolation in 0..3 {
            let op = Sampling::Grid {
                interpolation,
                padding: 0,
                align_corners: false,
            };
            ran += usize::from(assert_inferred(op, &[&ones(x), &ones(grid)]));
        }
    }
    for (matrix, size) in [
        (&[1, 2, 3][..], vec![1, 3, 4, 5]),
        (&[2, 3, 4], vec![2, 1, 2, 3, 4]),
        (&[1, 2, 3], vec![2, 3, 4, 5]),
    ] {
        let op = Sampling::AffineGrid {
            size,
            align_corners: true,
        };
        ran += usize::from(assert_inferred(op, &[&ones(matrix)]));
    }
    assert!(ran > 40, "{ran}");
}
