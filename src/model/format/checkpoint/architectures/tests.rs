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
