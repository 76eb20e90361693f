use std::path::Path;

use super::*;
use crate::model::Model;
use crate::model::op::{Attention, Convolution, MatrixProduct, Op, Padding};

fn of(path: &str) -> Facts {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Model::open(&path).unwrap().facts
}

#[test]
fn counts_the_multiply_adds_that_papers_state() {
    // torchvision states 0.35 · 10⁹ for SqueezeNet 1.1, the authors 407 · 10⁶ for Lite0.
    let squeeze = of("models/squeezenet1_1.pt2");
    assert_eq!((squeeze.multiply_adds as f64 / 1e7).round(), 35.0);
    let lite = of("models/efficientnet_lite0.pt2");
    let millions = lite.multiply_adds as f64 / 1e6;
    assert!((385.0..=410.0).contains(&millions), "{millions}");
}

#[test]
fn counts_non_linearities_by_kind() {
    assert_eq!(of("models/squeezenet1_1.pt2").rectifiers, [("ReLU", 26)]);
    let lite = of("models/efficientnet_lite0.pt2");
    assert_eq!(lite.rectifiers.len(), 1);
    assert_eq!(lite.rectifiers[0].0, "ReLU6");
    assert!(lite.smooth.is_empty());
    let vit = of("tests/torchvision/tiny/vit.pt2");
    assert!(vit.rectifiers.is_empty());
    assert_eq!(vit.smooth[0].0, "GELU");
}

/// The multiply-adds of one operation on inputs of these shapes.
fn multiply_adds(op: impl Into<Op>, inputs: &[&[i64]]) -> f64 {
    let op = op.into();
    let outputs = op.output_shapes(inputs).unwrap();
    op.cost(inputs, outputs.shapes()).multiply_adds
}

#[test]
fn counts_the_multiply_adds_of_products() {
    let linear = MatrixProduct::Linear { bias: true };
    let count = multiply_adds(linear, &[&[1, 5, 8], &[3, 8], &[3]]);
    assert_eq!(count, 5.0 * 3.0 * 8.0);
    let attention = Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped: false,
    };
    let (query, key) = ([1, 2, 5, 4], [1, 2, 7, 4]);
    let count = multiply_adds(attention, &[&query, &key, &key]);
    assert_eq!(count, 2.0 * (2.0 * 5.0 * 7.0 * 4.0));
    let grouped = [16, 2, 3, 3];
    let convolution = Convolution {
        bias: false,
        stride: vec![1, 1],
        padding: Padding::Explicit(vec![1, 1]),
        dilation: vec![1, 1],
        groups: 4,
    };
    let count = multiply_adds(convolution, &[&[1, 8, 6, 6], &grouped]);
    assert_eq!(count, 16.0 * 36.0 * 18.0);
}
