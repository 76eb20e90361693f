use std::path::Path;

use super::*;
use crate::model::Model;

fn open(path: &str) -> Model {
    Model::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn window(model: &Model, layer: &str) -> (f64, f64) {
    match model.layers.find(layer).unwrap().field {
        Some([Field::Window { pixels, step }, across]) => {
            assert_eq!(across, Field::Window { pixels, step }, "{layer}");
            (pixels, step)
        }
        other => panic!("{layer}: {other:?}"),
    }
}

/// By hand: kernel and stride of each layer one after the other.
fn by_hand(windows: &[(f64, f64)]) -> (f64, f64) {
    windows
        .iter()
        .fold((1.0, 1.0), |(pixels, step), (kernel, stride)| {
            (pixels + (kernel - 1.0) * step, step * stride)
        })
}

#[test]
fn windows_add_up_along_squeezenet() {
    let model = open("models/squeezenet1_1.pt2");
    let (fire, pool) = ((3.0, 1.0), (3.0, 2.0));
    let mut windows = vec![(3.0, 2.0)];
    assert_eq!(window(&model, "features.0"), by_hand(&windows));
    windows.extend([pool, fire, fire, pool, fire, fire, pool]);
    windows.extend([fire; 4]);
    // The two branches of a fire module are concatenated: the wider one counts.
    assert_eq!(window(&model, "features.12"), by_hand(&windows));
    assert_eq!(window(&model, "features.12").1, 16.0);
    let pooled = model
        .layers
        .layers
        .iter()
        .find(|layer| layer.kind == "AdaptiveAvgPool2d");
    assert_eq!(pooled.unwrap().field, Some([Field::Whole; 2]));
}

#[test]
fn a_residual_network_sees_as_far_as_its_longest_path() {
    let model = open("models/efficientnet_lite0.pt2");
    let (first, step) = window(&model, "blocks.0");
    // A stem of 3 by 2, then 3 by 1.
    assert_eq!((first, step), by_hand(&[(3.0, 2.0), (3.0, 1.0)]));
    let (last, step) = window(&model, "blocks.6");
    assert!(last > 224.0, "{last}");
    assert_eq!(step, 32.0);
}

#[test]
fn attention_over_all_tokens_sees_everything_and_patches_do_not() {
    let model = open("tests/torchvision/tiny/vit.pt2");
    let fields: Vec<Option<Fields>> = model.layers.targets().map(|layer| layer.field).collect();
    assert!(
        matches!(fields[0], Some([Field::Window { .. }, _])),
        "{fields:?}"
    );
    assert_eq!(*fields.last().unwrap(), Some([Field::Whole; 2]));
}

#[test]
fn attention_in_windows_is_not_followed() {
    let model = open("tests/torchvision/tiny/swin.pt2");
    let fields: Vec<Option<Fields>> = model.layers.targets().map(|layer| layer.field).collect();
    let patches = fields.iter().flatten().next();
    assert!(
        matches!(patches, Some([Field::Window { .. }, _])),
        "{fields:?}"
    );
    assert_eq!(*fields.last().unwrap(), None);
}
