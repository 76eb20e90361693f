//! The forms that a checkpoint may have.

use npyz::npz::NpzArchive;
use tch::Tensor;

use super::support::{fault, file, layer, open, resnet, root, safetensors, small, spoilt};
use crate::model::format::Opened;
use crate::model::tape::forward;

/// Relative to the largest logit.
const TOLERANCE: f32 = 1e-5;

/// The largest difference from PyTorch's logits over their largest magnitude.
fn apart(opened: &Opened) -> f32 {
    let golden = root("tests/torchvision/tiny/resnet.npz");
    let mut golden = NpzArchive::open(golden).unwrap();
    let mut floats =
        |name: &str| -> Vec<f32> { golden.by_name(name).unwrap().unwrap().into_vec().unwrap() };
    let input = Tensor::from_slice(&floats("input")).reshape(opened.graph.input_shape);
    let logits: Vec<f32> =
        Vec::try_from(forward(&opened.graph, &input).unwrap().reshape(-1)).unwrap();
    let theirs = floats("logits");
    assert_eq!(logits.len(), theirs.len());
    let largest = theirs
        .iter()
        .fold(0f32, |most, value| most.max(value.abs()));
    let differences = logits.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    differences.fold(0f32, f32::max) / largest
}

#[test]
fn opens_every_form_of_checkpoint_with_pytorchs_numbers() {
    for (name, tolerance) in [
        ("plain.pth", TOLERANCE),
        ("legacy.pth", TOLERANCE),
        ("plain.safetensors", TOLERANCE),
        ("training.pth", TOLERANCE),
        // Its weights are float16.
        ("odd.pt", 5e-3),
    ] {
        let opened = open(&file(name), &[resnet("resnet"), layer()], None);
        let opened = opened.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let weights = opened.weights.as_ref().unwrap();
        assert_eq!(weights.architecture, "resnet");
        let [(name_of_usual, usual)] = &weights.preprocess[..] else {
            panic!("{:?}", weights.preprocess);
        };
        assert_eq!(
            (name_of_usual.as_str(), usual.as_str()),
            ("usual", r#"{"crop_pct":0.5}"#)
        );
        let apart = apart(&opened);
        assert!(apart <= tolerance, "{name} is {apart} apart");
    }
}

#[test]
fn reads_a_header_whose_length_looks_like_a_pickle() {
    // Lengths whose first two bytes are those of a pickle.
    for length in [640, 896, 1152, 1408] {
        let mut header = String::from_utf8(small("layer.safetensors")[8..].to_vec()).unwrap();
        header.truncate(header.rfind('}').unwrap() + 1);
        header.extend(std::iter::repeat_n(' ', length - header.len()));
        let bytes = safetensors(&header, 32);
        assert!(matches!(bytes[..2], [0x80, 2..=5]));
        spoilt("plain.safetensors", |held| *held = bytes).unwrap();
    }
}

#[test]
fn refuses_a_pickled_module_and_says_how_to_export_it() {
    for name in ["module.pth", "module_within.pth"] {
        let message = fault(&file(name), &[layer()]).to_string();
        assert!(
            message.contains("torch.nn.modules.container.Sequential"),
            "{message}"
        );
        assert!(message.contains("torch.export.export("), "{message}");
    }
}
