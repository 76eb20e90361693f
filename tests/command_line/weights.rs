//! Files and folders of weights alone: what is recognised, what is assumed, and what can be chosen.

use std::path::Path;

use serde_json::Value;

use crate::support::{gradcam, stderr, stdout};
use crate::unpacked::unpacked;

const IMAGE: &str = "assets/cat_and_coffee_224.png";

/// The label of each class, the likeliest first, with its probability; and what was said.
fn classes(model: &Path, more: &[&str]) -> (Vec<(String, f64)>, String) {
    let model = model.to_str().unwrap();
    let mut arguments = vec!["classes", IMAGE, "--model", model, "--json"];
    arguments.extend(more);
    let done = gradcam(arguments);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let row = |row: &Value| {
        let label = row["label"].as_str().unwrap().to_owned();
        (label, row["probability"].as_f64().unwrap())
    };
    let rows = rows.as_array().unwrap().iter().map(row);
    (rows.collect(), stderr(&done))
}

#[test]
fn a_folder_of_transformers_and_any_file_in_it_is_a_model() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let (whole, said) = classes(&folder.path().join("hub_vit"), &[]);
    assert!(whole[0].0.starts_with("kind "), "{whole:?}");
    assert!(said.contains("transformers' vit"), "{said}");
    for file in [
        "model.safetensors",
        "config.json",
        "preprocessor_config.json",
    ] {
        let (same, _) = classes(&folder.path().join("hub_vit").join(file), &[]);
        assert_eq!(same, whole, "{file}");
    }
    // The same weights in several files.
    let (parts, _) = classes(
        &folder.path().join("hub_vit_shards"),
        &["--mean", "0.5", "--std", "0.5"],
    );
    assert_eq!(parts.len(), whole.len());

    let (of_timm, said) = classes(&folder.path().join("hub_timm"), &[]);
    assert!(of_timm[0].0.starts_with("kind "), "{of_timm:?}");
    assert!(said.contains("mobilenetv3_small_075"), "{said}");
}

#[test]
fn the_activation_of_a_rebuilt_head_is_assumed_and_can_be_chosen() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let model = folder.path().join("head_gelu.safetensors");
    let (assumed, said) = classes(&model, &[]);
    assert!(
        said.contains("ReLU between linear layers is assumed"),
        "{said}"
    );
    let (chosen, said) = classes(&model, &["--head-activation", "gelu"]);
    assert!(
        said.contains("GELU") && !said.contains("is assumed: weights"),
        "{said}"
    );
    assert_ne!(assumed, chosen);
    let refused = gradcam([
        "classes",
        IMAGE,
        "--model",
        "models/squeezenet1_1.pt2",
        "--head-activation",
        "gelu",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("last layer was replaced"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn trained_weights_are_used_unless_averaged_ones_are_asked_for() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let model = folder.path().join("trained.pth.tar");
    let (trained, said) = classes(&model, &[]);
    assert!(said.contains("averaged weights (EMA) too"), "{said}");
    assert!(trained[0].0.starts_with("kind "), "{trained:?}");
    let (averaged, said) = classes(&model, &["--averaged"]);
    assert!(
        said.contains("The averaged weights (EMA) are used"),
        "{said}"
    );
    assert_ne!(trained, averaged);
    let without = folder.path().join("head_mlp.safetensors");
    let refused = gradcam([
        "classes",
        IMAGE,
        "--model",
        without.to_str().unwrap(),
        "--averaged",
    ]);
    assert!(
        stderr(&refused).contains("trained and averaged"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn names_of_classes_come_from_the_hyperparameters() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let (found, said) = classes(&folder.path().join("small_lightning.ckpt"), &[]);
    assert!(found[0].0.starts_with("kind "), "{found:?}");
    assert!(
        said.contains("ignored: criterion.weight, val_acc.tp"),
        "{said}"
    );
}

#[test]
fn an_unknown_network_is_answered_with_names_like_it() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let model = folder.path().join("convnext_atto.safetensors");
    let model = model.to_str().unwrap();
    let refused = gradcam([
        "classes",
        IMAGE,
        "--model",
        model,
        "--architecture",
        "convnext_atta",
    ]);
    assert!(
        stderr(&refused).contains("convnext_atto"),
        "{}",
        stderr(&refused)
    );
    // The library and the tag of the weights may be named too.
    let done = gradcam([
        "doctor",
        model,
        "--architecture",
        "timm/convnext_atto.d2_in1k",
    ]);
    assert!(
        stdout(&done).contains("timm's convnext_atto"),
        "{}",
        stdout(&done)
    );
}

#[test]
fn the_size_is_chosen_where_the_network_takes_it() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let input = |model: &str, size: &str| {
        let model = folder.path().join(model);
        gradcam(["doctor", model.to_str().unwrap(), "--size", size, "--json"])
    };
    let done = input("head_sequential.safetensors", "96x64");
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&said["input"]["width"], &said["input"]["height"]),
        (&96.into(), &64.into())
    );
    for (model, why) in [
        ("hub_vit", "its graph is known for 48×48 alone"),
        ("hub_segformer", "a multiple of 32 pixels"),
    ] {
        let refused = input(model, "80x80");
        assert_eq!(refused.status.code(), Some(2), "{model}");
        assert!(stderr(&refused).contains(why), "{}", stderr(&refused));
    }
}
