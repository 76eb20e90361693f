//! A network quantised in every way that onnxruntime quantises, as `tests/converted/quantised.py` writes it, against
//! what onnxruntime says of each; and what can be wrong with scales and zero points.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use tch::Tensor;

use super::support::{logits, open, opened, refusal};
use super::writer::{Onnx, floats, int};
use crate::model::format::onnx::message::proto;
use crate::model::{Model, Tape};
use crate::unpacked::unpacked;

const SIZE: usize = 16;

/// The logits of each picture.
type Logits = Vec<Vec<f32>>;

#[derive(Deserialize)]
struct Facts {
    float: Logits,
    quantised: BTreeMap<String, Logits>,
}

/// As `pictures` in the script makes it.
fn picture(number: usize) -> Tensor {
    let (a, b) = ((1 + number % 5) as f64, (1 + number * 3 % 7) as f64);
    let number = number as f64;
    let mut values = Vec::with_capacity(3 * SIZE * SIZE);
    for channel in 0..3 {
        let channel = f64::from(channel);
        for place in 0..SIZE * SIZE {
            let row = (place / SIZE) as f64 / SIZE as f64;
            let column = (place % SIZE) as f64 / SIZE as f64;
            let wave = (6.0 * (a * row + b * column) + channel + number).sin();
            let level = 0.3 * (number + 2.0 * channel).cos();
            values.push((wave * (0.6 + 0.4 * channel) + level) as f32);
        }
    }
    Tensor::from_slice(&values).reshape([1, 3, SIZE as i64, SIZE as i64])
}

fn answers(model: &Model, count: usize) -> Logits {
    let answer = |number| {
        let image = picture(number);
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &image).unwrap();
        Vec::try_from(tape.logits().reshape([-1])).unwrap()
    };
    (0..count).map(answer).collect()
}

/// The largest distance between two logits.
fn apart(ours: &Logits, theirs: &Logits) -> f32 {
    let rows = ours.iter().flatten().zip(theirs.iter().flatten());
    rows.fold(0.0, |most, (a, b)| (a - b).abs().max(most))
}

/// The largest logit, and by how much it is the largest.
fn first(row: &[f32]) -> (usize, f32) {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
    (order[0], row[order[0]] - row[order[1]])
}

#[test]
fn quantised_networks_answer_as_the_runtime_says() {
    let folder = unpacked("tests/converted/quantised.zip.gz");
    let facts = std::fs::read(folder.path().join("facts.json")).unwrap();
    let facts: Facts = serde_json::from_slice(&facts).unwrap();
    let float = Model::open(&folder.path().join("float.onnx")).unwrap();
    let count = facts.float.len();
    assert!(apart(&answers(&float, count), &facts.float) < 1e-4);
    assert_eq!(facts.quantised.len(), 18);
    let mut wrong = Vec::new();
    for (name, theirs) in &facts.quantised {
        let model = match Model::open(&folder.path().join(format!("{name}.onnx"))) {
            Ok(model) => model,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let ours = answers(&model, count);
        let (off, lost) = (apart(&ours, theirs), apart(theirs, &facts.float));
        println!("{name}: {off:.3} from the runtime, which is {lost:.3} from the float network");
        // Rounding between the layers is a part of what quantising loses.
        if off > 0.01 + 1.3 * lost {
            wrong.push(format!("{name}: {off} from the runtime's answer"));
        }
        for (ours, theirs) in ours.iter().zip(theirs) {
            let (class, margin) = first(theirs);
            if first(ours).0 != class && margin > 0.15 {
                wrong.push(format!("{name}: {ours:?}, not {theirs:?}"));
            }
        }
        if !model
            .about
            .notes
            .iter()
            .any(|note| note.contains("The file is quantised"))
        {
            wrong.push(format!("{name}: no note"));
        }
        // Those that the quantiser leaves out are there again.
        if (model.graph.rectifiers(), float.graph.rectifiers()) != (4, 4) {
            wrong.push(format!("{name}: {} rectifiers", model.graph.rectifiers()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A tensor of whole numbers of this dtype.
fn whole_numbers(name: &str, dtype: i32, sizes: &[i64], values: &[i32]) -> proto::Tensor {
    proto::Tensor {
        name: name.into(),
        kind: dtype,
        sizes: sizes.to_vec(),
        int32s: values.to_vec(),
        ..proto::Tensor::default()
    }
}

/// The scale and the zero point of a pair of nodes, and what else is different.
struct Pair {
    scale: f32,
    zero: i32,
    dtype: i32,
    back: (f32, i32, i32),
}

const USUAL: Pair = Pair {
    scale: 0.5,
    zero: 7,
    dtype: 2,
    back: (0.5, 7, 2),
};

/// A mean colour that becomes whole numbers and floats again.
fn pair(pair: &Pair) -> Onnx {
    let mut model = Onnx::new();
    model.graph().outputs[0].name = "z".into();
    model
        .weight("scale", &[], &[pair.scale])
        .weight("back", &[], &[pair.back.0]);
    let zeros = [
        whole_numbers("zero", pair.dtype, &[], &[pair.zero]),
        whole_numbers("zero_back", pair.back.2, &[], &[pair.back.1]),
    ];
    model.graph().initializers.extend(zeros);
    model.node("QuantizeLinear", &["y", "scale", "zero"], &["q"], vec![]);
    model.node(
        "DequantizeLinear",
        &["q", "back", "zero_back"],
        &["z"],
        vec![],
    );
    model
}

#[test]
fn a_pair_is_stepped_over_and_cuts_off_at_zero_alone() {
    let graph = opened(&pair(&USUAL));
    assert_eq!(graph.nodes.len(), opened(&Onnx::new()).nodes.len());
    assert_eq!(logits(&pair(&USUAL)), [7.5, 23.5, 39.5]);
    // From −128 on, as a quantiser has it that leaves out a ReLU; it ends at 255 · 0.125.
    let cut = Pair {
        scale: 0.125,
        zero: -128,
        dtype: 3,
        back: (0.125, -128, 3),
    };
    let graph = opened(&pair(&cut));
    // The mean of an image is not below zero.
    assert_eq!(graph.rectifiers(), 0);
    let mut model = pair(&cut);
    model.node("Neg", &["y"], &["negative"], vec![]);
    model.graph().nodes.swap(2, 4);
    model.graph().nodes[4].inputs[0] = "negative".into();
    model.graph().nodes.swap(3, 4);
    assert_eq!(opened(&model).rectifiers(), 1);
    assert_eq!(logits(&model), [0.0, 0.0, 0.0]);
}

#[test]
fn wrong_scales_and_zero_points_are_named() {
    let back = |back| Pair { back, ..USUAL };
    for (with, words) in [
        (
            Pair {
                scale: 0.0,
                ..USUAL
            },
            "has a scale of 0, which has to be above 0",
        ),
        (
            Pair {
                scale: -1.0,
                ..USUAL
            },
            "has a scale of -1",
        ),
        (
            Pair {
                scale: f32::INFINITY,
                ..USUAL
            },
            "has a scale of inf",
        ),
        (
            Pair {
                scale: f32::NAN,
                ..USUAL
            },
            "weight scale holds NaN",
        ),
        (
            Pair { zero: 300, ..USUAL },
            "a zero point of 300, which no uint8 is",
        ),
        (Pair { dtype: 7, ..USUAL }, "dtype number 7"),
        (
            back((0.5, 7, 3)),
            "a zero point of dtype int8 for numbers of dtype uint8",
        ),
        (back((0.25, 7, 2)), "another scale or zero point"),
        (back((0.5, 8, 2)), "another scale or zero point"),
    ] {
        let mut model = pair(&with);
        for tensor in &mut model.graph().initializers {
            if tensor.kind == 7 {
                tensor.int64s = vec![7];
            }
        }
        let why = refusal(&model);
        assert!(why.contains(words), "{words}: {why}");
    }
    let mut float = pair(&USUAL);
    float.graph().initializers[2] = floats("zero", &[], &[7.0]);
    assert!(refusal(&float).contains("a zero point that is no whole number"));
}

/// A weight of whole numbers `[3, 3, 1, 1]` with so many scales along an axis.
fn weight(scales: usize, axis: i64) -> Onnx {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let numbers: Vec<i32> = (0..9).map(|at| if at % 4 == 0 { 2 } else { 0 }).collect();
    let rising: Vec<f32> = (1..=scales).map(|at| at as f32).collect();
    model.weight("s", &[scales as i64], &rising);
    let tensor = whole_numbers("w", 3, &[3, 3, 1, 1], &numbers);
    model.graph().initializers.push(tensor);
    model.node(
        "DequantizeLinear",
        &["w", "s"],
        &["v"],
        vec![int("axis", axis)],
    );
    model.node("Conv", &["x", "v"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    model
}

#[test]
fn weights_are_turned_back_once_along_their_axis() {
    let graph = opened(&weight(3, 0));
    assert_eq!(graph.nodes.len(), 3);
    assert_eq!(graph.parameters(), 9);
    assert_eq!(logits(&weight(3, -4)), [15.0, 94.0, 237.0]);
    for (model, words) in [
        (weight(3, 4), "there is no axis 4 among 4"),
        (
            weight(3, 2),
            "has scales of shape [3] for axis 2 of [3, 3, 1, 1]",
        ),
        (weight(2, 0), "has scales of shape [2] for axis 0"),
    ] {
        let why = refusal(&model);
        assert!(why.contains(words), "{words}: {why}");
    }
    let mut more = weight(3, 0);
    more.graph()
        .initializers
        .push(whole_numbers("zeros", 3, &[2], &[0, 0]));
    more.graph().nodes[0].inputs.push("zeros".into());
    assert!(refusal(&more).contains("has 3 scales and 2 zero points"));
}

#[test]
fn whole_numbers_are_computed_with_only_where_that_is_known() {
    let mut model = pair(&USUAL);
    model.node("Relu", &["q"], &["r"], vec![]);
    model.graph().nodes.swap(3, 4);
    model.graph().nodes[4].inputs[0] = "r".into();
    let why = refusal(&model);
    assert!(
        why.contains("Relu (node r") && why.contains("QuantFormat.QDQ"),
        "{why}"
    );
    // Moving them is no computation.
    model.graph().nodes[3].op_type = "Identity".into();
    assert_eq!(logits(&model), [7.5, 23.5, 39.5]);
    let other = open(&Onnx::new().bytes()).unwrap();
    assert!(other.about.notes.is_empty());
}

#[test]
fn bytes_of_a_long_weight_stay_bytes_until_they_are_floats() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("s", &[], &[0.5]);
    // More than a row that is held as long numbers; those of the last channels count.
    let mut numbers = vec![0; 2000 * 3];
    numbers[5997..].copy_from_slice(&[2, 4, 6]);
    let bytes: Vec<u8> = numbers.iter().map(|number| *number as u8).collect();
    let tensor = proto::Tensor {
        raw: bytes.into(),
        int32s: Vec::new(),
        ..whole_numbers("w", 3, &[2000, 3, 1, 1], &[])
    };
    model.graph().initializers.push(tensor);
    model.node("DequantizeLinear", &["w", "s"], &["v"], vec![]);
    model.node("Conv", &["x", "v"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    let found = logits(&model);
    assert_eq!(found.len(), 2000);
    assert_eq!(found[1999], 7.5 + 2.0 * 23.5 + 3.0 * 39.5);
    assert!(found[..1999].iter().all(|logit| *logit == 0.0));
}
