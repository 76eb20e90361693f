//! Graphs that are not consistent, and how those that are become ours.

use super::writer::{OPEN, Onnx, entry, float, int, node, value};
use super::{Fault, logits, open, opened, refusal, whole};
use crate::model::Preprocess;
use crate::model::format::onnx::message::proto::{Attribute, attribute};
use crate::model::graph::Head;
use crate::model::op::{Activation, Op, Reshaping};

#[test]
fn opens_the_smallest_model() {
    let graph = opened(&Onnx::new());
    assert_eq!(graph.input_shape, [1, 3, 4, 4]);
    assert_eq!(graph.nodes.len(), 2);
    assert_eq!(graph.head, Head::None);
    assert_eq!(logits(&Onnx::new()), [7.5, 23.5, 39.5]);
}

#[test]
fn lists_all_unsupported_operations_together() {
    let mut model = Onnx::new();
    model.graph().nodes[0].inputs = vec!["c".into()];
    model.node("QuantizeLinear", &["x"], &["a"], vec![]);
    model.node("Loop", &["a"], &["b"], vec![]);
    model.node("Gelu", &["b"], &["c"], vec![]);
    model.graph().nodes[4].domain = "com.microsoft".into();
    // Nodes that the logits do not depend on do not matter.
    model.node("NonMaxSuppression", &["x"], &["unused"], vec![]);
    model.graph().nodes.rotate_left(2);
    let why = refusal(&model);
    assert!(why.starts_with("the model uses 3 operations"), "{why}");
    for word in [
        "QuantizeLinear (node a, in a)",
        "Loop (node b",
        "com.microsoft::Gelu (node c",
    ] {
        assert!(why.contains(word), "{why}");
    }
    assert!(!why.contains("NonMax"), "{why}");
}

#[test]
fn refuses_cycles_and_values_that_nothing_computes() {
    let mut circle = Onnx::empty(&[1, 3, 4, 4]);
    circle.node("Add", &["x", "b"], &["a"], vec![]);
    circle.node("Relu", &["a"], &["b"], vec![]);
    circle.node("GlobalAveragePool", &["b"], &["y"], vec![]);
    let why = refusal(&circle);
    assert!(why.contains("node a depends on its own output"), "{why}");

    let mut unsorted = Onnx::empty(&[1, 3, 4, 4]);
    unsorted.node("GlobalAveragePool", &["b"], &["y"], vec![]);
    unsorted.node("Relu", &["a"], &["b"], vec![]);
    unsorted.node("Add", &["x", "x"], &["a"], vec![]);
    assert!(opened(&unsorted).nodes.len() >= 3);

    let mut loose = Onnx::new();
    loose.graph().nodes[1].inputs = vec!["nowhere".into()];
    assert!(refusal(&loose).contains("uses nowhere"));
    let mut loose = Onnx::new();
    loose.graph().outputs[0].name = "nowhere".into();
    assert!(refusal(&loose).contains("the output uses nowhere"));

    let mut twice = Onnx::new();
    twice.node("Relu", &["x"], &["pooled"], vec![]);
    assert!(refusal(&twice).contains("two values are called pooled"));
    let mut twice = Onnx::new();
    twice.weight("pooled", &[1], &[1.0]);
    assert!(refusal(&twice).contains("two values are called pooled"));
}

#[test]
fn names_the_node_of_a_weight_that_does_not_fit() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("w", &[5, 2, 1, 1], &[1.0; 10]);
    model.node("Conv", &["x", "w"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    let why = whole(&model.bytes()).unwrap_err().to_string();
    assert!(
        why.contains("node a") && why.contains("[5, 2, 1, 1]"),
        "{why}"
    );
}

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
    for (sizes, word) in [
        (&[2, 3, 4, 4][..], "a batch of 2"),
        (&[1, 100, 28, 28], "[1, 100, 28, 28]"),
        (&[1, 3, 4], "[1, 3, 4]"),
        (&[], "[]"),
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
            model.node(op, &[&format!("v{index}")], &[&output], vec![]);
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
    model.node("ArgMax", &["y"], &["label"], vec![]);
    for (name, kind) in [("probabilities", 1), ("label", 7)] {
        model.graph().outputs.push(value(name, kind, &[OPEN, OPEN]));
    }
    let graph = opened(&model);
    assert_eq!(graph.head, Head::Softmax);
    model.node("Relu", &["pooled"], &["other"], vec![]);
    model.graph().outputs.push(value("other", 1, &[1, 3]));
    let graph = opened(&model);
    assert_eq!(graph.head, Head::Softmax);
    assert_eq!(graph.outputs.len(), 3);
}

#[test]
fn allows_logits_with_axes_of_one() {
    let mut model = Onnx::new();
    model.graph().nodes.pop();
    model.graph().nodes[0].outputs = vec!["y".into()];
    assert_eq!(logits(&model), [7.5, 23.5, 39.5]);
    model.graph().nodes[0].op_type = "Relu".into();
    assert!(refusal(&model).contains("[1, 3, 4, 4]"));
}

#[test]
fn ignores_missing_outputs_that_nothing_reads() {
    let mut model = Onnx::new();
    model.graph().nodes[1].inputs = vec!["kept".into()];
    model.node("Dropout", &["pooled"], &["kept", "mask"], vec![]);
    model.graph().nodes.swap(1, 2);
    assert_eq!(logits(&model), [7.5, 23.5, 39.5]);
    model.graph().nodes[2].inputs = vec!["mask".into()];
    assert!(refusal(&model).contains("its output 2 is used"));
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
fn replaces_functions_by_their_nodes() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("Leaky", &["x"], &["a"], vec![float("slope", 0.5)]);
    model.node("GlobalAveragePool", &["a"], &["y"], vec![]);
    model.graph().nodes[0].domain = "own".into();
    let slope = Attribute {
        name: "alpha".into(),
        kind: attribute::FLOAT,
        refers_to: "slope".into(),
        ..Attribute::default()
    };
    let body = vec![
        node("Neg", &["in"], &["inner"], vec![]),
        node("LeakyRelu", &["inner"], &["out"], vec![slope]),
    ];
    model.function("Leaky", &["in"], &["out"], body);
    assert_eq!(logits(&model), [-3.75, -11.75, -19.75]);

    let own = |op: &str, input: &str, output: &str| {
        let mut call = node(op, &[input], &[output], vec![]);
        call.domain = "own".into();
        call
    };
    model.model.functions.clear();
    model.function("Leaky", &["in"], &["out"], vec![own("Leaky", "in", "out")]);
    assert!(refusal(&model).contains("calls itself"));
    // Each calls the next twice: 2⁶⁰ nodes.
    model.model.functions.clear();
    for depth in 0..60 {
        let next = format!("F{}", depth + 1);
        let name = if depth == 0 {
            "Leaky".to_owned()
        } else {
            format!("F{depth}")
        };
        let body = vec![own(&next, "in", "m"), own(&next, "m", "out")];
        model.function(&name, &["in"], &["out"], body);
    }
    assert!(refusal(&model).contains("more nodes than any network"));
}

#[test]
fn does_not_keep_intermediate_constants() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("w", &[3, 1, 1], &[1.0, 2.0, 3.0]);
    model.node("Neg", &["w"], &["a"], vec![]);
    model.node("Identity", &["a"], &["b"], vec![]);
    model.node("Exp", &["b"], &["c"], vec![]);
    model.node("Mul", &["x", "c"], &["d"], vec![]);
    model.node("Add", &["d", "c"], &["e"], vec![]);
    // Read twice.
    model.ints("shape", &[1, 3, -1, 1]);
    model.node("Reshape", &["e", "shape"], &["f"], vec![]);
    model.node("Reshape", &["f", "shape"], &["g"], vec![]);
    model.node("GlobalAveragePool", &["g"], &["y"], vec![]);
    let graph = opened(&model);
    let kept = graph.values.iter().filter(|value| value.weight.is_some());
    let kept: Vec<&str> = kept.map(|value| value.name.as_str()).collect();
    assert_eq!(kept, ["w", "c"]);
    assert_eq!(graph.parameters(), 3);
}

fn paths(names: &[&str]) -> Vec<String> {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    for (index, name) in names.iter().enumerate() {
        let input = if index == 0 {
            "x".to_owned()
        } else {
            format!("v{index}")
        };
        model.node("Relu", &[&input], &[&format!("v{}", index + 1)], vec![]);
        model.graph().nodes[index].name = (*name).into();
    }
    model.node(
        "GlobalAveragePool",
        &[&format!("v{}", names.len())],
        &["y"],
        vec![],
    );
    let graph = opened(&model);
    graph.nodes[..names.len()]
        .iter()
        .map(|node| node.module.clone())
        .collect()
}

#[test]
fn reads_modules_from_the_names_of_torchs_old_exporter() {
    assert_eq!(
        paths(&[
            "/conv1/Relu",
            "/layer1/layer1.0/conv.0/conv.0.0/Relu",
            "/layer1/layer1.0/relu/Relu",
            "/layer1/layer1.0/relu_1/Relu",
            "/layer1/layer1.1/relu_1/Relu",
            "/Relu",
        ]),
        [
            "conv1",
            "layer1.0.conv.0.0",
            "layer1.0.relu@1",
            "layer1.0.relu@2",
            "layer1.1.relu_1",
            "",
        ]
    );
}

#[test]
fn bounds_the_scopes_in_a_name() {
    let most = 2 * crate::model::format::build::module_calls::MAX_DEPTH;
    for (name, other) in [("/a", "/b/Relu"), ("a/", "b/Relu")] {
        let path = &paths(&[&name.repeat(2000), other])[0];
        assert!((most - 10..=most).contains(&path.len()), "{path}");
        // A name of this length is not read as scopes: its paths would take 40 GB.
        let path = &paths(&[&name.repeat(200_000), other])[0];
        assert!(path.len() <= most, "{}", path.len());
    }
}

#[test]
fn does_not_take_modules_with_different_weights_for_calls() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.weight("a", &[], &[1.0]).weight("b", &[], &[2.0]);
    for (index, weight) in ["a", "b", "a"].iter().enumerate() {
        let input = if index == 0 {
            "x".to_owned()
        } else {
            format!("v{index}")
        };
        model.node(
            "Mul",
            &[&input, weight],
            &[&format!("v{}", index + 1)],
            vec![],
        );
    }
    model.node("GlobalAveragePool", &["v3"], &["y"], vec![]);
    let mut named = |names: [&str; 3]| {
        for (node, name) in model.graph().nodes.iter_mut().zip(names) {
            node.name = name.into();
        }
        let nodes = opened(&model).nodes;
        nodes
            .into_iter()
            .take(3)
            .map(|node| node.module)
            .collect::<Vec<_>>()
    };
    assert_eq!(named(["/m/Mul", "/m_1/Mul", "/n/Mul"]), ["m", "m_1", "n"]);
    assert_eq!(named(["/m/Mul", "/n/Mul", "/m_1/Mul"]), ["m@1", "n", "m@2"]);
}

#[test]
fn reads_modules_from_tensorflows_scopes() {
    assert_eq!(
        paths(&[
            "net/conv1/Relu",
            "net/block.1/act/Relu6",
            "net/block.1/act/Relu__12",
            "net/top/Relu"
        ]),
        ["conv1", "block_1.act", "block_1.act", "top"]
    );
}

#[test]
fn drops_the_number_of_keras_calls() {
    let scoped = paths(&[
        "net/conv_1/conv",
        "net/conv_1_2/Repeat_1/Relu",
        "net/top_1/Relu",
    ]);
    assert_eq!(scoped, ["conv", "conv_1.Repeat_1", "top"]);
    // If one is not numbered, or two would be the same, the numbers are part of the names.
    for names in [["conv", "conv_1", "top_1"], ["conv_1", "conv_2", "top_1"]] {
        let scoped = names.map(|name| format!("net/{name}/Relu"));
        assert_eq!(paths(&scoped.each_ref().map(String::as_str)), names);
    }
}

#[test]
fn makes_each_node_a_layer_without_scopes() {
    assert_eq!(
        paths(&["conv0_fwd", "relu0.fwd", "", "17"]),
        ["conv0_fwd", "relu0_fwd", "v3", "v4"]
    );
    assert_eq!(
        paths(&["Relu", "Relu_2", "Relu", "Relu"]),
        ["Relu", "Relu_2", "Relu_3", "Relu_4"]
    );
}

#[test]
fn reads_modules_from_the_metadata_of_torchs_new_exporter() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    let scopes = ["block", "block.relu", "block", "block.relu", "head"];
    for (index, scope) in scopes.iter().enumerate() {
        let input = if index == 0 {
            "x".to_owned()
        } else {
            format!("v{index}")
        };
        model.node("Relu", &[&input], &[&format!("v{}", index + 1)], vec![]);
        let (mut paths, mut kinds) = (vec!["''".to_owned()], vec!["'pkg.Net'"]);
        for part in ["block", "block.relu", "head"]
            .iter()
            .filter(|part| scope.starts_with(**part))
        {
            paths.push(format!("'{part}'"));
            kinds.push(if *part == "block" {
                "'pkg.Block'"
            } else {
                "'torch.nn.ReLU'"
            });
        }
        let notes = &mut model.graph().nodes[index].metadata;
        notes.push(entry(
            "pkg.torch.onnx.name_scopes",
            &format!("[{}, 'relu']", paths.join(", ")),
        ));
        notes.push(entry(
            "pkg.torch.onnx.class_hierarchy",
            &format!("[{}, 'aten.relu']", kinds.join(", ")),
        ));
    }
    model.node("GlobalAveragePool", &["v5"], &["y"], vec![]);
    let graph = opened(&model);
    let paths: Vec<&str> = graph.nodes[..6]
        .iter()
        .map(|node| node.module.as_str())
        .collect();
    assert_eq!(
        paths,
        ["block", "block.relu@1", "block", "block.relu@2", "head", ""]
    );
    let kinds: Vec<&str> = graph
        .modules
        .iter()
        .map(|module| module.kind.as_str())
        .collect();
    assert_eq!(kinds, ["Net", "Block", "ReLU", "ReLU", "ReLU"]);
}
