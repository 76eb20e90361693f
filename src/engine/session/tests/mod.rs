//! Networks that compare two pictures, against PyTorch: the archive is of `tests/answers/two_pictures.py`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::Session;
use crate::engine::{Error, ModelInfo};
use crate::explain::Score;
use crate::model::error::Fault;
use crate::model::{
    AnswerKind, GivenPreprocess, HeldAt, InputValue, OpenOptions, Reading, ReluRule, SecondPicture,
    Stated, Usage,
};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;
use crate::unpacked::unpacked;

mod fitted;
mod prepared;

const TOLERANCE: f32 = 1e-4;
const LAYER: &str = "features.3";

#[derive(Deserialize)]
struct Compared {
    cosine: f32,
    similar: Explained,
    different: Explained,
}

#[derive(Deserialize)]
struct Siamese {
    logits: Vec<f32>,
    for_1: Explained,
}

#[derive(Deserialize)]
struct Explained {
    map: Vec<f32>,
    side: usize,
    /// At every second pixel of the first channel.
    gradient: Vec<f32>,
}

struct Files {
    folder: tempfile::TempDir,
    facts: BTreeMap<String, serde_json::Value>,
}

impl Files {
    fn unpacked() -> Files {
        let folder = unpacked("tests/answers/two_pictures.zip.gz");
        let facts = std::fs::read(folder.path().join("facts.json")).unwrap();
        Files {
            folder,
            facts: serde_json::from_slice(&facts).unwrap(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn photo(&self, name: &str) -> Photo {
        Photo::open(&self.at(name)).unwrap()
    }

    fn open(&self, name: &str, options: &OpenOptions) -> Result<Session, Error> {
        let mut session = Session::default();
        let go_on = &mut |_| ControlFlow::Continue(());
        session.open_model_as(&self.at(name), options, go_on)?;
        Ok(session)
    }
}

fn used(session: &Session, change: impl FnOnce(&mut Usage)) -> Result<Session, Error> {
    let mut usage = session.info().unwrap().usage();
    change(&mut usage);
    session.used(usage, &mut |_| ControlFlow::Continue(()))
}

fn info(session: &Session) -> &ModelInfo {
    session.info().unwrap()
}

/// How far the numbers are apart, relative to the largest.
fn apart(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(1e-9_f32, |most, v| most.max(v.abs()));
    let both = ours.iter().zip(theirs);
    both.fold(0.0, |most, (a, b)| (a - b).abs().max(most)) / largest
}

/// Compares the explanation of the photo last predicted.
fn compare(session: &Session, score: Score, theirs: &Explained) {
    let mut layers = info(session).layers.targets();
    // A layer that runs for each of two pictures has a number behind its name.
    let layer = layers.find(|layer| layer.path.replace("@1", "") == LAYER);
    let layer = layer.unwrap_or_else(|| {
        let all = info(session).layers.targets();
        panic!("{:?}", all.map(|layer| &layer.path).collect::<Vec<_>>())
    });
    let map = session.heat_map(score, &layer.path).unwrap().map;
    assert_eq!((map.width, map.height), (theirs.side, theirs.side));
    let off = apart(&map.values, &theirs.map);
    assert!(off < TOLERANCE, "map {off:e} apart");
    let gradient = session.input_gradient(score, ReluRule::Gradient).unwrap();
    let image = gradient.image;
    let (width, height) = (image.width, image.height);
    let rows = (0..height).step_by(2);
    let pixels = rows.flat_map(|y| (0..width).step_by(2).map(move |x| y * width + x));
    let red: Vec<f32> = pixels.map(|pixel| image.values[pixel]).collect();
    let off = apart(&red, &theirs.gradient);
    assert!(off < TOLERANCE, "gradient {off:e} apart");
}

#[test]
fn explains_the_cosine_to_a_second_picture_as_pytorch_does() {
    let files = Files::unpacked();
    for name in ["embedding.pt2", "embedding.onnx", "unit.pt2", "unit.onnx"] {
        let stem = name.split('.').next().unwrap();
        let theirs = serde_json::from_value(files.facts[stem].clone());
        let theirs: Compared = theirs.unwrap();
        let options =
            OpenOptions::default().similar_to(SecondPicture::file(files.at("second.png")));
        let mut session = files.open(name, &options).unwrap();
        let model = info(&session);
        assert_eq!(
            (model.kind, model.reading),
            (AnswerKind::Similarity, Reading::Numbers)
        );
        assert_eq!(
            model.labels,
            ["what makes it similar", "what makes it different"]
        );
        let rectifiers = model.rectifiers;
        let answer = session.predict(&files.photo("first.png"), Fit::Crop, &mut |_| Ok(()));
        let answer = answer.unwrap();
        let off = (answer.probabilities[0] - theirs.cosine).abs();
        assert!(off < TOLERANCE, "{name}: {off:e}");
        assert_eq!(
            answer.described(1).unwrap(),
            format!("cosine {:.3}", theirs.cosine)
        );
        // Scores of a comparison are no rectifiers.
        assert_eq!(rectifiers, 2, "{name}");
        compare(&session, Score::For(0), &theirs.similar);
        compare(&session, Score::For(1), &theirs.different);
    }
}

#[test]
fn the_second_picture_is_prepared_again_with_other_preprocessing_and_left_out_again() {
    let files = Files::unpacked();
    let photo = files.photo("first.png");
    let second = || SecondPicture::photo(Arc::new(files.photo("second.png")));
    let first = files
        .open("embedding.pt2", &OpenOptions::default())
        .unwrap();
    assert_eq!(info(&first).kind, AnswerKind::Classes);
    let cosine = |session: &mut Session, photo: &Photo| {
        let answer = session.predict(photo, Fit::Crop, &mut |_| Ok(()));
        answer.unwrap().probabilities[0]
    };
    let mut compared = used(&first, |usage| usage.reference = Some(second())).unwrap();
    let before = cosine(&mut compared, &photo);
    assert!(before < 0.999);
    let levels = |usage: &mut Usage| usage.preprocess.mean = vec![0.1, 0.6, 0.4];
    let mut other = used(&compared, levels).unwrap();
    assert!((cosine(&mut other, &photo) - before).abs() > 1e-4);
    // With the same picture twice it is 1 whatever the preprocessing is.
    let alike = cosine(&mut other, &files.photo("second.png"));
    assert!((alike - 1.0).abs() < 1e-5, "{alike}");
    let mut back = used(&other, |usage| usage.reference = None).unwrap();
    assert_eq!(info(&back).kind, AnswerKind::Classes);
    let answer = back.predict(&photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    assert_eq!(answer.logits.len(), 12);
}

#[test]
fn refuses_what_cannot_be_compared() {
    let files = Files::unpacked();
    let to = |name: &str| OpenOptions::default().similar_to(SecondPicture::file(files.at(name)));
    let why = files.open("embedding.pt2", &to("none.png")).err().unwrap();
    assert!(matches!(why, Error::Picture(_)), "{why}");
    assert!(why.to_string().ends_with("none.png"), "{why}");
    // A picture compared with itself has no direction in which to become more similar.
    let mut session = files.open("unit.onnx", &to("first.png")).unwrap();
    let photo = files.photo("first.png");
    let answer = session.predict(&photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    assert_eq!(answer.shown(0).unwrap(), "1.000");
    for why in [
        session.heat_map(Score::For(0), LAYER).err().unwrap(),
        session
            .input_gradient(Score::For(1), ReluRule::Guided)
            .err()
            .unwrap(),
    ] {
        assert!(
            matches!(&why, Error::Alike(name) if name == "first.png"),
            "{why}"
        );
    }
    let fits = session.try_preprocessings(&photo, Fit::Crop, &mut || Ok(()));
    assert!(matches!(fits, Err(Error::NothingToTry)));
    let held = InputValue::Picture(SecondPicture::file(files.at("second.png")));
    let held = OpenOptions::default().input_at("right", held);
    let held = files.open("siamese.pt2", &held).unwrap();
    let fits = held.try_preprocessings(&photo, Fit::Crop, &mut || Ok(()));
    assert!(matches!(fits, Err(Error::NothingToTry)));
    let one = files
        .open("embedding.pt2", &OpenOptions::default())
        .unwrap();
    let missing = used(&one, |usage| {
        usage.reference = Some(SecondPicture::file("gone.png"));
    });
    assert!(matches!(missing, Err(Error::Picture(_))));
}

#[test]
fn a_single_value_has_no_direction() {
    let files = Files::unpacked();
    let others = unpacked("tests/answers/answers.zip.gz");
    let to = OpenOptions::default().similar_to(SecondPicture::file(files.at("second.png")));
    let path = others.path().join("one_logit.pt2");
    let why = Session::default().open_model_as(&path, &to, &mut |_| ControlFlow::Continue(()));
    let why = why.err().unwrap();
    let Error::Model(crate::model::Error::File { fault, .. }) = &why else {
        panic!("{why}")
    };
    assert!(matches!(fault, Fault::NotComparable(_)), "{fault}");
}

#[test]
fn holds_an_input_at_a_second_picture() {
    let files = Files::unpacked();
    let theirs: Siamese = serde_json::from_value(files.facts["siamese"].clone()).unwrap();
    let photo = files.photo("first.png");
    let predict = |session: &mut Session| {
        let answer = session.predict(&photo, Fit::Crop, &mut |_| Ok(()));
        answer.unwrap().logits.clone()
    };
    let right = || InputValue::read(&files.at("second.png").display().to_string()).unwrap();
    let first = OpenOptions {
        first_of_alike: true,
        ..OpenOptions::default()
    };
    for name in ["siamese.pt2", "siamese.onnx"] {
        let why = files.open(name, &OpenOptions::default()).err().unwrap();
        assert!(why.to_string().contains("2 images (left, right)"), "{why}");
        let options = OpenOptions::default().input_at("right", right());
        let mut session = files.open(name, &options).unwrap();
        let held = &info(&session).held;
        assert_eq!((held.len(), held[0].at), (1, HeldAt::Picture), "{name}");
        let off = apart(&predict(&mut session), &theirs.logits);
        assert!(off < TOLERANCE, "{name}: {off:e}");
        compare(&session, Score::For(1), &theirs.for_1);
        // The second picture follows the preprocessing: swapped back, all is as before.
        let levels = |usage: &mut Usage| usage.preprocess.std = vec![0.5, 0.2, 0.9];
        let mut other = used(&session, levels).unwrap();
        let swapped = predict(&mut other);
        assert!(apart(&swapped, &theirs.logits) > 1e-2, "{swapped:?}");
        let before = info(&session).preprocess.clone();
        let mut back = used(&other, |usage| usage.preprocess = before).unwrap();
        assert!(apart(&predict(&mut back), &theirs.logits) < TOLERANCE);
        // Both at once is the same as one after the other.
        let both = options.preprocess(GivenPreprocess {
            stated: Stated {
                std: Some(vec![0.5, 0.2, 0.9]),
                ..Stated::default()
            },
            ..GivenPreprocess::default()
        });
        let mut both = files.open(name, &both).unwrap();
        assert!(apart(&predict(&mut both), &swapped) < TOLERANCE);
        // Either can be the one that is explained; the network is symmetric.
        let options = first.clone().picture("right").input_at("left", right());
        let mut mirrored = files.open(name, &options).unwrap();
        assert_eq!(info(&mirrored).held[0].name, "left");
        assert!(apart(&predict(&mut mirrored), &theirs.logits) < TOLERANCE);
    }
    let opened = files.open("siamese.onnx", &first).unwrap();
    let held = &info(&opened).held;
    assert_eq!(
        (held[0].name.as_str(), held[0].at),
        ("right", HeldAt::Zeros)
    );
    let opened = files.open("siamese.pt2", &first).unwrap();
    assert_eq!(info(&opened).held[0].at, HeldAt::Sample);
}

#[test]
fn refuses_a_second_picture_that_does_not_fit() {
    let files = Files::unpacked();
    let options = OpenOptions::default().input_at("right", InputValue::file(files.at("gone.png")));
    let why = files.open("siamese.pt2", &options).err().unwrap();
    assert!(matches!(why, Error::Picture(_)), "{why}");
    let options = OpenOptions::default().input_at("right", InputValue::file(files.at("gone.npy")));
    let why = files.open("siamese.pt2", &options).err().unwrap();
    assert!(why.to_string().contains("for the input right"), "{why}");
    for wrong in ["gone.png", "gone.npy", "nonsense"] {
        InputValue::read(&files.at(wrong).display().to_string()).unwrap_err();
    }
}

#[test]
fn a_second_picture_of_open_size_has_that_of_the_first() {
    let files = Files::unpacked();
    let photo = files.photo("first.png");
    let logits = |session: &mut Session| {
        let answer = session.predict(&photo, Fit::Crop, &mut |_| Ok(()));
        answer.unwrap().logits.clone()
    };
    let at_32: Siamese = serde_json::from_value(files.facts["siamese"].clone()).unwrap();
    let at_48: Vec<f32> = serde_json::from_value(files.facts["larger"].clone()).unwrap();
    let right = InputValue::file(files.at("second.png"));
    let options = OpenOptions::default().input_at("right", right);
    let name = "siamese_open.onnx";
    let mut small = files.open(name, &options.clone().size(32, 32)).unwrap();
    assert!(apart(&logits(&mut small), &at_32.logits) < TOLERANCE);
    let mut larger = files.open(name, &options.size(48, 48)).unwrap();
    assert!(apart(&logits(&mut larger), &at_48) < TOLERANCE);
    let resized = used(&small, |usage| {
        (usage.preprocess.width, usage.preprocess.height) = (48, 48);
    });
    let mut resized = resized.unwrap();
    assert_eq!(info(&resized).held[0].shape, [1, 3, 48, 48]);
    assert!(apart(&logits(&mut resized), &at_48) < TOLERANCE);
}
