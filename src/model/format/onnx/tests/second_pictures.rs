//! Other inputs that are pictures, whose size is that of the image.

use std::ops::ControlFlow;
use std::path::Path;

use super::writer::{OPEN, Onnx, value};
use crate::model::{InputValue, Model, OpenOptions, SizeSource};

/// x − z. The file leaves the size of both open.
fn difference(image: &[i64], other: &[i64]) -> Onnx {
    let mut model = Onnx::empty(image);
    model.graph().inputs.push(value("z", 1, other));
    model.node("Sub", &["x", "z"], &["apart"], vec![]);
    model
}

fn pooled(mut model: Onnx) -> Onnx {
    model.node("GlobalAveragePool", &["apart"], &["pooled"], vec![]);
    model.node("Flatten", &["pooled"], &["y"], vec![]);
    model
}

/// The model in a folder, written there first.
fn opened(model: &Onnx, folder: &Path, options: OpenOptions) -> Model {
    let path = folder.join("m.onnx");
    std::fs::write(&path, model.bytes()).unwrap();
    let options = options.picture("x");
    Model::open_as(&path, &options, &mut |_| ControlFlow::Continue(()))
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_other_picture_has_the_size_that_is_stated_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let stated = "{\"input_size\": [3, 80, 96], \"mean\": [0, 0, 0], \"std\": [1, 1, 1]}";
    std::fs::write(folder.path().join("preprocess.json"), stated).unwrap();
    let open = [1, 3, OPEN, OPEN];
    let model = opened(
        &pooled(difference(&open, &open)),
        folder.path(),
        OpenOptions::default(),
    );
    assert_eq!(model.size, SizeSource::Beside("preprocess.json"));
    assert_eq!(model.graph.input_shape, [1, 3, 80, 96]);
    assert_eq!(model.held[0].shape, [1, 3, 80, 96]);
    assert_eq!(model.preprocess.mean, [0.0; 3]);
}

#[test]
fn the_other_picture_has_the_size_that_the_weights_fit() {
    let folder = tempfile::tempdir().unwrap();
    let open = [1, 3, OPEN, OPEN];
    let mut net = difference(&open, &open);
    let weights: Vec<f32> = (0..3 * 32 * 32 * 2).map(|n| (n % 7) as f32).collect();
    net.weight("w", &[3 * 32 * 32, 2], &weights);
    net.node("Flatten", &["apart"], &["row"], vec![]);
    net.node("MatMul", &["row", "w"], &["y"], vec![]);
    let model = opened(&net, folder.path(), OpenOptions::default());
    assert_eq!(model.size, SizeSource::Weights);
    assert_eq!(model.graph.input_shape, [1, 3, 32, 32]);
    assert_eq!(model.held[0].shape, [1, 3, 32, 32]);
}

#[test]
fn values_of_one_size_choose_it() {
    let folder = tempfile::tempdir().unwrap();
    let open = [1, 3, OPEN, OPEN];
    let values = InputValue::Numbers(vec![0.5; 3 * 64 * 64]);
    let options = OpenOptions::default().input_at("z", values);
    let model = opened(&pooled(difference(&open, &open)), folder.path(), options);
    assert_eq!(model.graph.input_shape, [1, 3, 64, 64]);
}

#[test]
fn the_other_picture_may_have_bands_or_grey_levels() {
    for (image, other, due) in [
        ([1, 4, OPEN, OPEN], [1, 4, OPEN, OPEN], [1, 4, 64, 48]),
        ([1, 4, OPEN, OPEN], [1, 1, OPEN, OPEN], [1, 1, 64, 48]),
        ([1, 3, OPEN, OPEN], [1, OPEN, OPEN, OPEN], [1, 3, 64, 48]),
        ([1, 3, 64, 48], [1, 3, OPEN, OPEN], [1, 3, 64, 48]),
        // One long, as any axis is that is open.
        ([1, 3, OPEN, OPEN], [1, 1, 1, OPEN], [1, 1, 1, 1]),
        ([1, 3, OPEN, OPEN], [1, OPEN, 1, 1], [1, 1, 1, 1]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let net = pooled(difference(&image, &other));
        let options = OpenOptions::default().size(48, 64);
        let model = opened(&net, folder.path(), options);
        assert_eq!(model.held[0].shape, due, "{image:?} {other:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let last = [1, OPEN, OPEN, 4];
    let mut net = difference(&last, &last);
    let axes = super::writer::ints("axes", &[1, 2]);
    net.node("ReduceMean", &["apart"], &["row"], vec![axes]);
    net.node("Flatten", &["row"], &["y"], vec![]);
    let options = OpenOptions::default().size(48, 64);
    let model = opened(&net, folder.path(), options);
    assert_eq!(model.graph.input_shape, [1, 4, 64, 48]);
    assert_eq!(model.held[0].shape, [1, 64, 48, 4]);
}
