//! Operations with rules that only ONNX has, on an image whose values count up from zero.

use super::super::support::{logits, open, opened, refusal};
use super::super::writer::{OPEN, Onnx, float, int, ints, text, value};
use crate::model::format::onnx::message::proto::{Attribute, Tensor};
use crate::model::op::{Arithmetic, MatrixProduct};

/// The result of a node on an image of one row and this many columns, all channels in a row.
fn on_row(
    long: i64,
    op: &str,
    more: &[&str],
    attributes: Vec<Attribute>,
    fill: impl Fn(&mut Onnx),
) -> Vec<f32> {
    let mut model = Onnx::empty(&[1, 3, 1, long]);
    fill(&mut model);
    let inputs: Vec<&str> = std::iter::once("x").chain(more.iter().copied()).collect();
    model.node(op, &inputs, &["a"], attributes);
    model.node("Flatten", &["a"], &["y"], vec![]);
    logits(&model)
}

#[test]
fn pads_windows_by_the_rules() {
    let asked = |rule: &str| {
        let attributes = vec![
            text("auto_pad", rule),
            ints("kernel_shape", &[1, 2]),
            ints("strides", &[1, 1]),
        ];
        on_row(3, "MaxPool", &[], attributes, |_| {})[..3].to_vec()
    };
    assert_eq!(asked("SAME_UPPER"), [1.0, 2.0, 2.0]);
    assert_eq!(asked("SAME_LOWER"), [0.0, 1.0, 2.0]);
    assert_eq!(asked("VALID")[..2], [1.0, 2.0]);
}

#[test]
fn averages_with_and_without_padding() {
    let asked = |counts: i64| {
        let attributes = vec![
            ints("pads", &[0, 0, 0, 1]),
            ints("kernel_shape", &[1, 2]),
            int("count_include_pad", counts),
        ];
        on_row(3, "AveragePool", &[], attributes, |_| {})[..3].to_vec()
    };
    assert_eq!(asked(1), [0.5, 1.5, 1.0]);
    assert_eq!(asked(0), [0.5, 1.5, 2.0]);
}

#[test]
fn reads_bounds_from_zero_as_rectifiers() {
    for (opset, inputs, attributes, rectifiers) in [
        (17, vec!["x", "low", "high"], vec![], 1),
        (17, vec!["x", "low"], vec![], 1),
        (17, vec!["x", "", "high"], vec![], 0),
        (10, vec!["x"], vec![float("min", 0.0), float("max", 6.0)], 1),
        (
            10,
            vec!["x"],
            vec![float("min", -1.0), float("max", 1.0)],
            0,
        ),
        (
            10,
            vec!["x"],
            vec![float("min", 0.0), float("max", f32::MAX)],
            1,
        ),
    ] {
        let mut model = Onnx::empty(&[1, 3, 4, 4]).opset(opset);
        model.weight("low", &[], &[0.0]).weight("high", &[], &[6.0]);
        model.node("Clip", &inputs, &["a"], attributes);
        model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
        assert_eq!(opened(&model).rectifiers(), rectifiers, "{inputs:?}");
    }
}

#[test]
fn does_not_take_prelu_for_a_rectifier() {
    let fill = |model: &mut Onnx| {
        model
            .weight("slopes", &[3, 1, 1], &[0.5, 2.0, 3.0])
            .weight("less", &[], &[-4.0]);
        model.node("Add", &["x", "less"], &["z"], vec![]);
    };
    let mut model = Onnx::empty(&[1, 3, 1, 2]);
    fill(&mut model);
    model.node("PRelu", &["z", "slopes"], &["a"], vec![]);
    model.node("Flatten", &["a"], &["y"], vec![]);
    assert_eq!(opened(&model).rectifiers(), 0);
    assert_eq!(logits(&model), [-2.0, -1.5, -4.0, -2.0, 0.0, 1.0]);
}

#[test]
fn resizes_by_each_rule() {
    let asked = |attributes: Vec<Attribute>, sizes: &[i64]| {
        let fill = |model: &mut Onnx| {
            model.ints("sizes", sizes);
        };
        on_row(4, "Resize", &["", "", "sizes"], attributes, fill)[..sizes[3] as usize].to_vec()
    };
    let nearest = |rule: &str, rounding: &str| {
        let attributes = vec![
            text("coordinate_transformation_mode", rule),
            text("nearest_mode", rounding),
        ];
        asked(attributes, &[1, 3, 1, 8])
    };
    assert_eq!(
        nearest("asymmetric", "floor"),
        [0., 0., 1., 1., 2., 2., 3., 3.]
    );
    assert_eq!(
        nearest("half_pixel", "round_prefer_floor"),
        [0., 0., 1., 1., 2., 2., 3., 3.]
    );
    assert_eq!(
        nearest("asymmetric", "ceil"),
        [0., 1., 1., 2., 2., 3., 3., 3.]
    );
    let linear = asked(vec![text("mode", "linear")], &[1, 3, 1, 8]);
    assert_eq!(linear, [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]);
    let corners = vec![
        text("mode", "linear"),
        text("coordinate_transformation_mode", "align_corners"),
    ];
    assert_eq!(
        asked(corners, &[1, 3, 1, 7]),
        [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    );
}

#[test]
fn slices_forwards_and_backwards() {
    let asked = |start: i64, end: i64, step: i64, count: usize| {
        let fill = |model: &mut Onnx| {
            model
                .ints("s", &[start])
                .ints("e", &[end])
                .ints("a_", &[3])
                .ints("p", &[step]);
        };
        on_row(5, "Slice", &["s", "e", "a_", "p"], vec![], fill)[..count].to_vec()
    };
    assert_eq!(asked(1, i64::MAX, 2, 2), [1.0, 3.0]);
    assert_eq!(asked(-2, 100, 1, 2), [3.0, 4.0]);
    assert_eq!(asked(-1, i64::MIN, -2, 3), [4.0, 2.0, 0.0]);
    assert_eq!(asked(3, 0, -1, 3), [3.0, 2.0, 1.0]);
}

#[test]
fn counts_negative_indices_from_the_end() {
    let fill = |model: &mut Onnx| {
        model.ints("places", &[-1, 0]);
    };
    assert_eq!(
        on_row(4, "Gather", &["places"], vec![int("axis", 3)], fill)[..2],
        [3.0, 0.0]
    );
    let mut model = Onnx::empty(&[1, 3, 1, 4]);
    model.ints("places", &[4]);
    model.node("Gather", &["x", "places"], &["y"], vec![int("axis", 3)]);
    assert!(refusal(&model).contains("takes index 4 of an axis of 4"));
}

#[test]
fn gathers_by_several_axes() {
    let mut model = Onnx::empty(&[1, 3, 2, 2]);
    let places = Tensor {
        name: "places".into(),
        kind: 7,
        sizes: vec![2, 2, 3],
        int64s: vec![0, 2, 1, 0, 0, 0, 0, -1, 0, 0, 1, 1],
        ..Tensor::default()
    };
    model.graph().initializers.push(places);
    model.node("GatherND", &["x", "places"], &["a"], vec![]);
    model.node("Transpose", &["a"], &["b"], vec![]);
    model.ints("flat", &[1, -1]);
    model.node("Reshape", &["b", "flat"], &["y"], vec![]);
    assert_eq!(logits(&model), [10.0, 8.0, 0.0, 6.0, 11.0, 9.0, 1.0, 7.0]);
}

#[test]
fn transposes_and_scales_matrices() {
    let mut model = Onnx::new();
    model.graph().nodes[1].outputs = vec!["row".into()];
    model.weight("w", &[3, 2], &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    model.weight("c", &[1, 2], &[1.0, 2.0]);
    let attributes = vec![float("alpha", 2.0), float("beta", 0.5)];
    model.node("Gemm", &["row", "w", "c"], &["y"], attributes);
    assert_eq!(logits(&model), [15.5, 48.0]);
    let last = opened(&model);
    let last = last.producer(last.logits).unwrap();
    assert_eq!(last.op, MatrixProduct::Linear { bias: true }.into());
}

#[test]
fn older_softmax_goes_over_all_following_axes() {
    let mut model = Onnx::empty(&[1, 3, 1, 2]).opset(11);
    model.weight("hundredth", &[], &[0.01]);
    model.node("Mul", &["x", "hundredth"], &["s"], vec![]);
    model.node("Softmax", &["s"], &["p"], vec![int("axis", 1)]);
    model.node("Flatten", &["p"], &["q"], vec![]);
    model.node("Relu", &["q"], &["y"], vec![]);
    let sum: f32 = logits(&model).iter().sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
}

#[test]
fn turns_blocks_into_channels_and_back() {
    let mut model = Onnx::empty(&[1, 3, 2, 2]);
    model.node("SpaceToDepth", &["x"], &["deep"], vec![int("blocksize", 2)]);
    model.node(
        "DepthToSpace",
        &["deep"],
        &["back"],
        vec![int("blocksize", 2)],
    );
    model.node("Flatten", &["back"], &["y"], vec![]);
    let counted: Vec<f32> = (0..12).map(|n| n as f32).collect();
    assert_eq!(logits(&model), counted);
    model.graph().nodes[1].op_type = "Identity".into();
    assert_eq!(logits(&model)[..4], [0.0, 4.0, 8.0, 1.0]);
    let mode = text("mode", "CRD");
    model.graph().nodes[0].attributes.push(mode);
    assert_eq!(logits(&model), counted);
}

#[test]
fn adds_up_overlapping_patches() {
    // Three patches of one row and two columns on a row of four: where two overlap, both count.
    let asked = |size: i64, pads: &[i64]| {
        let mut model = Onnx::empty(&[1, 3, 1, 6]);
        model.ints("size", &[1, size]).ints("block", &[1, 2]);
        model.ints("patches", &[1, 6, 3]);
        model.node("Reshape", &["x", "patches"], &["a"], vec![]);
        let pads = vec![ints("pads", pads)];
        model.node("Col2Im", &["a", "size", "block"], &["b"], pads);
        model.node("Flatten", &["b"], &["y"], vec![]);
        model
    };
    // In each channel the first column counts from 6c, the second from 6c + 3.
    assert_eq!(logits(&asked(4, &[0; 4]))[..4], [0.0, 4.0, 6.0, 5.0]);
    assert_eq!(logits(&asked(4, &[0; 4]))[4..8], [6.0, 16.0, 18.0, 11.0]);
    assert_eq!(logits(&asked(2, &[0, 1, 0, 1]))[..2], [4.0, 6.0]);
    assert_eq!(logits(&asked(3, &[0, 1, 0, 0]))[..3], [4.0, 6.0, 5.0]);
    assert_eq!(logits(&asked(3, &[0, 0, 0, 1]))[..3], [0.0, 4.0, 6.0]);
    let why = refusal(&asked(5, &[0; 4]));
    assert!(why.contains("do not make an image"), "{why}");
    let why = refusal(&asked(0, &[0; 4]));
    assert!(why.contains("image_shape"), "{why}");
}

#[test]
fn normalises_by_neighbouring_channels() {
    let attributes = vec![int("size", 3), float("alpha", 3.0), float("beta", 1.0)];
    let found = on_row(2, "LRN", &[], attributes, |_| {});
    // The window of the second channel has all three: 3 / (1 + 1 + 9 + 25).
    assert!((found[3] - 3.0 / 36.0).abs() < 1e-6, "{found:?}");
    let attributes = vec![int("size", 2), float("alpha", 2.0), float("beta", 1.0)];
    let found = on_row(2, "LRN", &[], attributes, |_| {});
    // A window of even size has one more channel after than before.
    assert!((found[3] - 3.0 / 35.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn refuses_a_rule_of_resizing_that_it_does_not_know() {
    let why = |sizes: [i64; 2]| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.ints("sizes", &[1, 3, sizes[0], sizes[1]]);
        let attributes = vec![
            text("mode", "linear"),
            text("coordinate_transformation_mode", "tf_crop_and_resize"),
        ];
        model.node("Resize", &["x", "", "", "sizes"], &["a"], attributes);
        model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
        open(&model.bytes()).err().map(|fault| fault.to_string())
    };
    // It crops even where the size stays.
    for sizes in [[2, 4], [4, 4]] {
        let why = why(sizes).unwrap();
        assert!(why.contains("coordinates by tf_crop_and_resize"), "{why}");
    }
}

#[test]
fn refuses_a_norm_of_each_position_by_itself() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]).opset(8);
    model.weight("w", &[3], &[1.0; 3]);
    let inputs = ["x", "w", "w", "w", "w"];
    model.node(
        "BatchNormalization",
        &inputs,
        &["y"],
        vec![int("spatial", 0)],
    );
    let why = refusal(&model);
    assert!(why.contains("spatial is 0"), "{why}");
}

#[test]
fn defaults_to_the_standards_numbers() {
    // The paper has 1.05070098735548.
    let mut model = Onnx::new();
    model.graph().nodes[1].outputs = vec!["row".into()];
    model.node("Selu", &["row"], &["y"], vec![]);
    let graph = opened(&model);
    let last = &graph.producer(graph.logits).unwrap().op;
    assert_eq!(*last, Arithmetic::MulScalar(1.050_701_022_148_132_3).into());
}

#[test]
fn refuses_the_mean_of_a_norm_as_an_output() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("scale", &[3], &[1.0; 3]);
    model.ints("shape", &[1, 1, 3]);
    model.node("GlobalAveragePool", &["x"], &["pooled"], vec![]);
    model.node("Reshape", &["pooled", "shape"], &["row"], vec![]);
    let inputs = ["row", "row", "scale"];
    let made = ["norm", "mean", "", "sum"];
    model.node("SkipLayerNormalization", &inputs, &made, vec![]);
    model.graph().nodes[2].domain = "com.microsoft".into();
    let returned = |model: &mut Onnx, name: &str| {
        model.graph().outputs[0] = value(name, 1, &[1, 1, OPEN]);
    };
    returned(&mut model, "mean");
    assert!(refusal(&model).contains("mean and deviation are outputs"));
    returned(&mut model, "norm");
    let norm = logits(&model);
    // Twice 7.5, 23.5 and 39.5: the mean is 47, and the deviation 32 · √(2/3).
    let due = [-1.5f32.sqrt(), 0.0, 1.5f32.sqrt()];
    let apart = norm.iter().zip(due).map(|(norm, due)| (norm - due).abs());
    assert!(apart.fold(0.0, f32::max) < 1e-5, "{norm:?}");
}
