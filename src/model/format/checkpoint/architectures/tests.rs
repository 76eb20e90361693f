//! The built-in architectures.

use super::*;
use crate::model::usage::preprocess::Preprocess;
use crate::picture::photo::geometry::{Fit, Placement};

#[test]
fn preprocesses_as_torchvision_does() {
    let library = Library::built_in().unwrap();
    let mut sizes = std::collections::BTreeMap::new();
    for known in &library.index.networks {
        let (_, usual) = &known.preprocess[0];
        let size = usual["input_size"][1].as_u64().unwrap() as u32;
        let assumed = Preprocess::imagenet(size, size);
        let prepared =
            Preprocess::from_json(&usual.to_string(), &assumed, std::path::Path::new("m")).unwrap();
        let placed = Placement::new((4000, 4000), &prepared.frame(), Fit::Crop);
        if known.library == "torchvision" {
            sizes.insert(known.name.as_str(), (placed.resized.0, size));
        }
    }
    for (name, resized, size) in [
        ("resnet50", 232, 224),
        ("alexnet", 256, 224),
        ("inception_v3", 342, 299),
        ("efficientnet_b7", 600, 600),
        ("convnext_tiny", 236, 224),
        ("swin_v2_t", 260, 256),
    ] {
        assert_eq!(sizes[name], (resized, size), "{name}");
    }
}

/// Else nobody could choose between them.
#[test]
fn networks_of_a_library_with_the_same_tensors_say_how_they_differ() {
    let library = Library::built_in().unwrap();
    let networks = &library.index.networks;
    let mut pairs = 0;
    for (at, one) in networks.iter().enumerate() {
        for other in &networks[..at] {
            let is_alike = one.library == other.library && one.tensors == other.tensors;
            if is_alike && one.tensors.is_some() && one.graph != other.graph {
                pairs += 1;
                let (a, b) = (&one.name, &other.name);
                assert!(
                    !one.hint.is_empty() || !other.hint.is_empty(),
                    "{a} and {b}"
                );
            }
        }
    }
    assert!(pairs >= 10, "{pairs}");
}

#[test]
fn every_graph_can_be_read() {
    let mut library = Library::built_in().unwrap();
    for graph in 0..library.index.graphs.len() {
        let template = library.template(graph).unwrap();
        let id = &library.index.graphs[graph].id;
        assert!(!template.head.is_empty(), "{id}");
        assert!(
            library
                .index
                .networks
                .iter()
                .any(|network| network.graph == *id),
            "{id}"
        );
    }
    assert!(library.index.networks.len() >= 370);
}

#[test]
fn a_graph_holds_for_any_size_where_no_number_comes_from_it() {
    let mut library = Library::built_in().unwrap();
    let mut sides = |library_name: &str, name: &str| {
        let mut networks = library.index.networks.iter();
        let network = networks.find(|one| one.library == library_name && one.name == name);
        let graph = network.unwrap().graph.clone();
        let mut graphs = library.index.graphs.iter();
        let at = graphs.position(|one| one.id == graph).unwrap();
        library.template(at).unwrap().sides()
    };
    for (library, name, expected) in [
        ("torchvision", "resnet50", Sides::Any),
        ("torchvision", "densenet121", Sides::Any),
        ("timm", "convnext_atto", Sides::Any),
        ("transformers", "segformer", Sides::Square { multiple: 32 }),
        // Position embeddings, shuffled channels, and padding that depends on the size.
        ("torchvision", "vit_b_16", Sides::One),
        ("torchvision", "shufflenet_v2_x1_0", Sides::One),
        ("timm", "tf_efficientnet_lite4", Sides::One),
        ("timm", "vit", Sides::One),
    ] {
        assert_eq!(sides(library, name), expected, "{name}");
    }
}

/// The tensors of a network with one block in each run, for five classes.
fn tensors_of(library: &mut Library, of: &str, name: &str) -> Shapes {
    let mut networks = library.index.networks.iter();
    let network = networks.find(|one| one.library == of && one.name == name);
    let graph = network.unwrap().graph.clone();
    let mut graphs = library.index.graphs.iter();
    let at = graphs.position(|one| one.id == graph).unwrap();
    let tensors = library.template(at).unwrap().tensors;
    let sized = tensors.into_iter().map(|(name, shape)| {
        let shape = shape.into_iter().map(|axis| axis.unwrap_or(5));
        (name, shape.collect())
    });
    sized.collect()
}

/// One of the two takes any size, the other one alone: a size says nothing about which it is.
#[test]
fn a_size_does_not_choose_between_networks_that_compute_otherwise() {
    let mut library = Library::built_in().unwrap();
    let shapes = tensors_of(&mut library, "timm", "tf_efficientnet_b0");
    let hints = Hints {
        side: Some(96),
        ..Hints::default()
    };
    let asked = library.recognise(&shapes, &hints);
    assert!(matches!(asked, Err(Fault::SeveralArchitectures(_))));
    let named = Hints {
        names: vec!["tf_efficientnet_b0".into()],
        ..hints
    };
    let recognised = library.recognise(&shapes, &named).unwrap();
    assert_eq!(recognised.networks[0].name, "tf_efficientnet_b0");
    assert_eq!(recognised.side, 224);
}

#[test]
fn a_config_that_changes_what_is_computed_is_refused() {
    let mut library = Library::built_in().unwrap();
    let mut refusal = |of: &str, name: &str, config: Value| {
        let shapes = tensors_of(&mut library, of, name);
        let hints = Hints {
            config: config.as_object().cloned(),
            names: vec![name.into()],
            ..Hints::default()
        };
        match library.recognise(&shapes, &hints) {
            Err(Fault::NoArchitecture(nearest)) => Some(nearest.differences.join("; ")),
            Err(other) => panic!("{other}"),
            Ok(_) => None,
        }
    };
    let json = serde_json::json!({"architecture": "resnet18", "global_pool": "avg", "model_args": {"drop_rate": 0.1}});
    assert_eq!(refusal("timm", "resnet18", json), None);
    for (name, config, word) in [
        (
            "resnet18",
            serde_json::json!({"global_pool": "max"}),
            "global_pool",
        ),
        (
            "resnet18",
            serde_json::json!({"model_args": {"output_stride": 16}}),
            "output_stride",
        ),
    ] {
        let said = refusal("timm", name, config).unwrap();
        assert!(said.contains(word), "{said}");
    }
    let eps = serde_json::json!({"model_type": "focalnet", "layer_norm_eps": 0.1});
    let said = refusal("transformers", "focalnet_2_levels", eps).unwrap();
    assert!(said.contains("layer_norm_eps"), "{said}");
}

#[test]
fn names_of_networks_may_have_a_library_and_a_tag() {
    let network = Network {
        name: "resnet50".into(),
        library: "timm".into(),
        graph: "resnet".into(),
        tensors: None,
        trunk: None,
        units: Vec::new(),
        hint: String::new(),
        unusual: false,
        preprocess: Vec::new(),
    };
    for name in [
        "resnet50",
        "timm/resnet50",
        "hf_hub:timm/resnet50.a1_in1k",
        "resnet50.a1_in1k",
    ] {
        assert!(network.is_called(name), "{name}");
    }
    for name in ["resnet5", "torchvision/resnet50", "resnet50d", ""] {
        assert!(!network.is_called(name), "{name}");
    }
}
