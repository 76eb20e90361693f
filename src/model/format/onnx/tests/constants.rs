//! Numbers in a file that are not the image: which dtypes they may have, and what is computed from them.

use super::support::{logits, opened, refusal};
use super::writer::{Onnx, floats, int, ints};
use crate::model::format::onnx::message::proto::{Attribute, Tensor, attribute};

#[test]
fn reads_floats_of_any_width_from_any_list() {
    let half = |value: f32| half::f16::from_f32(value).to_bits();
    for tensor in [
        Tensor {
            kind: 10,
            raw: half(1.5).to_le_bytes().to_vec().into(),
            ..Tensor::default()
        },
        Tensor {
            kind: 10,
            int32s: vec![half(1.5).into()],
            ..Tensor::default()
        },
        Tensor {
            kind: 11,
            doubles: vec![1.5],
            ..Tensor::default()
        },
        Tensor {
            kind: 16,
            int32s: vec![half::bf16::from_f32(1.5).to_bits().into()],
            ..Tensor::default()
        },
        Tensor {
            kind: 1,
            floats: vec![1.5],
            ..Tensor::default()
        },
        floats("", &[], &[1.5]),
    ] {
        let mut model = Onnx::new();
        let tensor = Tensor {
            name: "w".into(),
            sizes: vec![1],
            ..tensor
        };
        model.graph().initializers.push(tensor);
        model.graph().nodes[1].outputs = vec!["row".into()];
        model.node("Mul", &["row", "w"], &["y"], vec![]);
        assert_eq!(logits(&model), [11.25, 35.25, 59.25]);
    }
}

#[test]
fn refuses_unsupported_dtypes_and_nan_by_name() {
    for (tensor, word) in [
        (
            Tensor {
                kind: 8,
                ..Tensor::default()
            },
            "0 texts are stored",
        ),
        (
            Tensor {
                kind: 17,
                ..Tensor::default()
            },
            "float8, which is not supported; open the float model",
        ),
        (
            Tensor {
                kind: 99,
                ..Tensor::default()
            },
            "number 99",
        ),
        (floats("", &[], &[f32::NAN]), "NaN"),
        (
            Tensor {
                int64s: vec![1],
                ..floats("", &[], &[])
            },
            "0 values are stored",
        ),
    ] {
        let mut model = Onnx::new();
        let tensor = Tensor {
            name: "w".into(),
            sizes: vec![1],
            ..tensor
        };
        model.graph().initializers.push(tensor);
        model.graph().nodes[1].outputs = vec!["row".into()];
        model.node("Mul", &["row", "w"], &["y"], vec![]);
        let why = refusal(&model);
        assert!(why.starts_with("weight w") && why.contains(word), "{why}");
    }
}

#[test]
fn computes_shapes_of_the_image() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("Cast", &["x"], &["places"], vec![int("to", 7)]);
    model.node("Reshape", &["x", "places"], &["y"], vec![]);
    let why = refusal(&model);
    assert!(
        why.contains("Reshape (node y") && why.contains("its shape depends on the image"),
        "{why}"
    );
}

#[test]
fn names_lists_that_depend_on_the_image() {
    for (op, name) in [
        ("Reshape", "shape"),
        ("Unsqueeze", "axes"),
        ("Split", "split"),
        ("Gather", "indices"),
    ] {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.node(op, &["x", "x"], &["y"], vec![]);
        let why = refusal(&model);
        assert!(
            why.contains(&format!("its {name} depends on the image")),
            "{why}"
        );
    }
}

#[test]
fn allows_an_unsupported_output_that_nothing_reads() {
    let window = vec![ints("kernel_shape", &[2, 2])];
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("MaxPool", &["x"], &["a", "places"], window);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    opened(&model);
    model.graph().nodes[1].inputs = vec!["places".into()];
    let why = refusal(&model);
    assert!(why.contains("its output 2 is used"), "{why}");
}

#[test]
fn reads_weights_from_constant_nodes() {
    let constant = |sizes: &[i64], values: &[f32]| Attribute {
        name: "value".into(),
        kind: attribute::TENSOR,
        tensor: Some(floats("", sizes, values)),
        ..Attribute::default()
    };
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let kernel = constant(&[5, 3, 1, 1], &[0.5; 15]);
    model.node("Constant", &[], &["kernel"], vec![kernel]);
    model.node("Constant", &[], &["two"], vec![constant(&[], &[2.0])]);
    model.node("Conv", &["x", "kernel"], &["a"], vec![]);
    model.node("Mul", &["a", "two"], &["b"], vec![]);
    model.node("GlobalAveragePool", &["b"], &["y"], vec![]);
    assert_eq!(opened(&model).parameters(), 15);
}
