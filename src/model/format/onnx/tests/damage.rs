//! Files that are truncated, changed, or claim more than they have.

use super::support::{open, refusal, whole};
use super::writer::{Onnx, floats, int, ints, node, text};
use crate::model::error::Fault;
use crate::model::format::onnx::message::proto::{self, Tensor};

/// A convolution and four logits, with a shape that the file computes.
fn network() -> Onnx {
    let mut model = Onnx::empty(&[1, 3, 8, 8]);
    let kernel: Vec<f32> = (0..108).map(|n| (n as f32 * 0.7).sin()).collect();
    model.weight("conv.weight", &[4, 3, 3, 3], &kernel);
    model.ints("first", &[0]).ints("rest", &[-1]);
    let pads = vec![ints("pads", &[1, 1, 1, 1]), ints("strides", &[2, 2])];
    model.node("Conv", &["x", "conv.weight"], &["a"], pads);
    model.node("Relu", &["a"], &["b"], vec![]);
    let window = vec![ints("kernel_shape", &[4, 4])];
    model.node("AveragePool", &["b"], &["c"], window);
    model.node("Shape", &["c"], &["sizes"], vec![]);
    model.node("Gather", &["sizes", "first"], &["batch"], vec![]);
    model.node(
        "Concat",
        &["batch", "rest"],
        &["flat"],
        vec![int("axis", 0)],
    );
    model.node("Reshape", &["c", "flat"], &["logits"], vec![]);
    model.node("Softmax", &["logits"], &["y"], vec![]);
    for (index, node) in model.graph().nodes.iter_mut().enumerate() {
        node.name = format!("/block/part{index}/{}", node.op_type);
    }
    model
}

#[test]
fn refuses_a_truncated_file() {
    let bytes = network().bytes();
    whole(&bytes).unwrap();
    let mut refused = 0;
    for length in 0..bytes.len() {
        refused += usize::from(open(&bytes[..length]).is_err());
    }
    // The opset comes last here.
    assert_eq!(refused, bytes.len());
}

#[test]
fn opens_or_refuses_a_file_with_changed_bytes() {
    let bytes = network().bytes();
    // A xorshift generator, so that the changes are the same each time.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut opened, mut refused) = (0, 0);
    for round in 0..1500 {
        let mut changed = bytes.clone();
        for _ in 0..=random(3) {
            let place = random(changed.len());
            changed[place] = match random(3) {
                0 => changed[place] ^ (1 << random(8)),
                1 => random(256) as u8,
                _ => [0, 0x7f, 0x80, 0xff][random(4)],
            };
        }
        match open(&changed) {
            Ok(_) => opened += 1,
            Err(_) => refused += 1,
        }
        // The trial run must not panic either.
        if round % 10 == 0 {
            let _ = whole(&changed);
        }
    }
    // Most bytes belong to the weight, which may have any value.
    assert!(
        opened > 200 && refused > 200,
        "{opened} opened, {refused} refused"
    );
}

#[test]
fn bounds_the_memory_of_many_empty_messages() {
    // A graph of 4 MB of empty nodes.
    let mut bytes = Onnx::new().bytes();
    bytes.extend([0x3a, 0x80, 0x80, 0x80, 0x02]);
    bytes.extend([0x0a, 0].repeat(2 << 20));
    let fault = open(&bytes).unwrap_err();
    assert!(
        matches!(&fault, Fault::Damaged(reason) if reason.contains("more memory")),
        "{fault}"
    );
}

#[test]
fn refuses_a_tensor_larger_than_the_file() {
    for tensor in [
        Tensor {
            sizes: vec![1 << 30],
            ..floats("w", &[], &[1.0])
        },
        Tensor {
            sizes: vec![1 << 30],
            raw: Default::default(),
            floats: vec![1.0],
            ..floats("w", &[], &[])
        },
        Tensor {
            sizes: vec![i64::MAX, i64::MAX],
            ..floats("w", &[], &[1.0])
        },
        Tensor {
            sizes: vec![-1],
            ..floats("w", &[], &[1.0])
        },
    ] {
        let mut model = Onnx::new();
        model.graph().nodes.clear();
        model.graph().initializers.push(tensor);
        model.node("Add", &["x", "w"], &["y"], vec![]);
        let why = refusal(&model);
        assert!(why.starts_with("weight w "), "{why}");
    }
}

#[test]
fn does_not_enlarge_an_empty_axis() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.ints("none", &[0]).ints("rows", &[2]);
    model.ints("sizes", &[1, 3, 5, 4]);
    model.node("Slice", &["x", "none", "none", "rows"], &["cut"], vec![]);
    model.node("Resize", &["cut", "", "", "sizes"], &["y"], vec![]);
    let why = refusal(&model);
    assert!(why.contains("its input or result is empty"), "{why}");
}

#[test]
fn does_not_multiply_huge_sizes_beside_zero() {
    let far = 1 << 40;
    let mut model = Onnx::empty(&[1, 3, 4, 4]).opset(11);
    model.ints("none", &[0]).ints("shape", &[0, far, far]);
    model.ints("flat", &[0, 1, 1]);
    model.node("Slice", &["x", "none", "none"], &["cut"], vec![]);
    model.node("Reshape", &["cut", "flat"], &["row"], vec![]);
    model.node("Expand", &["row", "shape"], &["wide"], vec![]);
    model.node("Softmax", &["wide"], &["soft"], vec![]);
    model.node("Relu", &["soft"], &["y"], vec![]);
    let why = refusal(&model);
    assert!(why.contains("implausible"), "{why}");

    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("w", &[0, 3, far, 1], &[]);
    let wide = vec![
        ints("dilations", &[1 << 31, 1]),
        text("auto_pad", "SAME_UPPER"),
    ];
    model.node("Conv", &["x", "w"], &["y"], wide);
    let why = refusal(&model);
    assert!(why.contains("in pads, which has to be from 0 to"), "{why}");
}

#[test]
fn does_not_compute_constants_that_would_fill_the_memory_together() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let numbers: Vec<i64> = (0..1 << 13).collect();
    model.ints("row", &numbers).ints("last", &[1]);
    model.node("Unsqueeze", &["row", "last"], &["column"], vec![]);
    let tables = ["a", "b", "c", "d"];
    for table in tables {
        model.node("Equal", &["row", "column"], &[table], vec![]);
    }
    let along = vec![int("axis", 0)];
    model.node("Concat", &tables, &["all"], along);
    model.node("Where", &["all", "x", "x"], &["y"], vec![]);
    let why = refusal(&model);
    assert!(why.contains("node c it computes constants larger"), "{why}");
}

#[test]
fn bounds_the_memory_of_a_constant_that_many_calls_read() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let table = Tensor {
        floats: vec![0.5; 1 << 20],
        raw: Default::default(),
        ..floats("table", &[1 << 20], &[])
    };
    let value = proto::Attribute {
        name: "value".into(),
        tensor: Some(table),
        ..proto::Attribute::default()
    };
    let body = vec![
        node("Constant", &[], &["table"], vec![value]),
        node("ReduceMax", &["table"], &["most"], vec![int("keepdims", 0)]),
        node("Add", &["a", "most"], &["b"], vec![]),
    ];
    model.function("f", &["a"], &["b"], body);
    for call in 0..40 {
        let (from, to) = (format!("v{call}"), format!("v{}", call + 1));
        let from = if call == 0 { "x" } else { &from };
        let to = if call == 39 { "y" } else { &to };
        model.node("f", &[from], &[to], vec![]);
        model.graph().nodes[call].domain = "own".into();
    }
    let why = refusal(&model);
    assert!(why.contains("would take more memory"), "{why}");
}
