//! One model for each way of fitting its second picture.

use super::*;
use crate::engine::Stage;
use crate::engine::session::recordings::Recordings;

/// The photo of this name, read once more, so that no recording of it is known.
fn logits(files: &Files, session: &mut Session, name: &str, fit: Fit) -> Vec<f32> {
    let answer = session.predict(&files.photo(name), fit, &mut |_| Ok(()));
    answer.unwrap().logits.clone()
}

fn siamese(files: &Files, name: &str) -> Session {
    let right = InputValue::file(files.at("first.png"));
    let options = OpenOptions::default().input_at("right", right);
    files.open(name, &options).unwrap()
}

#[test]
fn a_fit_that_was_used_before_does_not_read_the_file_again() {
    let files = Files::unpacked();
    for name in ["siamese.pt2", "siamese.onnx"] {
        let mut session = siamese(&files, name);
        let all = |session: &mut Session| {
            let each = Fit::ALL.map(|fit| logits(&files, session, "second.png", fit));
            assert!(apart(&each[0], &each[1]) > 1e-2);
            each
        };
        let before = all(&mut session);
        std::fs::remove_file(files.at(name)).unwrap();
        assert_eq!(all(&mut session), before);
    }
}

#[test]
fn a_pass_is_checked_with_the_graph_that_it_went_through() {
    let files = Files::unpacked();
    let mut session = Session {
        recordings: Recordings::keeping(1),
        ..siamese(&files, "siamese.pt2")
    };
    logits(&files, &mut session, "second.png", Fit::Crop);
    let check = |session: &Session| session.self_check(Score::For(1), None).unwrap();
    let before = check(&session);
    assert!((before.slope.measured / before.slope.predicted - 1.0).abs() < 1e-3);
    // It is overtaken between fitting and the forward pass.
    let photo = files.photo("second.png");
    let overtaken = session.predict(&photo, Fit::Stretch, &mut |stage| {
        if stage == Stage::Forward {
            Err(Error::Overtaken)
        } else {
            Ok(())
        }
    });
    assert!(matches!(overtaken, Err(Error::Overtaken)));
    assert_eq!(check(&session), before);
    // A recording that is recalled brings its own graph back.
    session.predict(&photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    let cropped = check(&session);
    session.predict(&photo, Fit::Pad, &mut |_| Ok(())).unwrap();
    assert_ne!(check(&session), cropped);
    session.predict(&photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    assert_eq!(check(&session), cropped);
}

#[test]
fn a_model_of_another_size_is_opened_again_with_its_options() {
    let files = Files::unpacked();
    let theirs: Vec<f32> = serde_json::from_value(files.facts["per_pixel"].clone()).unwrap();
    let right = || InputValue::file(files.at("second.png"));
    let options = OpenOptions::default().input_at("right", right());
    let name = "per_pixel_open.onnx";
    let opened = files.open(name, &options).unwrap();
    assert_eq!(info(&opened).input_size(), (224, 224));
    let larger = used(&opened, |usage| {
        (usage.preprocess.width, usage.preprocess.height) = (48, 48);
    });
    let mut larger = larger.unwrap();
    assert_eq!(info(&larger).options, options);
    let values = |session: &mut Session| logits(&files, session, "first.png", Fit::Crop);
    assert!(apart(&values(&mut larger), &theirs) < TOLERANCE);
    // As the window does when an input is given another value.
    let options = info(&larger).options.clone().input_at("right", right());
    let again = files.open(name, &options).unwrap();
    let again = again.used(info(&larger).usage(), &mut |_| ControlFlow::Continue(()));
    let mut again = again.unwrap();
    assert!(apart(&values(&mut again), &theirs) < TOLERANCE);
    // Other preprocessing at the size in use, which is not that of the first opening.
    let before = info(&again).preprocess.clone();
    let levels = |usage: &mut Usage| usage.preprocess.std = vec![0.5; 3];
    let mut other = used(&again, levels).unwrap();
    assert_eq!(info(&other).held[0].shape, [1, 3, 48, 48]);
    assert!(apart(&values(&mut other), &theirs) > 1e-3);
    let mut back = used(&other, |usage| usage.preprocess = before).unwrap();
    assert!(apart(&values(&mut back), &theirs) < TOLERANCE);
}
