//! Small files that need unbounded memory or time.

use super::support::{opened, refusal, whole};
use super::writer::{Onnx, int, ints, node, text};
use crate::model::format::build::module_calls::MAX_DEPTH;
use crate::model::format::onnx::message::proto::{Attribute, Node, Tensor, attribute};

/// Why one node on the image, `[1, 3, 4, 4]`, is refused. `fill` adds its other inputs to the model.
fn one_node(
    op: &str,
    more: &[&str],
    attributes: Vec<Attribute>,
    fill: impl Fn(&mut Onnx),
) -> String {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    fill(&mut model);
    let inputs: Vec<&str> = std::iter::once("x").chain(more.iter().copied()).collect();
    model.node(op, &inputs, &["y"], attributes);
    refusal(&model)
}

/// Why one node on constants is refused.
fn one_table(
    op: &str,
    inputs: &[&str],
    attributes: Vec<Attribute>,
    fill: impl Fn(&mut Onnx),
) -> String {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    fill(&mut model);
    model.node(op, inputs, &["table"], attributes);
    model.node("Add", &["x", "table"], &["y"], vec![]);
    refusal(&model)
}

/// Integer zeros of this shape, which the file does not contain.
fn zeros(model: &mut Onnx, name: &str, shape: &[i64]) {
    let sizes = format!("{name}_sizes");
    model.ints(&sizes, shape);
    let zero = Attribute {
        name: "value".into(),
        kind: attribute::TENSOR,
        tensor: Some(Tensor {
            kind: 7,
            sizes: vec![1],
            int64s: vec![0],
            ..Tensor::default()
        }),
        ..Attribute::default()
    };
    model.node("ConstantOfShape", &[&sizes], &[name], vec![zero]);
}

const TOO_LARGE: &str = "constants larger than those of any image classifier";
const TOO_MUCH: &str = "more than any image classifier";

fn check_contains(why: &str, word: &str) {
    assert!(why.contains(word), "{why}, not {word}");
}

#[test]
fn does_not_compute_constants_that_would_fill_the_memory() {
    for (op, inputs, word) in [
        (
            "ConstantOfShape",
            vec!["size"],
            "fills the implausible shape",
        ),
        ("Expand", vec!["one", "size"], TOO_LARGE),
        ("Range", vec!["zero", "limit", "one"], "counts from 0 to"),
        (
            "Tile",
            vec!["flat", "size"],
            "repeats its input 1048576 times",
        ),
    ] {
        let fill = |model: &mut Onnx| {
            model
                .ints("size", &[1 << 20, 1 << 20])
                .ints("one", &[1])
                .ints("zero", &[0])
                .ints("limit", &[1 << 50]);
            model.weight("flat", &[2, 2], &[1.0; 4]);
        };
        check_contains(&one_table(op, &inputs, vec![], fill), word);
    }
    // Broadcast.
    for op in ["Div", "Equal", "Mod", "Add"] {
        let fill = |model: &mut Onnx| {
            zeros(model, "a", &[100_000, 1]);
            zeros(model, "b", &[1, 100_000]);
        };
        check_contains(&one_table(op, &["a", "b"], vec![], fill), TOO_LARGE);
    }
    // Each is within the bounds, but not all of them.
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    zeros(&mut model, "a", &[8192, 1]);
    zeros(&mut model, "b", &[1, 8192]);
    for name in ["c", "d", "e"] {
        model.node("Equal", &["a", "b"], &[name], vec![]);
    }
    model.node("And", &["c", "d"], &["f"], vec![]);
    model.node("And", &["e", "f"], &["g"], vec![]);
    model.node("Where", &["g", "x", "x"], &["y"], vec![]);
    check_contains(&refusal(&model), TOO_LARGE);
    // An index along each of many axes.
    let fill = |model: &mut Onnx| {
        let mut shape = vec![1; 60];
        shape.push(1 << 22);
        zeros(model, "a", &shape);
    };
    check_contains(&one_table("NonZero", &["a"], vec![], fill), TOO_LARGE);
}

#[test]
fn refuses_activations_that_would_fill_the_memory_before_they_run() {
    let resized = |rounding: &str| {
        let attributes = vec![text("nearest_mode", rounding)];
        one_node("Resize", &["", "", "sizes"], attributes, |model| {
            model.ints("sizes", &[1, 3, 40_000, 40_000]);
        })
    };
    check_contains(&resized("round_prefer_floor"), TOO_MUCH);
    check_contains(&resized("ceil"), TOO_MUCH);
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    zeros(&mut model, "indices", &[100_000]);
    model.node("Gather", &["x", "indices"], &["a"], vec![int("axis", 2)]);
    model.node("Gather", &["a", "indices"], &["y"], vec![int("axis", 3)]);
    check_contains(&refusal(&model), TOO_MUCH);
    let why = one_node("Gather", &["indices"], vec![], |model| {
        zeros(model, "indices", &[1 << 25]);
    });
    check_contains(&why, "has indices of shape [33554432]");

    // One value, expanded and read backwards.
    let expanded = |long: i64| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        let axes = ints("axes", &[1, 2, 3]);
        model.node("ReduceMean", &["x"], &["one"], vec![axes]);
        model.ints("sizes", &[1, 1, 1, long]);
        model.node("Expand", &["one", "sizes"], &["a"], vec![]);
        for (name, value) in [("s", -1), ("e", i64::MIN), ("axis", 3), ("step", -1)] {
            model.ints(name, &[value]);
        }
        model.node("Slice", &["a", "s", "e", "axis", "step"], &["y"], vec![]);
        refusal(&model)
    };
    check_contains(&expanded(1 << 40), TOO_MUCH);
    check_contains(&expanded(1 << 29), TOO_LARGE);
}

#[test]
fn refuses_lists_that_cannot_be_axes_or_sizes() {
    let long = |name: &'static str| move |model: &mut Onnx| zeros(model, name, &[1 << 20]);
    for (op, name) in [
        ("Unsqueeze", "axes"),
        ("Squeeze", "axes"),
        ("Reshape", "shape"),
        ("Expand", "shape"),
        ("Split", "split"),
        ("Pad", "pads"),
        ("Tile", "repeats"),
    ] {
        let why = one_node(op, &[name], vec![], long(name));
        check_contains(
            &why,
            &format!("has a list of shape [1048576] as its {name}"),
        );
    }
    let why = one_node("Reshape", &["shape"], vec![], |model| {
        let mut shape = vec![1; 64];
        shape.push(48);
        model.ints("shape", &shape);
    });
    check_contains(&why, "makes 65 axes");
    let why = one_node("Unsqueeze", &["axes"], vec![], |model| {
        model.ints("axes", &(0..61).collect::<Vec<i64>>());
    });
    check_contains(&why, "makes 65 axes");
    let why = one_node("Reshape", &["shape"], vec![], |model| {
        model.ints("shape", &[1, -1, -1]);
    });
    check_contains(&why, "makes [1, -1, -1]");
    let why = one_node("Split", &["parts"], vec![int("axis", 1)], |model| {
        model.ints("parts", &[1, 1, 1]);
    });
    check_contains(&why, "splits into 3 parts, but has outputs for 1");
    let twice = vec![
        ints("starts", &[0, 0]),
        ints("ends", &[1, 1]),
        ints("axes", &[1, -3]),
    ];
    check_contains(&one_node("Slice", &[], twice, |_| {}), "names axis 1 twice");
    let all = ints("axes", &[0, 1, 2, 3, 3]);
    check_contains(
        &one_node("Squeeze", &[], vec![all], |_| {}),
        "names 5 axes out of 4",
    );
    let far = one_table("ScatterND", &["a", "indices", "b"], vec![], |model| {
        zeros(model, "a", &[4, 4]);
        zeros(model, "indices", &[2, 3]);
        zeros(model, "b", &[2]);
    });
    check_contains(&far, "has indices for 3 axes of a tensor with 2");
}

#[test]
fn divides_the_smallest_integer() {
    for op in ["Div", "Mod"] {
        let mut model = Onnx::new();
        model.graph().nodes[1].outputs = vec!["row".into()];
        model.ints("least", &[i64::MIN; 3]).ints("less", &[-1; 3]);
        model.node(op, &["least", "less"], &["a"], vec![]);
        model.node("Cast", &["a"], &["b"], vec![int("to", 1)]);
        model.node("Add", &["row", "b"], &["y"], vec![]);
        opened(&model);
        model.graph().initializers[1].int64s = vec![0; 3];
        check_contains(&refusal(&model), "ZeroDivisionError");
    }
}

#[test]
fn refuses_windows_and_shapes_that_are_out_of_range() {
    let far = 1 << 40;
    for (op, attributes, word) in [
        ("Conv", vec![ints("pads", &[far; 4])], "in pads"),
        ("Conv", vec![ints("strides", &[0, 0])], "has 0 in strides"),
        (
            "Conv",
            vec![ints("dilations", &[i64::MAX, i64::MAX])],
            "in dilations",
        ),
        (
            "MaxPool",
            vec![ints("kernel_shape", &[-1, 2])],
            "has -1 in kernel_shape",
        ),
        (
            "AveragePool",
            vec![ints("kernel_shape", &[1 << 30, 1 << 30])],
            "does not fit [1, 3, 4, 4]",
        ),
        ("Pad", vec![ints("pads", &[far; 8])], "in pads"),
        ("Upsample", vec![text("mode", "nearest")], "has factors for"),
        (
            "Transpose",
            vec![ints("perm", &[0, 0, 1, 2])],
            "names axis 0 twice",
        ),
        (
            "Transpose",
            vec![ints("perm", &[0, 1])],
            "permutes 4 axes by [0, 1]",
        ),
        (
            "Squeeze",
            vec![ints("axes", &[i64::MIN])],
            "there is no axis",
        ),
        ("Flatten", vec![int("axis", i64::MAX)], "there is no axis"),
    ] {
        let more: &[&str] = if op == "Conv" { &["w"] } else { &[] };
        let why = one_node(op, more, attributes, |model| {
            model.weight("w", &[1, 3, 1, 1], &[1.0; 3]);
        });
        assert!(why.contains("node y"), "{why}");
        check_contains(&why, word);
    }
}

#[test]
fn bounds_copies_of_functions() {
    let called = |times: usize, body: Node, attributes: Vec<Attribute>| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.function("Long", &["in"], &["out"], vec![body]);
        for call in 0..times {
            let (from, to) = (format!("v{call}"), format!("v{}", call + 1));
            model.node("Long", &[&from], &[&to], attributes.clone());
            model.graph().nodes[call].domain = "own".into();
        }
        refusal(&model)
    };
    let long = ints("long", &vec![1 << 40; 100_000]);
    let body = node("Relu", &["in"], &["out"], vec![long.clone()]);
    check_contains(&called(1000, body, vec![]), "more nodes than any network");
    // An attribute that the body uses a thousand times.
    let asked = Attribute {
        name: "notes".into(),
        refers_to: "long".into(),
        ..Attribute::default()
    };
    let body = node("Relu", &["in"], &["out"], vec![asked; 1000]);
    check_contains(&called(1, body, vec![long]), "more nodes than any network");
}

#[test]
fn bounds_the_modules_of_names_with_thousands_of_scopes() {
    for first in ["/", ""] {
        let mut model = Onnx::new();
        for node in &mut model.graph().nodes {
            node.name = format!("{first}{}Relu", "a/".repeat(100_000));
        }
        let graph = opened(&model);
        let depth = |path: &str| path.split('.').count();
        let deepest = graph.modules.iter().map(|module| depth(&module.path)).max();
        assert!(
            deepest.is_some_and(|depth| depth <= MAX_DEPTH),
            "{deepest:?}"
        );
    }
}

#[test]
fn refuses_too_many_classes() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("GlobalAveragePool", &["x"], &["a"], vec![]);
    model.ints("sizes", &[1, 3, 1 << 10, 1 << 10]);
    model.node("Expand", &["a", "sizes"], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    let why = whole(&model.bytes()).unwrap_err().to_string();
    check_contains(&why, "its output has 3145728 classes");
}
