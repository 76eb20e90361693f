//! Networks that answer with a map: regions, scores and Grad-CAM beside PyTorch and pytorch-grad-cam.
//! `tests/segmentation/segmentation.py` makes the files.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

#[path = "support/unpacked.rs"]
mod unpacked;

use std::collections::BTreeMap;
use std::path::Path;

use gradcam::model::{Model, Reading};
use gradcam::picture::photo::geometry::PixelBox;
use gradcam::{Explainer, Score};
use serde::Deserialize;

use unpacked::unpacked;

#[derive(Deserialize)]
struct Facts {
    /// x, y, width, height in pixels of the image.
    drawn: [u32; 4],
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    reading: String,
    positions: [usize; 2],
    shares: Vec<f32>,
    scores: Vec<f32>,
    explained: usize,
    map: Vec<f32>,
    drawn_map: Vec<f32>,
}

/// How far the numbers are apart, relative to the largest.
fn apart(ours: &[f32], theirs: &[f32]) -> f32 {
    if ours.len() != theirs.len() {
        return f32::INFINITY;
    }
    let largest = theirs
        .iter()
        .fold(1e-3_f32, |most, value| most.max(value.abs()));
    let both = ours.iter().zip(theirs);
    both.fold(0.0, |most, (a, b)| (a - b).abs().max(most)) / largest
}

fn wrong(folder: &Path, file: &str, facts: &Facts, case: &Case) -> Result<(), String> {
    let explainer = Explainer::open(folder.join(file)).map_err(|error| error.to_string())?;
    let explanation = explainer.explain(folder.join("image.png")).unwrap();
    let model = explanation.model();
    let reading = match model.reading {
        Reading::Softmax => "softmax",
        Reading::Sigmoid => "sigmoid",
        Reading::AsTheyAre => "as they are",
        Reading::Numbers => "numbers",
    };
    if (reading, model.map_size()) != (&case.reading, Some(case.positions)) {
        return Err(format!("{reading} at {:?}", model.map_size()));
    }
    let prediction = explanation.prediction();
    let [x, y, width, height] = facts.drawn;
    let (class, region) = (
        case.explained,
        PixelBox {
            x,
            y,
            width,
            height,
        },
    );
    let own = explanation.heat_map(class, "deep").unwrap();
    let drawn = Score::Within { class, region };
    let drawn = explanation.heat_map(drawn, "deep").unwrap();
    let shares = match model.reading {
        // A number has no region of its own.
        Reading::Numbers => case.shares.clone(),
        Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre => {
            prediction.probabilities.clone()
        }
    };
    for (what, ours, theirs) in [
        ("shares", &shares, &case.shares),
        ("scores", &prediction.logits, &case.scores),
        ("map", &own.values, &case.map),
        ("drawn map", &drawn.values, &case.drawn_map),
    ] {
        let apart = apart(ours, theirs);
        if apart > 2e-5 {
            return Err(format!("{what} {apart:e} apart: {ours:?} {theirs:?}"));
        }
    }
    Ok(())
}

#[test]
fn agrees_with_pytorch_on_every_map() {
    let folder = unpacked("tests/segmentation/segmentation.zip.gz");
    let facts = std::fs::read(folder.path().join("facts.json")).unwrap();
    let facts: Facts = serde_json::from_slice(&facts).unwrap();
    let mut failures = Vec::new();
    for (name, case) in &facts.cases {
        for ending in ["pt2", "onnx"] {
            let file = format!("{name}.{ending}");
            let failed = wrong(folder.path(), &file, &facts, case).err();
            failures.extend(failed.map(|why| format!("{file}: {why}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(facts.cases.len(), 21);
}

#[test]
fn a_region_outside_of_what_the_model_sees_is_refused() {
    let folder = unpacked("tests/segmentation/segmentation.zip.gz");
    let explainer = Explainer::open(folder.path().join("softmax.pt2")).unwrap();
    let wide = image::RgbImage::from_pixel(128, 24, image::Rgb([90; 3]));
    let explanation = explainer.explain_image(wide).unwrap();
    let region = PixelBox {
        x: 0,
        y: 0,
        width: 10,
        height: 10,
    };
    let refused = explanation
        .heat_map(Score::Within { class: 0, region }, None)
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("outside of what the model sees"),
        "{refused}"
    );

    let classifier = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/squeezenet1_1.pt2");
    let classifier = Explainer::open(classifier).unwrap();
    let explanation = classifier.explain(folder.path().join("image.png")).unwrap();
    let refused = explanation
        .heat_map(Score::Within { class: 0, region }, None)
        .unwrap_err();
    assert!(
        refused.to_string().contains("predicts no regions"),
        "{refused}"
    );
}

#[test]
fn maps_of_features_are_refused() {
    let folder = unpacked("tests/segmentation/segmentation.zip.gz");
    for name in [
        "features_relu",
        "features_sum",
        "features_reciprocal",
        "features_many",
        "argmax_over_columns",
    ] {
        let refused = Explainer::open(folder.path().join(format!("{name}.pt2")));
        let why = refused.err().unwrap().to_string();
        assert!(why.contains("features at"), "{name}: {why}");
    }
}

#[test]
fn the_layer_before_the_classifier_is_proposed() {
    let folder = unpacked("tests/segmentation/segmentation.zip.gz");
    for name in ["softmax.pt2", "one_probability.onnx", "class_numbers.pt2"] {
        let explainer = Explainer::open(folder.path().join(name)).unwrap();
        assert_eq!(explainer.recommended_layer(), Some("deep"), "{name}");
    }
}

#[test]
fn what_may_be_an_image_is_said_to_be_assumed() {
    let folder = unpacked("tests/segmentation/segmentation.zip.gz");
    for (name, assumed) in [
        ("as_many_as_channels", true),
        ("sum_at_each_pixel", true),
        ("logits", true),
        ("labels", false),
        ("softmax", false),
    ] {
        let model = Model::open(&folder.path().join(name).with_extension("pt2")).unwrap();
        let says = model
            .answer_notes
            .iter()
            .any(|note| note.contains("assumed to be the"));
        assert_eq!(says, assumed, "{name}: {:?}", model.answer_notes);
    }
}
