//! The built-in architectures.

use std::path::Path;

use super::*;
use crate::model::format::build::skeleton::Skeleton;
use crate::model::format::pt2::skeleton;
use crate::model::usage::preprocess::Preprocess;
use crate::picture::photo::geometry::{Fit, Placement};

/// The tensors of an architecture with a head for `classes` classes.
fn shapes(known: &Architecture, classes: i64) -> Shapes {
    let mut shapes: Shapes = known.tensors.clone().into_iter().collect();
    for name in &known.head {
        shapes.get_mut(name).unwrap()[0] = classes;
    }
    shapes
}

#[test]
fn recognises_each_and_finds_two_ambiguous_pairs() {
    let library = Library::built_in().unwrap();
    assert!(library.architectures().len() >= 70);
    let mut asked = Vec::new();
    for (index, known) in library.architectures().iter().enumerate() {
        let mut found = shapes(known, 7);
        // Left there by training scripts.
        found.insert("bn1.num_batches_tracked".into(), Vec::new());
        found.insert("aux1.fc2.weight".into(), vec![7, 1024]);
        match library.recognise(&found, None) {
            Ok(recognised) => assert_eq!(
                recognised,
                Recognised {
                    index,
                    classes: 7,
                    channels: 3
                }
            ),
            Err(Fault::SeveralArchitectures(candidates)) => {
                assert!(candidates.iter().all(|one| !one.hint.is_empty()));
                asked.push(known.name.as_str());
            }
            Err(fault) => panic!("{}: {fault}", known.name),
        }
    }
    let pairs = [
        "googlenet",
        "googlenet_unshifted",
        "inception_v3",
        "inception_v3_unshifted",
    ];
    assert_eq!(asked, pairs);
}

#[test]
fn refuses_a_head_for_different_numbers_of_classes() {
    let library = Library::built_in().unwrap();
    let mut all = library.architectures().iter();
    let known = all.find(|known| known.name == "resnet18").unwrap();
    let mut found = shapes(known, 7);
    found.insert("fc.bias".into(), vec![8]);
    let refused = library.recognise(&found, None).unwrap_err().to_string();
    assert!(
        refused.contains("different numbers of classes"),
        "{refused}"
    );
    // One block of another width: the right architecture is still the closest.
    found = shapes(known, 7);
    found.insert("layer3.0.conv1.weight".into(), vec![256, 128, 5, 5]);
    let refused = library.recognise(&found, None).unwrap_err().to_string();
    for part in [
        "closest is resnet18: 101 of its 102",
        "is [256, 128, 5, 5], not [256, 128, 3, 3]",
    ] {
        assert!(refused.contains(part), "{refused}");
    }
}

#[test]
fn preprocesses_as_torchvision_does() {
    let library = Library::built_in().unwrap();
    let mut sizes = std::collections::BTreeMap::new();
    for known in library.architectures() {
        let size = known.preprocess["input_size"][1].as_u64().unwrap() as u32;
        let text = known.preprocess.to_string();
        let prepared =
            Preprocess::from_json(&text, &Preprocess::imagenet(size, size), Path::new("m"))
                .unwrap();
        let placed = Placement::new((4000, 4000), &prepared.frame(), Fit::Crop);
        sizes.insert(known.name.as_str(), (placed.resized.0, size));
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

#[test]
fn reads_graphs_for_any_number_of_classes() {
    let mut library = Library::built_in().unwrap();
    for name in [
        "resnet18",
        "squeezenet1_0",
        "inception_v3",
        "vit_b_32",
        "regnet_y_400mf",
    ] {
        let mut all = library.architectures().iter();
        let index = all.position(|known| known.name == name).unwrap();
        let known = library.architectures()[index].clone();
        let text = library.graph(index).unwrap();
        let Skeleton { graph, weights, .. } = skeleton::with_ends(&text, name, 3, 7).unwrap();
        let logits = graph.values[graph.logits.0].stated_shape.clone();
        assert_eq!(logits.as_deref(), Some(&[1, 7][..]), "{name}");
        for weight in weights.values() {
            assert!(
                known.tensors.contains_key(&weight.name),
                "{name}: {weight:?}"
            );
        }
    }
}
