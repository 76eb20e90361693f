//! Files beside a model.

use super::*;

#[test]
fn reads_files_beside_the_model() {
    let timm = r#"{"architecture": "vit_tiny", "num_classes": 3, "pretrained_cfg": {"input_size": [3, 24, 24],
        "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "squash", "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5], "num_classes": 1000}}"#;
    for (name, text, mode, crop_pct) in [
        (
            "preprocess.json",
            r#"{"mean": [0.5], "std": [0.5]}"#,
            CropMode::Centre,
            0.875,
        ),
        ("preprocessor_config.json", VIT, CropMode::Squash, 1.0),
        ("config.json", timm, CropMode::Squash, 0.9),
    ] {
        let (_folder, model) = beside("plain", &[(name, text)]);
        assert_eq!(levels(&model), Some(Levels::Signed), "{name}");
        let sources = model.preprocess_sources;
        assert_eq!(sources.levels, PreprocessSource::Beside(name));
        let found = &model.preprocess;
        assert_eq!((found.mode, found.crop_pct), (mode, crop_pct), "{name}");
        assert!(model.preprocess_notes.is_empty());
    }
}

#[test]
fn says_that_a_picture_is_resized_though_the_file_says_it_is_not() {
    for (crops, said) in [
        (true, "cropped to that size first"),
        (false, "another size than the input's 24×24"),
    ] {
        let text = format!(
            r#"{{"do_resize": false, "do_center_crop": {crops}, "crop_size": 24, "image_mean": [0.5],
            "image_std": [0.5]}}"#
        );
        let (_folder, model) = beside("plain", &[("preprocessor_config.json", &text)]);
        assert_eq!(levels(&model), Some(Levels::Signed));
        let [note] = &model.preprocess_notes[..] else {
            panic!("{:?}", model.preprocess_notes);
        };
        assert!(
            note.contains("do_resize: false") && note.contains(said),
            "{note}"
        );
        // It has one size.
        assert!(!note.contains("can be given"), "{note}");
    }
}

/// Perceiver's size is that after the crop, which keeps a share of the picture's short side.
#[test]
fn a_crop_before_the_resizing_is_a_share_of_the_picture() {
    let text = r#"{"image_processor_type": "PerceiverImageProcessor", "do_center_crop": true, "resample": 3,
        "size": {"height": 24, "width": 24}, "crop_size": {"height": 32, "width": 32}, "image_mean": [0.5],
        "image_std": [0.5]}"#;
    let (_folder, model) = beside("plain", &[("preprocessor_config.json", text)]);
    assert_eq!(levels(&model), Some(Levels::Signed));
    let found = &model.preprocess;
    assert_eq!((found.mode, found.crop_pct), (CropMode::CentreFloor, 0.75));
    let [note] = &model.preprocess_notes[..] else {
        panic!("{:?}", model.preprocess_notes);
    };
    assert!(note.contains("resized first"), "{note}");
}

/// timm evaluates some networks at a second size.
#[test]
fn a_configuration_of_timm_is_of_the_model_at_either_of_its_sizes() {
    let text = r#"{"pretrained_cfg": {"input_size": [3, 16, 16], "test_input_size": [3, 24, 24], "crop_pct": 0.9,
        "test_crop_pct": 0.8, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}"#;
    let (_folder, model) = beside("plain", &[("config.json", text)]);
    assert_eq!(levels(&model), Some(Levels::Signed));
    assert_eq!(model.preprocess.crop_pct, 0.8);
    assert!(model.preprocess_notes.is_empty());
}

/// A processor's output size, with which a model of an open size is opened.
#[test]
fn finds_the_size_beside_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("m.onnx");
    assert_eq!(resolve::size_beside(&model), None);
    for (name, text, size) in [
        ("config.json", r#"{"model_type": "vit"}"#, None),
        (
            "config.json",
            r#"{"pretrained_cfg": {"input_size": [3, 24, 40]}}"#,
            Some((40, 24)),
        ),
        ("preprocessor_config.json", VIT, Some((24, 24))),
        (
            "preprocessor_config.json",
            r#"{"size": {"shortest_edge": 256}, "do_center_crop": true, "crop_size": {"height": 224, "width": 208}}"#,
            Some((208, 224)),
        ),
        (
            "preprocessor_config.json",
            r#"{"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}}"#,
            Some((384, 384)),
        ),
        // Another shape than a square keeps it, so that there is no one size.
        (
            "preprocessor_config.json",
            r#"{"size": {"shortest_edge": 256}}"#,
            None,
        ),
        (
            "preprocessor_config.json",
            r#"{"do_resize": false, "size": {"height": 9, "width": 9}}"#,
            None,
        ),
        (
            "preprocessor_config.json",
            r#"{"size": {"height": 900000000, "width": 9}}"#,
            None,
        ),
        (
            "preprocess.json",
            r#"{"input_size": [3, 30, 20]}"#,
            Some((20, 30)),
        ),
        ("preprocess.json", r#"{"input_size": [3, 0, 20]}"#, None),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let found = resolve::size_beside(&model);
        assert_eq!(found, size.map(|size| (name, size)), "{text}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn says_which_file_beside_the_model_is_ignored() {
    for (name, text, reason) in [
        ("preprocess.json", "{", "is not JSON"),
        (
            "preprocess.json",
            r#"{"input_size": [3, 99, 99]}"#,
            "[3, 99, 99]",
        ),
        ("preprocess.json", r#"{"mean": [0.5, 0.5]}"#, "2 numbers"),
        (
            "preprocess.json",
            r#"{"normalize": {"mean": [0.5, 0.5, 0.5]}, "resize": 64}"#,
            "says nothing about images",
        ),
        (
            "preprocessor_config.json",
            "[]",
            "holds [], but it has to hold keys",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": {"height": 0, "width": 0}, "do_center_crop": true}"#,
            "size of 0",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": 24, "resample": 17}"#,
            "has resample 17, but it has to be the number of a filter of Pillow, from 0 to 5",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": 24, "rescale_factor": 0}"#,
            "rescale_factor",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": 24, "image_mean": [900], "image_std": [1]}"#,
            "mean",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": {"shortest_edge": 24}, "size_divisor": 32, "image_mean": [0.5], "image_std": [0.5]}"#,
            "multiples of 32",
        ),
        (
            "preprocessor_config.json",
            r#"{"size": {"height": 224, "width": 208}, "image_mean": [0.5], "image_std": [0.5]}"#,
            "images of 208×224, and this one takes 24×24",
        ),
        (
            "config.json",
            r#"{"pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0.5], "std": [0.5]}}"#,
            "images of 224×224, and this one takes 24×24",
        ),
        (
            "config.json",
            r#"{"pretrained_cfg": {"num_classes": 1000}}"#,
            "1000 classes",
        ),
        (
            "config.json",
            r#"{"pretrained_cfg": 3}"#,
            "has pretrained_cfg 3",
        ),
    ] {
        let (_folder, model) = beside("plain", &[(name, text)]);
        assert_eq!(model.preprocess, Preprocess::imagenet(24, 24), "{text}");
        let [note] = &model.preprocess_notes[..] else {
            panic!("{text}: {:?}", model.preprocess_notes);
        };
        assert!(note.starts_with(name) && note.contains(reason), "{note}");
        assert!(note.ends_with(name), "{note}");
    }
    // A network's own configuration says nothing of images.
    let (_folder, model) = beside("plain", &[("config.json", r#"{"model_type": "vit"}"#)]);
    assert!(model.preprocess_notes.is_empty());
}
