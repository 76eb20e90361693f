//! Sources in their order, each with the file that a tool writes.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::format::About;
use crate::model::graph::Module;
use crate::model::{Model, PreprocessSource, Sources};
use crate::picture::photo::geometry::{Fit, Placement};
use crate::picture::photo::resample::resample;

mod beside;
mod libraries;

fn references() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/preprocessing"))
}

/// A network of `begins/`, alone in a folder with these files.
fn beside(network: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, Model) {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{network}.onnx");
    let path = folder.path().join(&name);
    fs::copy(references().join("begins").join(&name), &path).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let model = Model::open(&path).unwrap();
    (folder, model)
}

fn levels(model: &Model) -> Option<Levels> {
    Levels::of(&model.preprocess.mean, &model.preprocess.std)
}

const VIT: &str = r#"{"image_processor_type": "ViTImageProcessor", "size": {"height": 24, "width": 24},
    "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true, "resample": 2,
    "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#;

/// Against transformers' processors; `tests/preprocessing/make.py`.
#[test]
fn prepares_a_picture_as_transformers_does() {
    let source = references().join("../pictures/resample_source.png");
    let source = image::open(source).unwrap().into_rgb8();
    let mut tried = 0;
    for entry in fs::read_dir(references().join("transformers")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(path.with_extension("f32")).unwrap();
        let expected: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
            .collect();
        let text = fs::read_to_string(&path).unwrap();
        let unresized = transformers::unresized(&text).is_some();
        let source = if unresized {
            image::imageops::crop_imm(&source, 32, 14, 32, 32).to_image()
        } else {
            source.clone()
        };
        let stated = transformers::stated(&text, 32, 32).unwrap();
        let prepared = stated.over(&Preprocess::imagenet(32, 32)).unwrap();
        let frame = prepared.frame();
        let placement = Placement::new(source.dimensions(), &frame, Fit::Crop);
        let pixels = resample(&source, &placement, &frame).unwrap();
        let order = match prepared.channels {
            InputChannels::Bgr => [2, 1, 0],
            _ => [0, 1, 2],
        };
        let mut worst: f64 = 0.0;
        for (channel, from) in order.into_iter().enumerate() {
            for (at, pixel) in pixels.pixels().enumerate() {
                let level = f64::from(pixel.0[from]) / 255.0;
                let std = prepared.std[channel];
                let value = (level - prepared.mean[channel]) / std;
                let expected = f64::from(expected[channel * 32 * 32 + at]);
                worst = worst.max((value - expected).abs() * std * 255.0);
            }
        }
        let allowed = if unresized { 1e-4 } else { 1.01 };
        assert!(worst <= allowed, "{name}: {worst} levels apart");
        tried += 1;
    }
    assert_eq!(tried, 16);
}

#[test]
fn assumes_imagenets_where_nothing_is_known() {
    let (_folder, model) = beside("plain", &[]);
    assert_eq!(model.preprocess, Preprocess::imagenet(24, 24));
    assert_eq!(
        model.preprocess_sources,
        Sources::all(PreprocessSource::Assumed)
    );
}

#[test]
fn never_normalises_twice() {
    for network in ["imagenet", "imagenet_multiplied", "imagenet_padded"] {
        let (_folder, model) = beside(network, &[]);
        assert_eq!(levels(&model), Some(Levels::Unit), "{network}");
        let sources = model.preprocess_sources;
        assert_eq!(sources.levels, PreprocessSource::Network);
        assert_eq!(sources.fitting, PreprocessSource::Assumed);
    }
    let (_folder, caffe) = beside("caffe", &[]);
    assert_eq!(levels(&caffe), Some(Levels::Bytes));
    assert_eq!(caffe.preprocess.channels, InputChannels::Bgr);
    // The processor's normalisation is in the network already.
    let (_folder, model) = beside("imagenet", &[("preprocessor_config.json", VIT)]);
    assert_eq!(levels(&model), Some(Levels::Unit));
    assert_eq!(model.preprocess.mode, CropMode::Squash);
    let note = &model.preprocess_notes[0];
    assert!(note.contains("not done twice") && note.contains("preprocessor_config.json"));
}

#[test]
fn what_a_normalisation_has_learnt_is_a_guess_that_no_file_gives_way_to() {
    let (_folder, model) = beside("norm_signed", &[]);
    assert_eq!(levels(&model), Some(Levels::Signed));
    assert_eq!(model.preprocess_sources.levels, PreprocessSource::Learnt);
    assert!(model.preprocess_sources.levels.is_assumed());
    let text = r#"{"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 24},
        "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}"#;
    let (_folder, model) = beside("norm_signed", &[("preprocessor_config.json", text)]);
    assert_eq!(model.preprocess.mean, [0.485, 0.456, 0.406]);
    assert!(!model.preprocess_sources.levels.is_assumed());
}

#[test]
fn an_offset_belongs_to_the_rescaling_and_a_mean_outside_the_levels_is_refused() {
    let text = |rescale: bool| {
        format!(
            r#"{{"image_processor_type": "EfficientNetImageProcessor", "size": {{"height": 32, "width": 32}},
            "do_rescale": {rescale}, "rescale_offset": true, "rescale_factor": 0.00784313725490196,
            "image_mean": [0.0, 0.0, 0.0], "image_std": [1.0, 1.0, 1.0], "include_top": false}}"#
        )
    };
    let rescaled = transformers::stated(&text(true), 32, 32).unwrap();
    assert_eq!(rescaled.mean, Some(vec![0.5; 3]));
    let plain = transformers::stated(&text(false), 32, 32).unwrap();
    assert_eq!(plain.mean, Some(vec![0.0; 3]));
    let far = r#"{"size": {"shortest_edge": 32}, "image_mean": [400, 400, 400], "image_std": [1, 1, 1],
        "do_rescale": false}"#;
    assert!(transformers::stated(far, 32, 32).is_err());
}

#[test]
fn the_files_own_normalisation_is_not_done_twice() {
    let (folder, model) = beside("imagenet", &[]);
    let said = |text: &str| {
        resolve::resolve(&resolve::Evidence {
            path: folder.path(),
            own: Some(text),
            weights: None,
            metadata: &[],
            about: &model.about,
            graph: &model.graph,
            classes: 3,
            fixed_size: true,
            assumed: Preprocess::imagenet(24, 24),
        })
        .unwrap()
    };
    let twice = said(r#"{"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}"#);
    assert_eq!(twice.preprocess.mean, [0.0; 3]);
    assert_eq!(twice.sources.levels, PreprocessSource::Network);
    assert_eq!(twice.notes.len(), 1);
    // Another normalisation is meant as it is written.
    let own = said(r#"{"mean": [0.5], "std": [0.5]}"#);
    assert_eq!(own.preprocess.mean, [0.5; 3]);
    assert_eq!(own.sources, Sources::all(PreprocessSource::InFile));
    assert!(own.notes.is_empty());
}

#[test]
fn reads_metadata_of_images_and_of_ultralytics() {
    let (folder, model) = beside("plain", &[]);
    let said = |entries: &[(&str, &str)]| {
        let entry = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let metadata: Vec<_> = entries.iter().map(entry).collect();
        resolve::resolve(&resolve::Evidence {
            path: &folder.path().join("m.onnx"),
            own: None,
            weights: None,
            metadata: &metadata,
            about: &model.about,
            graph: &model.graph,
            classes: 3,
            fixed_size: true,
            assumed: Preprocess::imagenet(24, 24),
        })
        .unwrap()
    };
    let bgr = said(&[
        ("Image.BitmapPixelFormat", "Bgr8"),
        ("Image.NominalPixelRange", "NominalRange_0_255"),
    ]);
    assert_eq!(bgr.preprocess.channels, InputChannels::Bgr);
    assert_eq!(bgr.preprocess.std, [1.0 / 255.0; 3]);
    assert_eq!(bgr.preprocess.mode, CropMode::Squash);
    assert_eq!(bgr.sources.levels, PreprocessSource::ImageMetadata);
    assert_eq!(bgr.sources.fitting, PreprocessSource::Assumed);
    let grey = said(&[("Image.BitmapPixelFormat", "Gray8")]);
    assert_eq!(grey.sources.levels, PreprocessSource::Assumed);
    assert!(
        grey.notes[0].contains("the model takes 3"),
        "{:?}",
        grey.notes
    );
    let yolo = said(&[("author", "Ultralytics"), ("task", "classify")]);
    assert_eq!(yolo.sources, Sources::all(PreprocessSource::Ultralytics));
    assert_eq!(
        (yolo.preprocess.mean, yolo.preprocess.crop_pct),
        (vec![0.0; 3], 1.0)
    );
}

/// A crop of a share gives the very size that it was made from.
#[test]
fn a_share_gives_its_size_back() {
    for crop in [1u32, 7, 32, 224, 299, 600] {
        for resized in 1..700 {
            let share = stated::share(crop, resized).unwrap();
            assert_eq!((f64::from(crop) / share).floor(), f64::from(resized));
        }
    }
}

/// Whatever lies beside a model, it opens.
#[test]
fn anything_may_lie_beside_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.onnx");
    fs::copy(references().join("begins/plain.onnx"), &path).unwrap();
    fs::create_dir(folder.path().join("preprocess.json")).unwrap();
    let model = Model::open(Path::new(&path)).unwrap();
    assert!(model.preprocess_notes[0].contains("not a file"));
}
