//! The modules of nodes, as each exporter writes them.

use crate::model::format::onnx::tests::support::opened;
use crate::model::format::onnx::tests::writer::{Onnx, entry};

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

/// A rectifier that was merged into what follows is a node of the module around the layer before it.
#[test]
fn puts_back_rectifiers_that_were_merged() {
    let merged = |op: &str, rule: &str, argument: &str, limits: &[f32]| {
        let mut model = Onnx::empty(&[1, 3, 4, 4]);
        model.weight("w", &[3, 3, 1, 1], &[0.5; 9]);
        model.node("Conv", &["x", "w"], &["conv"], vec![]);
        let mut inputs = vec!["conv".to_owned()];
        for (index, limit) in limits.iter().enumerate() {
            let name = format!("limit{index}");
            model.weight(&name, &[], &[*limit]);
            inputs.push(name);
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        model.node(op, &inputs, &["clipped"], vec![]);
        model.node("GlobalAveragePool", &["clipped"], &["y"], vec![]);
        let fx = format!(
            "%clamp = call_function[target=aten.clamp](args = (%{argument}, 1e-06), kwargs = {{}})"
        );
        for (index, scopes, classes) in [
            (
                0,
                "['', 'trunk', 'trunk.0', 'conv']",
                "['N', 'a.Trunk', 'torch.nn.modules.conv.Conv2d', 'aten.conv2d']",
            ),
            (1, "['', 'pool', 'clamp']", "['N', 'a.GeM', 'aten.clamp']"),
        ] {
            model.graph().nodes[index].metadata = vec![
                entry("pkg.torch.onnx.name_scopes", scopes),
                entry("pkg.torch.onnx.class_hierarchy", classes),
            ];
        }
        model.graph().nodes[1].metadata.extend([
            entry("pkg.onnxscript.rewriter.rule_name", rule),
            entry("pkg.torch.onnx.fx_node", &fx),
        ]);
        let graph = opened(&model);
        let nodes = graph.nodes.iter().take(3);
        nodes
            .map(|node| format!("{} {}", node.name, node.module))
            .collect::<Vec<_>>()
    };
    let conv = "conv trunk.0";
    for rules in ["FuseSuccessiveClipRelu", "Other, FuseSuccessiveClipRelu"] {
        let found = merged("Clip", rules, "relu_1", &[1e-6]);
        assert_eq!(found, [conv, "relu_1 trunk", "clipped pool"]);
    }
    let found = merged("Relu", "FuseSuccessiveRelu", "relu", &[]);
    assert_eq!(found, [conv, "relu trunk", "clipped pool"]);
    let found = merged("Clip", "FuseSuccessiveClip", "hardtanh", &[1e-6, 6.0]);
    assert_eq!(found, [conv, "hardtanh trunk", "clipped pool"]);
    // A name that is taken is not used again.
    let found = merged("Clip", "FuseSuccessiveClipRelu", "conv", &[0.0]);
    assert_eq!(found, [conv, "conv.merged trunk", "clipped pool"]);
    // Here it would change what is computed, or nobody knows what was merged.
    for (rule, argument, limits) in [
        ("FuseSuccessiveClipRelu", "relu", &[-1.0][..]),
        ("FuseSuccessiveClip", "hardtanh", &[1e-6, 1.0]),
        ("FuseSuccessiveClip", "clamp_1", &[1e-6, 6.0]),
        ("FuseBatchNormIntoConv", "relu", &[0.0]),
    ] {
        let found = merged("Clip", rule, argument, limits);
        assert_eq!(found[..2], [conv, "clipped pool"], "{rule} {argument}");
    }
}
