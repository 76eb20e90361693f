//! What a file says about its image, its scores and itself.

use super::support::{logits, open, opened, refusal, whole};
use super::writer::{OPEN, Onnx, int, value};
use crate::model::error::Fault;
use crate::model::graph::Head;
use crate::model::op::{Activation, Op, Reshaping};
use crate::model::{Model, Preprocess};

#[test]
fn takes_one_image_only() {
    let shape = |sizes: &[i64]| {
        let mut model = Onnx::new();
        model.graph().inputs[0] = value("x", 1, sizes);
        model
    };
    assert_eq!(
        opened(&shape(&[OPEN, 3, OPEN, OPEN])).input_shape,
        [1, 3, 224, 224]
    );
    assert_eq!(
        opened(&shape(&[OPEN, 3, 96, OPEN])).input_shape,
        [1, 3, 96, 96]
    );
    // As some tools write it.
    assert_eq!(opened(&shape(&[0, 3, 96, -1])).input_shape, [1, 3, 96, 96]);
    for (sizes, word) in [
        (&[800, 3, 4, 4][..], "a batch of 800"),
        (&[1, 100, 28, 28], "[1, 100, 28, 28]"),
        (&[1, 3, 4], "[1, 3, 4]"),
        (&[], "[]"),
        (&[1, 3, 0, 0], "stated as [1, 3, 0, 0]"),
        (&[1, 3, -5, 4], "stated as [1, 3, -5, 4]"),
        (&[OPEN, 0, 4, 4], "stated as [-1, 0, 4, 4]"),
    ] {
        let why = refusal(&shape(sizes));
        assert!(why.contains(word), "{why}");
    }
    let mut two = Onnx::new();
    two.graph().inputs.push(value("z", 1, &[1]));
    // An input that nothing reads does not matter.
    opened(&two);
    two.node("Mul", &["x", "z"], &["product"], vec![]);
    // Another input is held at zeros.
    opened(&two);
    // In old files, weights are among the inputs.
    two.weight("z", &[1], &[1.0]);
    opened(&two);
    let mut bytes = Onnx::new();
    bytes.graph().inputs[0] = value("x", 2, &[1, 3, 4, 4]);
    assert!(refusal(&bytes).contains("computes with them before"));
    bytes.graph().inputs[0] = value("x", 7, &[1, 3, 4, 4]);
    assert!(refusal(&bytes).contains("neither floats nor bytes"));
    let mut huge = shape(&[1, 3, 1 << 30, 1 << 30]);
    huge.graph().nodes[0].op_type = "Relu".into();
    assert!(whole(&huge.bytes()).is_err());
}

#[test]
fn permutes_channels_that_come_last() {
    let mut model = Onnx::empty(&[OPEN, 4, 5, 3]);
    let axes = super::writer::ints("axes", &[1, 2]);
    model.node("ReduceMean", &["x"], &["y"], vec![axes, int("keepdims", 0)]);
    let graph = opened(&model);
    assert_eq!(graph.input_shape, [1, 3, 4, 5]);
    assert_eq!(
        graph.nodes[0].op,
        Reshaping::Permute {
            dims: vec![0, 2, 3, 1]
        }
        .into()
    );
    assert_eq!(logits(&model), [9.5, 29.5, 49.5]);
}

#[test]
fn skips_what_turns_logits_into_probabilities() {
    for (ops, head) in [
        (&["Softmax"][..], Head::Softmax),
        (&["LogSoftmax", "Identity"], Head::Softmax),
        (&["Sigmoid", "Flatten"], Head::Sigmoid),
        (&["Softmax", "ArgMax"], Head::Softmax),
        (&["ArgMax"], Head::None),
        (&["Relu"], Head::None),
    ] {
        let mut model = Onnx::new();
        model.graph().nodes[1].outputs = vec!["v0".into()];
        for (index, op) in ops.iter().enumerate() {
            let output = if index + 1 == ops.len() {
                "y".to_owned()
            } else {
                format!("v{}", index + 1)
            };
            // ArgMax takes the first axis else.
            let axis = (*op == "ArgMax").then(|| int("axis", 1));
            let input = format!("v{index}");
            model.node(op, &[&input], &[&output], axis.into_iter().collect());
        }
        let graph = opened(&model);
        assert_eq!(graph.head, head, "{ops:?}");
        let last = graph.producer(graph.logits).unwrap();
        assert_eq!(
            matches!(last.op, Op::Activation(Activation::Relu)),
            ops == ["Relu"],
            "{ops:?}"
        );
    }
}

#[test]
fn allows_the_label_or_probabilities_beside_the_logits() {
    let mut model = Onnx::new();
    model.node("Softmax", &["y"], &["probabilities"], vec![]);
    model.node("ArgMax", &["y"], &["label"], vec![int("axis", 1)]);
    for (name, kind) in [("probabilities", 1), ("label", 7)] {
        model.graph().outputs.push(value(name, kind, &[OPEN, OPEN]));
    }
    let graph = opened(&model);
    assert_eq!(graph.head, Head::Softmax);
    model.node("Relu", &["pooled"], &["other"], vec![]);
    model.graph().outputs.push(value("other", 1, &[1, 3]));
    let graph = opened(&model);
    assert_eq!(graph.head, Head::Softmax);
    // The label stands for the logits that it was taken from.
    assert_eq!(graph.outputs.len(), 4);
}

#[test]
fn allows_logits_with_axes_of_one() {
    let mut model = Onnx::new();
    model.graph().nodes.pop();
    model.graph().nodes[0].outputs = vec!["y".into()];
    assert_eq!(logits(&model), [7.5, 23.5, 39.5]);
    // It may still be a map of classes, as it is as fine as the image.
    model.graph().nodes[0].op_type = "Relu".into();
    let notes = whole(&model.bytes()).unwrap().answer_notes;
    assert!(notes[0].contains("assumed to be the logits"), "{notes:?}");
    model.graph().outputs.push(value("x", 1, &[1, 3, 4, 4]));
    assert!(refusal(&model).contains("features at 4×4 positions"));
}

#[test]
fn refuses_an_opset_that_is_too_old_or_not_stated() {
    assert!(matches!(
        open(&Onnx::new().opset(6).bytes()),
        Err(Fault::Opset { version: 6 })
    ));
    let mut model = Onnx::new();
    model.model.opsets.clear();
    assert!(refusal(&model).contains("opset"));
}

#[test]
fn reads_class_names_and_preprocessing_from_the_metadata() {
    let mut model = Onnx::new();
    model.note("names", "{0: 'cat', 1: 'dog', 2: 'newt'}");
    model.note("preprocess.json", "{\"crop_pct\": 1.0}");
    let model = whole(&model.bytes()).unwrap();
    assert_eq!(model.labels.names, ["cat", "dog", "newt"]);
    assert_eq!(model.preprocess.crop_pct, 1.0);
    assert!(!model.preprocess_sources.is_assumed());
}

#[test]
fn finds_the_size_that_gives_the_number_of_one_class() {
    let mut model = Onnx::empty(&[1, 3, OPEN, OPEN]);
    let weights: Vec<f32> = (0..3 * 32 * 32 * 2).map(|n| (n % 7) as f32).collect();
    model.weight("w", &[3 * 32 * 32, 2], &weights);
    model.ints("rows", &[-1, 3 * 32 * 32]);
    model.node("Reshape", &["x", "rows"], &["row"], vec![]);
    model.node("MatMul", &["row", "w"], &["scores"], vec![]);
    let attributes = vec![int("axis", 1), int("keepdims", 0)];
    model.node("ArgMax", &["scores"], &["y"], attributes);
    // int64
    model.graph().outputs[0] = value("y", 7, &[OPEN]);
    let model = whole(&model.bytes()).unwrap();
    assert_eq!(model.graph.input_shape, [1, 3, 32, 32]);
    assert_eq!(model.labels.names.len(), 2);
}

#[test]
fn says_that_an_open_size_can_be_the_pictures_own() {
    let folder = tempfile::tempdir().unwrap();
    let processor = r#"{"do_resize": false, "image_mean": [0.5], "image_std": [0.5]}"#;
    std::fs::write(folder.path().join("preprocessor_config.json"), processor).unwrap();
    let path = folder.path().join("m.onnx");
    for (side, said) in [(OPEN, true), (32, false)] {
        let mut model = Onnx::new();
        model.graph().inputs[0] = value("x", 1, &[1, 3, side, side]);
        std::fs::write(&path, model.bytes()).unwrap();
        let notes = crate::model::Model::open(&path).unwrap().preprocess_notes;
        let [note] = &notes[..] else {
            panic!("{notes:?}")
        };
        assert_eq!(
            note.contains("given the size of the picture"),
            said,
            "{note}"
        );
    }
}

#[test]
fn names_the_classes_of_a_map_of_several_images() {
    for batch in [1, 2] {
        let mut model = Onnx::empty(&[batch, 3, 16, 16]);
        let weights: Vec<f32> = (0..9).map(|n| n as f32 / 4.0 - 1.0).collect();
        model.weight("w", &[3, 3, 1, 1], &weights);
        model.node("Conv", &["x", "w"], &["y"], vec![]);
        model.graph().outputs[0] = value("y", 1, &[batch, 3, 16, 16]);
        model.note("names", "{0: 'sky', 1: 'road', 2: 'car'}");
        let model = whole(&model.bytes()).unwrap();
        assert_eq!(model.labels.names, ["sky", "road", "car"], "{batch}");
    }
}

#[test]
fn names_fit_the_output_that_is_chosen() {
    let mut model = Onnx::new();
    model.ints("first", &[0, 1]);
    let axis = vec![int("axis", 1)];
    model.node("Gather", &["y", "first"], &["aux"], axis);
    model.graph().outputs.push(value("aux", 1, &[1, 2]));
    model.note("names", "['cat', 'dog', 'newt']");
    model.note("labels", "['indoors', 'outdoors']");
    let model = whole(&model.bytes()).unwrap();
    assert_eq!(model.labels.names, ["cat", "dog", "newt"]);
    let usage = crate::model::Usage {
        output: Some("aux".into()),
        ..model.opened_as.clone()
    };
    let go = &mut |_| std::ops::ControlFlow::Continue(());
    let aux = model.used(usage, go).unwrap();
    assert_eq!(aux.labels.names, ["indoors", "outdoors"]);
}

#[test]
fn gives_pixels_from_0_to_255_to_a_network_that_normalises_them() {
    let prepared = |op: &str, number: f32| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.weight("number", &[1], &[number]);
        model.node(op, &["x", "number"], &["a"], vec![]);
        model.node("Relu", &["a"], &["b"], vec![]);
        model.node("GlobalAveragePool", &["b"], &["c"], vec![]);
        model.node("Flatten", &["c"], &["y"], vec![]);
        let model = whole(&model.bytes()).unwrap();
        assert!(model.preprocess_sources.is_assumed());
        model.preprocess
    };
    let pixels = Preprocess::whole_pixels(4, 4);
    for (op, number) in [("Mul", 1.0 / 255.0), ("Div", 127.5), ("Sub", 127.5)] {
        assert_eq!(prepared(op, number), pixels, "{op}");
    }
    let normalised = Preprocess::imagenet(4, 4);
    for (op, number) in [("Mul", 2.0), ("Div", 0.229)] {
        assert_eq!(prepared(op, number), normalised, "{op}");
    }
    let mean = prepared("Sub", 0.485);
    assert_eq!((mean.mean, mean.std), (vec![0.0; 3], vec![1.0; 3]));
}

#[test]
fn a_head_of_classes_is_explained_rather_than_one_of_a_single_value() {
    let folder = tempfile::tempdir().unwrap();
    for (heads, due) in [
        (&[("age", 1), ("gender", 2), ("race", 5)][..], "gender"),
        (&[("linear", 1), ("linear_1", 4)], "linear_1"),
        (&[("age_logits", 1), ("race_logits", 5)], "race_logits"),
        // The name of scores says more than the number of values.
        (&[("logits", 1), ("box", 4)], "logits"),
        (&[("age", 1), ("height", 1)], "age"),
    ] {
        let mut model = Onnx::new();
        model.graph().outputs.clear();
        for (name, classes) in heads {
            let weight = format!("w_{name}");
            let values: Vec<f32> = (0..3 * classes).map(|n| (n % 5) as f32 - 2.0).collect();
            model.weight(&weight, &[3, *classes], &values);
            model.node("MatMul", &["y", &weight], &[name], vec![]);
            model.graph().outputs.push(value(name, 1, &[1, *classes]));
        }
        let path = folder.path().join("m.onnx");
        std::fs::write(&path, model.bytes()).unwrap();
        let model = Model::open(&path).unwrap();
        assert_eq!(model.outputs()[model.output()].name, due, "{heads:?}");
    }
}
