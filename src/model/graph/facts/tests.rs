use std::path::Path;

use super::*;
use crate::model::Model;

fn of(path: &str) -> Facts {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Model::open(&path).unwrap().facts
}

#[test]
fn multiply_adds_are_those_the_networks_are_published_with() {
    // torchvision states 0.35 · 10⁹ for SqueezeNet 1.1, the authors 407 · 10⁶ for Lite0.
    let squeeze = of("models/squeezenet1_1.pt2");
    assert_eq!((squeeze.multiply_adds as f64 / 1e7).round(), 35.0);
    let lite = of("models/efficientnet_lite0.pt2");
    let millions = lite.multiply_adds as f64 / 1e6;
    assert!((385.0..=410.0).contains(&millions), "{millions}");
}

#[test]
fn non_linearities_are_counted_by_kind() {
    assert_eq!(of("models/squeezenet1_1.pt2").rectifiers, [("ReLU", 26)]);
    let lite = of("models/efficientnet_lite0.pt2");
    assert_eq!(lite.rectifiers.len(), 1);
    assert_eq!(lite.rectifiers[0].0, "ReLU6");
    assert!(lite.smooth.is_empty());
    let vit = of("tests/torchvision/tiny/vit.pt2");
    assert!(vit.rectifiers.is_empty());
    assert_eq!(vit.smooth[0].0, "GELU");
}

#[test]
fn products_cost_what_runs_through_them() {
    let linear = Op::Linear { bias: true };
    let cost = multiply_adds(&linear, &[&[1, 5, 8], &[3, 8], &[3]], &[1, 5, 3]);
    assert_eq!(cost, 5 * 3 * 8);
    let attention = Op::Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped: false,
    };
    let (query, key) = ([1, 2, 5, 4], [1, 2, 7, 4]);
    let cost = multiply_adds(&attention, &[&query, &key, &key], &query);
    assert_eq!(cost, 2 * (2 * 5 * 7 * 4));
    let grouped = [16, 2, 3, 3];
    let convolution = Op::Conv2d {
        bias: false,
        stride: vec![1, 1],
        padding: crate::model::graph::Padding::Explicit(vec![1, 1]),
        dilation: vec![1, 1],
        groups: 4,
    };
    let cost = multiply_adds(&convolution, &[&[1, 8, 6, 6], &grouped], &[1, 16, 6, 6]);
    assert_eq!(cost, 16 * 36 * 18);
}
