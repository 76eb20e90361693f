//! Which architecture a checkpoint belongs to.

use serde_json::json;

use super::support::{fault, file, layer, open, other_resnet, resnet};
use crate::model::error::Fault;

#[test]
fn asks_which_of_two_architectures_it_is() {
    let known = [resnet("resnet"), other_resnet()];
    let Fault::SeveralArchitectures(candidates) = fault(&file("plain.pth"), &known) else {
        panic!("it did not ask");
    };
    let names: Vec<&str> = candidates.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["resnet", "resnet_strided"]);
    let message = Fault::SeveralArchitectures(candidates).to_string();
    assert!(message.contains("choose one") && message.contains("resnet_strided: with strides"));

    let chosen = open(&file("plain.pth"), &known, Some("resnet_strided")).unwrap();
    assert_eq!(chosen.weights.unwrap().architecture, "resnet_strided");
    let none = open(&file("plain.pth"), &known, Some("vgg")).unwrap_err();
    assert!(matches!(none, Fault::UnknownArchitecture { .. }), "{none}");
}

#[test]
fn names_the_closest_architecture_and_the_differences() {
    let mut near = resnet("resnet");
    near.0["tensors"]["conv1.weight"] = json!([8, 3, 5, 5]);
    near.0["tensors"]["stem.weight"] = json!([8]);
    near.0["tensors"]
        .as_object_mut()
        .unwrap()
        .remove("layer1.conv2.weight");
    let message = fault(&file("plain.pth"), &[layer(), near.clone()]).to_string();
    for part in [
        "none of the 2 architectures",
        "The closest is resnet",
        "conv1.weight is [8, 3, 7, 7], not [8, 3, 5, 5]",
        "stem.weight [8] is missing",
        "layer1.conv2.weight [8, 8, 3, 3] is not in the architecture",
        "torch.export.export(",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let message = open(&file("plain.pth"), &[layer(), near], Some("layer"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("do not fit layer"), "{message}");
}

#[test]
fn takes_the_number_of_classes_from_the_head() {
    let mut of_thousand = resnet("resnet");
    of_thousand.0["tensors"]["fc.weight"][0] = json!(1000);
    of_thousand.0["tensors"]["fc.bias"][0] = json!(1000);
    let opened = open(&file("plain.pth"), &[of_thousand], None).unwrap();
    let logits = &opened.graph.values[opened.graph.logits.0];
    assert_eq!(logits.stated_shape.as_deref(), Some(&[1, 4][..]));
}
