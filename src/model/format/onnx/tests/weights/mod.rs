//! Large tensors, which stay in the file until they are used, and values that are not finite.

mod external;

use std::ops::ControlFlow;

use prost::bytes::Bytes;
use tch::Kind;

use super::support::{logits, open, refusal};
use super::writer::{Onnx, floats, node};
use crate::model::error::Fault;
use crate::model::format;
use crate::model::format::onnx::message::proto::{Attribute, Place, RAW, Tensor, attribute};
use crate::model::format::onnx::message::wire;
use crate::model::opening::Opening;

const COUNT: usize = 3 * 30 * 30;

fn values(count: usize) -> Vec<f32> {
    (0..count).map(|n| (n % 97) as f32 - 48.0).collect()
}

/// x + w → mean → y, on an image of the size of the weight.
fn adds(weight: Tensor) -> Onnx {
    let mut model = Onnx::empty(&[1, 3, 30, 30]);
    model.graph().initializers.push(weight);
    model.node("Add", &["x", "w"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    model
}

fn weight() -> Tensor {
    floats("w", &[3, 30, 30], &values(COUNT))
}

/// The bytes of `values` in another dtype.
fn raw(kind: Kind) -> Bytes {
    let values = tch::Tensor::from_slice(&values(COUNT)).to_kind(kind);
    let mut bytes = vec![0; COUNT * kind.elt_size_in_bytes()];
    values.f_copy_data_u8(&mut bytes, COUNT).unwrap();
    bytes.into()
}

fn kept(model: &Onnx) -> usize {
    use std::io::Write;
    let bytes = model.bytes();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    wire::messages(&file, bytes.len() as u64).unwrap().len()
}

#[test]
fn reads_large_tensors_in_every_encoding() {
    let none = Bytes::new();
    let doubles = values(COUNT).into_iter().map(f64::from).collect();
    let written = [
        weight(),
        Tensor {
            raw: none.clone(),
            floats: values(COUNT),
            ..weight()
        },
        Tensor {
            raw: none,
            doubles,
            kind: 11,
            ..weight()
        },
        Tensor {
            raw: raw(Kind::Half),
            kind: 10,
            ..weight()
        },
        Tensor {
            raw: raw(Kind::BFloat16),
            kind: 16,
            ..weight()
        },
        Tensor {
            raw: raw(Kind::Double),
            kind: 11,
            ..weight()
        },
    ];
    for weight in written {
        let what = (weight.kind, weight.raw.is_empty());
        let model = adds(weight);
        assert!(kept(&model) < 200, "{what:?}");
        let graph = open(&model.bytes()).unwrap().graph;
        let read = graph.weight(graph.nodes[0].inputs[1]).unwrap();
        assert_eq!((read.kind(), read.size()), (Kind::Float, vec![3, 30, 30]));
        let read: Vec<f32> = Vec::try_from(read.reshape([-1])).unwrap();
        assert_eq!(read, values(COUNT), "{what:?}");
    }
}

#[test]
fn reads_large_integer_and_boolean_tensors() {
    for (number, kind) in [(7, Kind::Int64), (6, Kind::Int), (3, Kind::Int8)] {
        let mut model = adds(Tensor {
            raw: raw(kind),
            kind: number,
            ..weight()
        });
        // Sizes are computed with such tensors.
        model.graph().nodes[0].inputs[1] = "f".into();
        let to = super::writer::int("to", 1);
        model.node("Cast", &["w"], &["f"], vec![to]);
        model.graph().nodes.rotate_right(1);
        let got = logits(&model);
        model = adds(weight());
        assert_eq!(got, logits(&model), "{kind:?}");
    }
    let mut model = adds(Tensor {
        raw: (0..COUNT).map(|n| (n % 3) as u8).collect(),
        kind: 9,
        ..weight()
    });
    model.weight("zero", &[], &[0.0]);
    model.graph().nodes[0] = node("Where", &["w", "x", "zero"], &["a"], vec![]);
    let ones: f32 = (0..900).filter(|n| n % 3 != 0).map(|n| n as f32).sum();
    assert_eq!(logits(&model)[0], ones / 900.0);
}

#[test]
fn leaves_large_constants_of_nodes_and_functions_in_the_file() {
    let constant = || Attribute {
        name: "value".into(),
        kind: attribute::TENSOR,
        tensor: Some(weight()),
        ..Attribute::default()
    };
    let expected = logits(&adds(weight()));

    let mut model = adds(weight());
    model.graph().initializers.clear();
    model.node("Constant", &[], &["w"], vec![constant()]);
    model.graph().nodes.rotate_right(1);
    assert!(kept(&model) < 200);
    assert_eq!(logits(&model), expected);

    let body = vec![node("Constant", &[], &["out"], vec![constant()])];
    model.graph().nodes[0] = node("Weight", &[], &["w"], vec![]);
    model.graph().nodes[0].domain = "own".into();
    model.function("Weight", &[], &["out"], body);
    assert!(kept(&model) < 200);
    assert_eq!(logits(&model), expected);
}

#[test]
fn names_large_tensors_of_the_wrong_length_or_with_nan() {
    let sized = |sizes: &[i64], list: bool| Tensor {
        sizes: sizes.to_vec(),
        raw: if list { Bytes::new() } else { weight().raw },
        floats: if list { values(COUNT) } else { Vec::new() },
        ..weight()
    };
    for tensor in [
        sized(&[3, 30, 31], false),
        sized(&[3, 30, 31], true),
        sized(&[3, 30, 29], true),
        // Its list has another dtype than it states.
        Tensor {
            kind: 11,
            ..sized(&[3, 30, 30], true)
        },
    ] {
        let why = refusal(&adds(tensor));
        assert!(
            why.starts_with("weight w ") && (why.contains("needs") || why.contains("0 values")),
            "{why}"
        );
    }
    let mut broken = values(COUNT);
    broken[COUNT - 1] = f32::NAN;
    let why = refusal(&adds(floats("w", &[3, 30, 30], &broken)));
    assert!(why.contains("weight w holds NaN"), "{why}");
}

#[test]
fn ignores_a_place_that_the_file_claims_itself() {
    let place = Place {
        field: RAW,
        offset: 0,
        length: 4 * COUNT as u64,
    };
    let why = refusal(&adds(Tensor {
        raw: Bytes::new(),
        places: vec![place],
        ..weight()
    }));
    assert!(why.contains("0 values are stored"), "{why}");
}

#[test]
fn reports_progress_within_a_weight_and_can_be_cancelled_there() {
    let side = 1024;
    let count = 3 * side * side;
    let mut model = Onnx::empty(&[1, 3, side as i64, side as i64]);
    model.weight("w", &[3, side as i64, side as i64], &values(count));
    model.node("Add", &["x", "w"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, model.bytes()).unwrap();
    let opened = |until: usize| {
        let mut reported = Vec::new();
        let mut report = |done| {
            reported.push(done);
            if reported.len() < until {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let opened = format::open(&path, &mut Opening::new(&mut report));
        (reported, opened)
    };
    let (reported, model) = opened(usize::MAX);
    model.unwrap();
    assert!(reported.is_sorted(), "{reported:?}");
    let mut steps = reported;
    steps.dedup();
    // The start, and three pieces of a third each.
    assert_eq!(steps.len(), 4, "{steps:?}");

    let (reported, cancelled) = opened(3);
    assert_eq!(reported.len(), 3);
    assert_eq!(cancelled.unwrap_err().fault(), Fault::Cancelled);
}

#[test]
fn reads_millions_of_float16_written_as_numbers() {
    // Three bytes in the file for each float16, as `onnx.helper.make_tensor` writes them.
    let count = 1 << 24;
    let halves = Tensor {
        name: "w".into(),
        kind: 10,
        sizes: vec![count as i64],
        int32s: vec![half::f16::from_f32(1.0).to_bits().into(); count],
        ..Tensor::default()
    };
    kept(&adds(halves));
}

#[test]
fn allows_infinities_in_a_mask() {
    let masked = |mask: &dyn Fn(&mut Onnx)| {
        let mut model = Onnx::new();
        model.graph().nodes[1].outputs = vec!["row".into()];
        mask(&mut model);
        model.node("Add", &["row", "mask"], &["masked"], vec![]);
        model.node("Relu", &["masked"], &["y"], vec![]);
        logits(&model)
    };
    let values = [0.0, f32::NEG_INFINITY, 0.0];
    let initializer = masked(&|model| {
        model.weight("mask", &[3], &values);
    });
    assert_eq!(initializer, [7.5, 0.0, 39.5]);
    let constant = masked(&|model| {
        let value = Attribute {
            name: "value".into(),
            kind: attribute::TENSOR,
            tensor: Some(floats("", &[3], &values)),
            ..Attribute::default()
        };
        model.node("Constant", &[], &["mask"], vec![value]);
    });
    assert_eq!(constant, [7.5, 0.0, 39.5]);
}

#[test]
fn refuses_infinities_in_a_parameter_by_its_name() {
    let bad = [1.0, f32::INFINITY, 1.0, 1.0, 1.0, 1.0];
    for (weight, bias, name) in [
        (&bad, &[0.0; 2], "fc.weight"),
        (&[1.0; 6], &[0.0, f32::NEG_INFINITY], "fc.bias"),
        (&[1.0; 6], &[0.0, f32::NAN], "fc.bias"),
    ] {
        // Stored the way a linear layer has it, and transposed.
        for transposed in [0, 1] {
            let mut model = Onnx::new();
            model.graph().nodes[1].outputs = vec!["row".into()];
            let sizes = if transposed == 1 { [2, 3] } else { [3, 2] };
            model
                .weight("fc.weight", &sizes, weight)
                .weight("fc.bias", &[2], bias);
            let gemm = vec![super::writer::int("transB", transposed)];
            model.node("Gemm", &["row", "fc.weight", "fc.bias"], &["y"], gemm);
            let why = refusal(&model);
            let begins = format!("weight {name} holds NaN");
            assert!(why.starts_with(&begins), "{why}");
        }
    }
}
