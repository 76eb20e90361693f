use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::*;
use crate::model::usage::input::Input;
use crate::model::{Model, forward};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

#[derive(Deserialize)]
struct Row {
    levels: Option<String>,
    channels: Option<String>,
    /// Of a part of the picture, in these levels.
    logits: Option<Vec<f32>>,
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/preprocessing/begins"
    ))
}

/// Against networks that PyTorch has written; `tests/preprocessing/make.py`.
#[test]
fn finds_the_levels_that_a_network_takes() {
    let rows = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let rows: BTreeMap<String, Row> = serde_json::from_str(&rows).unwrap();
    assert_eq!(rows.len(), 32);
    let mut files = 0;
    let picture = image::open(folder().join("../../pictures/resample_source.png")).unwrap();
    let picture = picture.crop_imm(20, 10, 24, 24).into_rgb8();
    let picture = Photo::from_rgb("part.png".into(), picture);
    let paths = rows.iter().flat_map(|(name, row)| {
        ["onnx", "pt2", "core.pt2"].map(|ending| (folder().join(format!("{name}.{ending}")), row))
    });
    for (path, row) in paths.filter(|(path, _)| path.exists()) {
        files += 1;
        let name = path.display();
        let model = Model::open(&path).unwrap();
        let found = expected(&model.graph);
        let levels = found.as_ref().map(|found| match found.levels {
            Levels::Unit => "unit",
            Levels::Bytes => "bytes",
            Levels::Signed => "signed",
        });
        assert_eq!(levels, row.levels.as_deref(), "{name}: {found:?}");
        let channels = found.and_then(|found| found.channels);
        let channels = channels.map(|channels| channels.name().into_owned());
        assert_eq!(channels, row.channels, "{name}");
        let Some(due) = &row.logits else {
            continue;
        };
        // Prepared as the model says, it gives what PyTorch gives for the levels.
        let input = Input::new(&picture, Fit::Stretch, &model.preprocess).unwrap();
        let logits = forward(&model.graph, &input.tensor).unwrap();
        let logits = Vec::<f32>::try_from(logits.reshape(-1)).unwrap();
        assert_eq!(logits.len(), due.len());
        let largest = due.iter().fold(0.0_f32, |most, n| most.max(n.abs()));
        for (ours, theirs) in logits.iter().zip(due) {
            let apart = (ours - theirs).abs() / largest;
            assert!(apart < 1e-5, "{name}: {logits:?} {due:?}");
        }
    }
    assert_eq!(files, 32 + 8 + 2);
}

#[test]
fn finds_what_other_beginnings_suggest() {
    let rows = std::fs::read_to_string(folder().join("hints.json")).unwrap();
    let rows: BTreeMap<String, Option<String>> = serde_json::from_str(&rows).unwrap();
    assert_eq!(rows.len(), 9);
    for (name, due) in rows {
        for ending in ["onnx", "pt2"] {
            let model = Model::open(&folder().join(format!("hint_{name}.{ending}"))).unwrap();
            let found = hinted(&model.graph).map(|levels| match levels {
                Levels::Unit => "unit",
                Levels::Bytes => "bytes",
                Levels::Signed => "signed",
            });
            assert_eq!(found, due.as_deref(), "{name}.{ending}");
            let (mean, std) = match found {
                Some("bytes") => (0.0, 1.0 / 255.0),
                Some(_) => (0.0, 1.0),
                None => (known::IMAGENET.0[0], known::IMAGENET.1[0]),
            };
            assert_eq!(
                (model.preprocess.mean[0], model.preprocess.std[0]),
                (mean, std)
            );
        }
    }
}

#[test]
fn says_what_the_network_does_with_levels_from_0_to_1() {
    let model = Model::open(&folder().join("imagenet_bytes.onnx")).unwrap();
    let (mean, std) = expected(&model.graph).unwrap().own;
    assert!(known::near(&mean, &known::IMAGENET.0), "{mean:?}");
    assert!(known::near(&std, &known::IMAGENET.1), "{std:?}");
}

#[test]
fn a_network_that_scales_up_to_bytes_takes_levels_from_0_to_1() {
    let affine = |shift: [f64; 3]| Affine {
        scale: vec![255.0; 3],
        shift: shift.to_vec(),
        statistics: None,
    };
    let levels = |shift| of(&affine(shift)).map(|expected| expected.levels);
    assert_eq!(levels([0.0; 3]), Some(Levels::Unit));
    // As Caffe has it.
    assert_eq!(levels([-123.68, -116.779, -103.939]), Some(Levels::Unit));
    assert_eq!(levels([-127.5; 3]), Some(Levels::Unit));
    // Brightened beyond white: no normalisation.
    assert_eq!(levels([300.0; 3]), None);
}

#[test]
fn names_the_range_after_a_normalisation() {
    for levels in [Levels::Unit, Levels::Bytes, Levels::Signed] {
        let (mean, std) = levels.normalisation();
        assert_eq!(Levels::of(&[mean; 3], &[std; 3]), Some(levels));
    }
    let (mean, std) = known::IMAGENET;
    assert_eq!(Levels::of(&mean, &std), None);
}
