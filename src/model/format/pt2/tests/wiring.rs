//! Graphs that are not consistent, and how those that are become ours.

use serde_json::json;

use super::support::{opened, refused};
use super::writer::{Pt2, node, tensor};
use crate::model::error::{Error, Fault};
use crate::model::format::{self, SizeSource};
use crate::model::graph::Head;
use crate::model::op::{Activation, Indexing, Op, Reshaping};

#[test]
fn lists_all_unsupported_operations_together() {
    let mut model = Pt2::new();
    model.nodes.insert(
        1,
        node(
            "torch.ops.aten.erg.default",
            "erg",
            &["flatten"],
            "L__self__,,N;L__self__neck,neck,Erf",
        ),
    );
    model.nodes.push(node(
        "torch.ops.mine.warp.default",
        "warp",
        &["erg"],
        "L__self__,,N",
    ));
    model.hand_back("warp");
    let fault = refused(&model);
    let message = fault.to_string();
    let Fault::Unsupported(ops) = fault else {
        panic!("{message}")
    };
    assert_eq!(ops.len(), 2);
    assert!(
        message.contains("aten.erg.default (node erg, in neck)"),
        "{message}"
    );
    assert!(
        message.contains("mine.warp.default (node warp, in the model itself)"),
        "{message}"
    );
}

#[test]
fn refuses_a_value_that_nothing_computes() {
    let mut model = Pt2::new();
    model.nodes[2] = node("torch.ops.aten.relu.default", "relu", &["ghost"], "");
    assert!(matches!(refused(&model), Fault::Graph(what) if what.contains("ghost")));

    let mut model = Pt2::new();
    model.nodes.swap(0, 1);
    assert!(matches!(refused(&model), Fault::Graph(what) if what.contains("flatten")));
}

#[test]
fn takes_one_image_only() {
    for (sizes, word) in [
        (vec![800, 3, 2, 2], "batch of 800"),
        (vec![1, 0, 2, 2], "no channels"),
        (vec![1, 100, 2, 2], "[1, 100, 2, 2]"),
        (vec![1, 100, 99, 98], "[1, 100, 99, 98]"),
        (vec![1, 3, 4], "[1, 3, 4]"),
    ] {
        let mut model = Pt2::new();
        model.shapes.insert("x", tensor(7, &sizes));
        assert!(matches!(refused(&model), Fault::Input(what) if what.contains(word)));
    }
    let mut model = Pt2::new();
    model.shapes.insert("x", tensor(5, &[1, 3, 2, 2]));
    assert!(matches!(refused(&model), Fault::Input(what) if what.contains("nor bytes")));
    model.shapes.insert("x", tensor(1, &[1, 3, 2, 2]));
    // Its mean is a float.
    opened(&model);
    model.shapes.insert("flatten", tensor(5, &[1, 3]));
    assert!(matches!(refused(&model), Fault::Input(what) if what.contains("node flatten")));

    let mut model = Pt2::new();
    let mut open = tensor(7, &[1, 3, 2, 2]);
    open["sizes"][2] = json!({"as_expr": {"expr_str": "warp(s0)"}});
    model.shapes.insert("x", open);
    let why = refused(&model).to_string();
    assert!(why.contains("the image (warp(s0))"), "{why}");

    let mut model = Pt2::new();
    model
        .inputs
        .push(json!({"user_input": {"arg": {"as_tensor": {"name": "y"}}}}));
    model.shapes.insert("y", tensor(7, &[1, 2]));
    // An input that nothing reads does not matter.
    assert!(opened(&model).held.is_empty());
    model.shapes.insert("y", tensor(7, &[1, 3, 2, 2]));
    let Fault::SeveralPictures(names) = refused(&model) else {
        panic!()
    };
    assert_eq!(names, ["x", "y"]);
}

#[test]
fn takes_the_size_that_a_dynamic_image_was_exported_with() {
    let mut model = Pt2::new();
    let mut open = tensor(7, &[1, 3, 2, 2]);
    let size = |hint| json!({"as_expr": {"expr_str": "s0", "hint": {"as_int": hint}}});
    open["sizes"][2] = size(6);
    model.shapes.insert("x", open.clone());
    let found = opened(&model);
    assert_eq!(found.graph.input_shape, [1, 3, 6, 2]);
    assert_eq!(found.size, SizeSource::Sample);

    // Height and width are one symbol, which may be 5 at most.
    open["sizes"][3] = size(6);
    model.shapes.insert("x", open.clone());
    model.program["range_constraints"] = json!({"s0": {"min_val": 2, "max_val": 5}});
    assert_eq!(opened(&model).graph.input_shape, [1, 3, 5, 5]);

    open["sizes"][2] = json!({"as_expr": {"expr_str": "2*s0"}});
    open["sizes"][3] = json!({"as_expr": {"expr_str": "s0"}});
    model.shapes.insert("x", open);
    model.program["range_constraints"] = json!({});
    let found = opened(&model);
    assert_eq!(found.graph.input_shape, [1, 3, 224, 112]);
    assert_eq!(found.size, SizeSource::Assumed);
}

#[test]
fn sets_a_dynamic_batch_size_to_one() {
    let mut model = Pt2::new();
    let open = |expression: &str| json!({"as_expr": {"expr_str": expression}});
    for (name, about) in &mut model.shapes {
        if *name != "view" {
            about["sizes"][0] = open("s77");
        }
    }
    model.shapes.get_mut("view").unwrap()["sizes"][0] = open("2*s77");
    let size = |name: &str| json!({"as_sym_int": {"as_name": name}});
    let add =
        |node: &mut serde_json::Value, input| node["inputs"].as_array_mut().unwrap().push(input);
    let mut asked = node("torch.ops.aten.sym_size.int", "size", &["x"], "");
    add(&mut asked, json!({"name": "dim", "arg": {"as_int": 0}}));
    asked["outputs"] = json!([size("size")]);
    let mut twice = node("_operator.mul", "twice", &[], "");
    twice["inputs"] = json!([
        {"name": "a", "arg": {"as_int": 2}}, {"name": "b", "arg": size("size")},
    ]);
    twice["outputs"] = json!([size("twice")]);
    let mut view = node("torch.ops.aten.view.default", "view", &["linear"], "");
    add(
        &mut view,
        json!({"name": "size", "arg": {"as_sym_ints": [
            {"as_name": "twice"}, {"as_int": 1},
        ]}}),
    );
    let mut back = node("torch.ops.aten.view.default", "relu", &["view"], "");
    add(
        &mut back,
        json!({"name": "size", "arg": {"as_sym_ints": [
            {"as_name": "size"}, {"as_int": 2},
        ]}}),
    );
    model.nodes.splice(2..3, [asked, twice, view, back]);
    let graph = opened(&model).graph;
    assert_eq!(graph.input_shape, [1, 3, 2, 2]);
    let shapes: Vec<&Op> = graph.nodes.iter().skip(2).map(|node| &node.op).collect();
    let reshape = |shape: [i64; 2]| {
        Op::from(Reshaping::Reshape {
            shape: shape.to_vec(),
        })
    };
    assert_eq!(shapes, [&reshape([2, 1]), &reshape([1, 2])]);
}

#[test]
fn takes_a_primitive_for_atens_own_by_its_full_name_alone() {
    let operator = "torch.ops.prims.scalar_tensor_like.default";
    let mut model = Pt2::new();
    let skip = "L__self__,,N";
    model.nodes.push(node(operator, "other", &["linear"], skip));
    model.hand_back("other");
    let Fault::Unsupported(found) = refused(&model) else {
        panic!("it is read")
    };
    assert_eq!(found[0].op, "prims.scalar_tensor_like.default");
    assert_eq!(found[0].reason, None);
}

#[test]
fn refuses_a_model_without_logits() {
    let mut model = Pt2::new();
    model.outputs.clear();
    assert!(matches!(refused(&model), Fault::NoLogits(_)));

    let mut model = Pt2::new();
    model.outputs = vec![json!({"user_output": {"arg": {"as_tensor": {"name": "p_fc_weight"}}}})];
    model.shapes.insert("p_fc_weight", tensor(7, &[1, 6]));
    assert!(matches!(refused(&model), Fault::NoLogits(what) if what.contains("one of its inputs")));
}

#[test]
fn refuses_a_model_in_training_mode() {
    let mut model = Pt2::new();
    let mut dropout = node(
        "torch.ops.aten.dropout.default",
        "dropout",
        &["linear"],
        "L__self__,,N;L__self__drop,drop,Dropout",
    );
    dropout["inputs"][0]["name"] = json!("input");
    dropout["inputs"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "train", "arg": {"as_bool": true}}));
    model.nodes.insert(2, dropout);
    let message = refused(&model).to_string();
    assert!(
        message.contains("model.eval()") && message.contains("drop"),
        "{message}"
    );
}

#[test]
fn skips_a_softmax_at_the_end() {
    let mut model = Pt2::new();
    let mut softmax = node(
        "torch.ops.aten.softmax.int",
        "softmax",
        &["relu"],
        "L__self__,,N;L__self__soft,soft,Softmax",
    );
    softmax["inputs"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "dim", "arg": {"as_int": -1}}));
    model.nodes.push(softmax);
    model.hand_back("softmax");
    let graph = opened(&model).graph;
    assert_eq!(graph.head, Head::Softmax);
    assert_eq!(graph.values[graph.logits.0].name, "relu");
    assert_eq!(graph.nodes.len(), 3);
    assert!(graph.modules.iter().all(|module| module.path != "soft"));
}

#[test]
fn skips_a_sigmoid_at_the_end_with_the_reshaping_after_it() {
    let mut model = Pt2::new();
    let sigmoid = "torch.ops.aten.sigmoid.default";
    model.nodes.push(node(sigmoid, "sigmoid", &["relu"], ""));
    let mut shaped = node("torch.ops.aten.squeeze.dim", "squeeze", &["sigmoid"], "");
    let dim = json!({"name": "dim", "arg": {"as_int": 0}});
    shaped["inputs"].as_array_mut().unwrap().push(dim);
    model.nodes.push(shaped);
    model.shapes.insert("squeeze", tensor(7, &[1, 2]));
    model.hand_back("squeeze");
    let graph = opened(&model).graph;
    assert_eq!(graph.head, Head::Sigmoid);
    assert_eq!(graph.values[graph.logits.0].name, "relu");
    assert_eq!(graph.nodes.len(), 3);
}

#[test]
fn uses_the_result_after_an_in_place_operation() {
    let mut model = Pt2::new();
    model.nodes[2] = node("torch.ops.aten.relu_.default", "relu", &["linear"], "");
    // It reads `linear`, and has to get `relu`.
    model
        .nodes
        .push(node("torch.ops.aten.tanh.default", "tanh", &["linear"], ""));
    model.hand_back("tanh");
    let graph = opened(&model).graph;
    assert_eq!(graph.nodes[3].inputs, graph.nodes[2].outputs);
    assert_eq!(graph.nodes[2].op, Activation::Relu.into());
}

#[test]
fn refuses_to_overwrite_memory_that_is_used_elsewhere() {
    // A view is overwritten and then its base is used, and the other way round.
    for (overwritten, used) in [("view", "linear"), ("linear", "view")] {
        let mut model = Pt2::new();
        let mut view = node("torch.ops.aten.unsqueeze.default", "view", &["linear"], "");
        view["inputs"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "dim", "arg": {"as_int": 0}}));
        model.nodes.insert(2, view);
        model.nodes[3] = node("torch.ops.aten.relu_.default", "relu", &[overwritten], "");
        let fine = opened_or_fault(&model);
        assert!(fine.is_ok(), "nothing uses the other");
        model.nodes.push(node(
            "torch.ops.aten.sigmoid.default",
            "sigmoid",
            &[used],
            "",
        ));
        model.hand_back("sigmoid");
        match opened_or_fault(&model) {
            Err(Fault::SharedInPlace { other, .. }) => assert_eq!(other, used),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn writes_through_a_part_into_the_whole() {
    let mut model = Pt2::new();
    let mut part = node("torch.ops.aten.select.int", "view", &["linear"], "");
    let numbers = [("dim", 1), ("index", 0)];
    let numbers = numbers.map(|(name, int)| json!({"name": name, "arg": {"as_int": int}}));
    part["inputs"].as_array_mut().unwrap().extend(numbers);
    model.nodes.insert(2, part);
    model.nodes[3] = node("torch.ops.aten.relu_.default", "relu", &["view"], "");
    // The same part again, by the name of the first result.
    let again = node("torch.ops.aten.sigmoid_.default", "sigmoid", &["relu"], "");
    let whole = node("torch.ops.aten.tanh.default", "aside", &["linear"], "");
    model.nodes.extend([again, whole]);
    model.hand_back("aside");

    let graph = opened(&model).graph;
    let ops: Vec<&Op> = graph.nodes.iter().skip(2).map(|node| &node.op).collect();
    let back = Op::from(Indexing::SelectScatter { dim: 1, index: 0 });
    let select = Op::from(Indexing::Select { dim: 1, index: 0 });
    let [relu, sigmoid, tanh] =
        [Activation::Relu, Activation::Sigmoid, Activation::Tanh].map(Op::from);
    let expected = [&select, &relu, &back, &sigmoid, &back, &tanh];
    assert_eq!(ops, expected);
    let at = |node: usize| &graph.nodes[node];
    assert_eq!(at(4).inputs, [at(1).outputs[0], at(3).outputs[0]]);
    assert_eq!(at(6).inputs, [at(4).outputs[0], at(5).outputs[0]]);
    assert_eq!(at(7).inputs, at(6).outputs);
}

fn opened_or_fault(model: &Pt2) -> Result<(), Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt2");
    std::fs::write(&path, model.bytes()).unwrap();
    format::open_silently(&path).map_err(Error::fault)?;
    Ok(())
}

#[test]
fn leaves_out_nodes_that_the_logits_do_not_depend_on() {
    let mut model = Pt2::new();
    model.nodes.push(node(
        "torch.ops.aten.relu.default",
        "aside",
        &["linear"],
        "",
    ));
    assert_eq!(opened(&model).graph.rectifiers(), 1);
}
