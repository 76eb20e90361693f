//! Files of a few bytes that ask for memory or time without end.

use super::writer::{Onnx, int, ints, node, text};
use super::{opened, refusal, whole};
use crate::model::format::build::module_calls::DEEPEST;
use crate::model::format::onnx::message::proto::{Attribute, Node, Tensor, attribute};

/// Why one node on the picture, `[1, 3, 4, 4]`, is refused. `fill` makes up what else goes into it.
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

/// Whole numbers of this shape, all noughts, of which the file says no more than that.
fn noughts(model: &mut Onnx, name: &str, shape: &[i64]) {
    let sizes = format!("{name}_sizes");
    model.ints(&sizes, shape);
    let nought = Attribute {
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
    model.node("ConstantOfShape", &[&sizes], &[name], vec![nought]);
}

const TOO_LARGE: &str = "constants larger than any image classifier's";
const TOO_MUCH: &str = "more than any image classifier";

fn told(why: &str, word: &str) {
    assert!(why.contains(word), "{why}, not {word}");
}

#[test]
fn constants_that_would_fill_the_memory_are_not_computed() {
    for (op, inputs, word) in [
        (
            "ConstantOfShape",
            vec!["size"],
            "fills the implausible shape",
        ),
        ("Expand", vec!["one", "size"], TOO_LARGE),
        ("Range", vec!["nought", "limit", "one"], "counts from 0 to"),
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
                .ints("nought", &[0])
                .ints("limit", &[1 << 50]);
            model.weight("flat", &[2, 2], &[1.0; 4]);
        };
        told(&one_table(op, &inputs, vec![], fill), word);
    }
    // Laid over each other.
    for op in ["Div", "Equal", "Mod", "Add"] {
        let fill = |model: &mut Onnx| {
            noughts(model, "a", &[100_000, 1]);
            noughts(model, "b", &[1, 100_000]);
        };
        told(&one_table(op, &["a", "b"], vec![], fill), TOO_LARGE);
    }
    // Each of them bearable, but not all.
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    noughts(&mut model, "a", &[8192, 1]);
    noughts(&mut model, "b", &[1, 8192]);
    for name in ["c", "d", "e"] {
        model.node("Equal", &["a", "b"], &[name], vec![]);
    }
    model.node("And", &["c", "d"], &["f"], vec![]);
    model.node("And", &["e", "f"], &["g"], vec![]);
    model.node("Where", &["g", "x", "x"], &["y"], vec![]);
    told(&refusal(&model), TOO_LARGE);
    // A place along each of many axes.
    let fill = |model: &mut Onnx| {
        let mut shape = vec![1; 60];
        shape.push(1 << 22);
        noughts(model, "a", &shape);
    };
    told(&one_table("NonZero", &["a"], vec![], fill), TOO_LARGE);
}

#[test]
fn a_picture_that_would_fill_the_memory_is_refused_before_it_runs() {
    let resized = |rounding: &str| {
        let attributes = vec![text("nearest_mode", rounding)];
        one_node("Resize", &["", "", "sizes"], attributes, |model| {
            model.ints("sizes", &[1, 3, 40_000, 40_000]);
        })
    };
    told(&resized("round_prefer_floor"), TOO_MUCH);
    told(&resized("ceil"), TOO_MUCH);
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    noughts(&mut model, "places", &[100_000]);
    model.node("Gather", &["x", "places"], &["a"], vec![int("axis", 2)]);
    model.node("Gather", &["a", "places"], &["y"], vec![int("axis", 3)]);
    told(&refusal(&model), TOO_MUCH);
    let why = one_node("Gather", &["places"], vec![], |model| {
        noughts(model, "places", &[1 << 25]);
    });
    told(&why, "takes places by a table of shape [33554432]");

    // One value, laid out and read backwards.
    let laid_out = |long: i64| {
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
    told(&laid_out(1 << 40), TOO_MUCH);
    told(&laid_out(1 << 29), TOO_LARGE);
}

#[test]
fn lists_that_are_no_axes_or_sizes_are_refused() {
    let long = |name: &'static str| move |model: &mut Onnx| noughts(model, name, &[1 << 20]);
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
        told(
            &why,
            &format!("has a list of shape [1048576] as its {name}"),
        );
    }
    let why = one_node("Reshape", &["shape"], vec![], |model| {
        let mut shape = vec![1; 64];
        shape.push(48);
        model.ints("shape", &shape);
    });
    told(&why, "makes 65 axes");
    let why = one_node("Unsqueeze", &["axes"], vec![], |model| {
        model.ints("axes", &(0..61).collect::<Vec<i64>>());
    });
    told(&why, "makes 65 axes");
    let why = one_node("Reshape", &["shape"], vec![], |model| {
        model.ints("shape", &[1, -1, -1]);
    });
    told(&why, "makes [1, -1, -1]");
    let why = one_node("Split", &["parts"], vec![int("axis", 1)], |model| {
        model.ints("parts", &[1, 1, 1]);
    });
    told(&why, "splits into 3 parts, and names 1");
    let twice = vec![
        ints("starts", &[0, 0]),
        ints("ends", &[1, 1]),
        ints("axes", &[1, -3]),
    ];
    told(&one_node("Slice", &[], twice, |_| {}), "names axis 1 twice");
    let all = ints("axes", &[0, 1, 2, 3, 3]);
    told(
        &one_node("Squeeze", &[], vec![all], |_| {}),
        "names 5 axes of 4",
    );
    let far = one_table("ScatterND", &["a", "places", "b"], vec![], |model| {
        noughts(model, "a", &[4, 4]);
        noughts(model, "places", &[2, 3]);
        noughts(model, "b", &[2]);
    });
    told(&far, "puts values at 3 of 2 axes");
}

#[test]
fn the_least_number_there_is_can_be_divided() {
    for op in ["Div", "Mod"] {
        let mut model = Onnx::new();
        model.graph().nodes[1].outputs = vec!["row".into()];
        model.ints("least", &[i64::MIN; 3]).ints("less", &[-1; 3]);
        model.node(op, &["least", "less"], &["a"], vec![]);
        model.node("Cast", &["a"], &["b"], vec![int("to", 1)]);
        model.node("Add", &["row", "b"], &["y"], vec![]);
        opened(&model);
        model.graph().initializers[1].int64s = vec![0; 3];
        told(&refusal(&model), "ZeroDivisionError");
    }
}

#[test]
fn a_window_or_a_shape_beyond_all_reason_is_refused() {
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
            "puts 4 axes in the order [0, 1]",
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
        told(&why, word);
    }
}

#[test]
fn functions_that_are_called_again_and_again_are_not_copied_without_end() {
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
    let long = ints("long", &[1 << 40; 100_000]);
    let body = node("Relu", &["in"], &["out"], vec![long.clone()]);
    told(&called(1000, body, vec![]), "more than any network");
    // One that the body asks for a thousand times.
    let asked = Attribute {
        name: "notes".into(),
        refers_to: "long".into(),
        ..Attribute::default()
    };
    let body = node("Relu", &["in"], &["out"], vec![asked; 1000]);
    told(&called(1, body, vec![long]), "more than any network");
}

#[test]
fn names_in_thousands_of_scopes_make_no_more_modules_than_there_may_be() {
    for first in ["/", ""] {
        let mut model = Onnx::new();
        for node in &mut model.graph().nodes {
            node.name = format!("{first}{}Relu", "a/".repeat(100_000));
        }
        let graph = opened(&model);
        let depth = |path: &str| path.split('.').count();
        let deepest = graph.modules.iter().map(|module| depth(&module.path)).max();
        assert!(deepest.is_some_and(|depth| depth <= DEEPEST), "{deepest:?}");
    }
}

#[test]
fn classes_without_end_are_not_given_names() {
    let mut model = Onnx::empty(&[1, 3, 4, 4]);
    model.node("GlobalAveragePool", &["x"], &["a"], vec![]);
    model.ints("sizes", &[1, 3, 1 << 10, 1 << 10]);
    model.node("Expand", &["a", "sizes"], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    let why = whole(&model.bytes()).unwrap_err().to_string();
    told(&why, "it answers with 3145728 classes");
}
