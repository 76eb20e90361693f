//! Which layer small networks propose, and why others have no map. `tests/layers/recommended.py` writes
//! the files.

use crate::model::{Model, Target};
use crate::unpacked::unpacked;

const LAST: &str = "Recommended: the last feature map before the classifier, 6 channels at 4 × 4";

/// The layers of the `.pt2` and of the `.onnx` file, and what is said of them.
const PROPOSED: [(&str, [&str; 2], &str); 12] = [
    ("gated", ["body.1", "body.1"], LAST),
    ("bag", ["body.1", "body.1"], LAST),
    ("vlad", ["body.1", "body.1"], LAST),
    ("gate_first", ["body.1", "body.1"], LAST),
    ("beside", ["body.1", "body.1"], LAST),
    ("flat", ["norm", "norm"], LAST),
    ("flat_convolutions", ["blocks.2", "blocks.2"], LAST),
    (
        "pyramid",
        ["deeper", "deeper"],
        "Recommended: the last feature map before the classifier, 6 channels at 2 × 2",
    ),
    (
        "single",
        ["last", "last"],
        "Recommended: the last feature map before the classifier, 1 channel at 4 × 4",
    ),
    (
        "late_patches",
        ["first", "first"],
        "Recommended: the last feature map of the whole picture, 3 channels at 16 × 16. The network goes on with 4 \
         pictures or patches at once",
    ),
    (
        "experts",
        ["experts.0", "experts.0"],
        "Recommended: the last feature map before the classifier, 6 channels at 4 × 4. It is one of 3 branches that \
         are joined before the prediction; the others are experts.1, experts.2. Several can be chosen together",
    ),
    // The older exporter does not see whose `body` it is.
    (
        "ensemble",
        ["first.body.1", "body.1.1@1"],
        "Recommended: the last feature map before the classifier, 6 channels at 4 × 4. It is one of 2 branches that \
         are joined before the prediction; the other is OTHER. Both can be chosen together",
    ),
];

#[test]
fn the_layer_before_the_classifier_is_that_of_the_features_and_other_branches_are_mentioned() {
    let folder = unpacked("tests/layers/recommended.zip.gz");
    for (name, layers, said) in PROPOSED {
        for ((suffix, layer), other) in ["pt2", "onnx"]
            .iter()
            .zip(layers)
            .zip(["second.body.1", "body.1"])
        {
            let model = Model::open(&folder.path().join(format!("{name}.{suffix}"))).unwrap();
            let (row, why) = model.layers.recommended.as_ref().unwrap();
            assert_eq!(model.layers.layers[*row].path, layer, "{name}.{suffix}");
            assert_eq!(*why, said.replace("OTHER", other), "{name}.{suffix}");
        }
    }
}

#[test]
fn patches_and_pairs_in_the_batch_are_named_as_the_reason() {
    let folder = unpacked("tests/layers/recommended.zip.gz");
    for (name, layer, count) in [
        ("patches", "body.0", 4),
        ("pair", "body", 2),
        ("late_patches", "body.1", 4),
    ] {
        for suffix in ["pt2", "onnx"] {
            let model = Model::open(&folder.path().join(format!("{name}.{suffix}"))).unwrap();
            let Target::None(why) = &model.layers.find(layer).unwrap().target else {
                panic!("{name}.{suffix} has a map at {layer}");
            };
            let said = format!("it computes {count} pictures or patches at once");
            assert!(why.starts_with(&said), "{name}.{suffix}: {why}");
            let nowhere = model.layers.without_a_map();
            let nowhere = nowhere.map(|(layer, why)| (layer.path.as_str(), why));
            let first = (name != "late_patches").then_some(("body", why.as_str()));
            assert_eq!(nowhere, first, "{name}.{suffix}");
        }
    }
}
