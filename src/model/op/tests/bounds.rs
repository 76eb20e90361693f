//! Operations that a file of a few bytes could ask for, and that would fill the memory or take hours:
//! their cost is known before they run.

use crate::model::graph::Node;
use crate::model::graph::budget::Budget;
use crate::model::op::*;

/// Whether the operation is refused before it runs.
fn refused(op: impl Into<Op>, inputs: &[&[i64]]) -> bool {
    let node = Node {
        op: op.into(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        module: String::new(),
        name: "n".into(),
    };
    let shapes = node.op.output_shapes(inputs);
    let Ok(shapes) = shapes.and_then(OutputShapes::plausible) else {
        return true;
    };
    Budget::default().spend(&node, inputs, &shapes).is_err()
}

const IMAGE: &[i64] = &[1, 3, 224, 224];

fn resizing(filter: Filter, size: Option<Vec<i64>>, factors: Vec<Option<f64>>) -> Resizing {
    Resizing {
        filter,
        size,
        factors,
    }
}

#[test]
fn refuses_ranges_that_libtorch_refuses() {
    let range = |start, end, step| {
        let kind = tch::Kind::Float;
        let op = Creation::Range {
            start,
            end,
            step,
            kind,
        };
        let inferred = op.output_shapes(&[]);
        // tch panics where libtorch refuses a number.
        let made = op.run(&[]).map(|made| made[0].size());
        assert_eq!(inferred.is_ok(), made.is_ok(), "{op:?}");
        made.ok()
    };
    let infinity = f64::INFINITY;
    assert_eq!(range(0.0, 1.0, 0.4), Some(vec![3]));
    assert_eq!(range(1.0, 1.0, -1.0), Some(vec![0]));
    for (start, end, step) in [
        (0.0, 1.0, -infinity),
        (0.0, 1.0, infinity),
        (0.0, 1.0, -1.0),
        (0.0, 5e-324, -1e300),
        (0.0, 1.0, 0.0),
        (0.0, f64::NAN, 1.0),
        (0.0, infinity, 1.0),
    ] {
        assert_eq!(range(start, end, step), None);
    }
}

#[test]
fn refuses_a_map_of_gigabytes() {
    let align_corners = false;
    for filter in [
        Filter::Nearest,
        Filter::NearestExact,
        Filter::Linear { align_corners },
        Filter::Cubic { align_corners },
        Filter::LinearAntialiased { align_corners },
        Filter::CubicAntialiased { align_corners },
    ] {
        assert!(!refused(
            resizing(filter, Some(vec![448; 2]), vec![]),
            &[IMAGE]
        ));
        assert!(refused(
            resizing(filter, Some(vec![1 << 20; 2]), vec![]),
            &[IMAGE]
        ));
        assert!(refused(
            resizing(filter, Some(vec![i64::MAX; 2]), vec![]),
            &[IMAGE]
        ));
        assert!(refused(
            resizing(filter, None, vec![Some(1e9); 2]),
            &[IMAGE]
        ));
        assert!(refused(
            resizing(filter, None, vec![Some(-1.0); 2]),
            &[IMAGE]
        ));
    }
    let pixels = |factor| Shuffle::ToPixels { factor };
    assert!(refused(pixels(1 << 40), &[&[1, 1 << 30, 9, 9]]));
    let channels = |factor| Shuffle::ToChannels { factor };
    assert!(refused(channels(i64::MAX), &[IMAGE]));
    let grid = |size| Sampling::AffineGrid {
        size,
        align_corners,
    };
    assert!(!refused(grid(vec![1, 3, 224, 224]), &[&[1, 2, 3]]));
    assert!(refused(grid(vec![1, 3, 1 << 16, 1 << 16]), &[&[1, 2, 3]]));
    let windows = SlidingWindows {
        dim: 1,
        size: 1 << 16,
        step: 1,
    };
    assert!(refused(windows, &[&[1, 1 << 17]]));
}

#[test]
fn refuses_a_table_of_weights_that_would_fill_the_memory() {
    // Thousands of rows to one: fine. Each of a million positions from thousands of rows: not.
    let align_corners = false;
    let filter = Filter::LinearAntialiased { align_corners };
    let tall: &[i64] = &[1, 1, 4096, 1];
    assert!(!refused(
        resizing(filter, Some(vec![1, 1]), vec![]),
        &[tall]
    ));
    let wide: &[i64] = &[1, 1, 1, 1];
    let far = resizing(filter, Some(vec![1, 1]), vec![Some(1e-12), None]);
    assert!(refused(far, &[wide]));
}

#[test]
fn refuses_transposed_convolutions_and_windows_out_of_range() {
    let transposed = |stride: i64, padding: i64, output_padding: i64| TransposedConvolution {
        bias: false,
        stride: vec![stride; 2],
        padding: vec![padding; 2],
        output_padding: vec![output_padding; 2],
        dilation: vec![1; 2],
        groups: 1,
    };
    let weight: &[i64] = &[3, 8, 3, 3];
    assert!(!refused(transposed(2, 1, 1), &[IMAGE, weight]));
    for op in [
        transposed(100_000, 0, 0),
        transposed(i64::MAX, 0, 0),
        transposed(1, 0, 1 << 40),
        transposed(1, i64::MAX, 0),
        transposed(1, 500, 0),
    ] {
        assert!(refused(op.clone(), &[IMAGE, weight]), "{op:?}");
    }
    let many = TransposedConvolution {
        groups: i64::MAX,
        ..transposed(1, 0, 0)
    };
    assert!(refused(many, &[IMAGE, weight]));
    let convolution = |rank: usize, padding: i64| Convolution {
        bias: false,
        stride: vec![1; rank],
        padding: Padding::Explicit(vec![padding; rank]),
        dilation: vec![1; rank],
        groups: 1,
    };
    let small: &[i64] = &[1, 3, 4];
    assert!(refused(convolution(1, 0), &[small, &[2, 3, 5]]));
    assert!(refused(convolution(1, 1 << 40), &[small, &[2, 3, 5]]));
    let block: &[i64] = &[1, 3, 4, 4, 4];
    assert!(refused(convolution(3, 0), &[block, &[2, 3, 5, 1, 1]]));
    assert!(refused(convolution(3, 2_000), &[block, &[2, 3, 1, 1, 1]]));
}

#[test]
fn refuses_recurrent_layers_and_transforms_that_take_hours() {
    let lstm = |layers| Recurrent {
        cell: Cell::Lstm,
        biases: false,
        layers,
        bidirectional: false,
        batch_first: false,
        one_step: false,
    };
    let inputs = |steps: i64, hidden: i64| {
        [
            vec![steps, 1, 64],
            vec![1, 1, hidden],
            vec![1, 1, hidden],
            vec![4 * hidden, 64],
            vec![4 * hidden, hidden],
        ]
    };
    let refused_with = |layers, steps, hidden| {
        let inputs = inputs(steps, hidden);
        let inputs: Vec<&[i64]> = inputs.iter().map(Vec::as_slice).collect();
        refused(lstm(layers), &inputs)
    };
    assert!(!refused_with(1, 224, 256));
    assert!(refused_with(1, 1 << 24, 1));
    assert!(refused_with(1, 1 << 12, 1 << 16));
    assert!(refused_with(i64::MAX, 224, 256));
    assert!(refused_with(2, 224, 256));
    let fourier = |size: i64| Fourier {
        transform: Transform::RealToHalf,
        dims: Some(vec![2, 3]),
        size: Some(vec![size; 2]),
        norm: "ortho".into(),
    };
    assert!(!refused(fourier(224), &[IMAGE]));
    assert!(refused(fourier(1 << 16), &[IMAGE]));
    assert!(refused(fourier(0), &[IMAGE]));
}
