//! The second picture is fitted and read as the first one is.

use super::*;
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::decode::bands::ShownBands;

#[derive(Deserialize)]
struct Stretched {
    cosine: f32,
    logits: Vec<f32>,
}

#[test]
fn a_second_picture_is_fitted_as_the_first_one_is() {
    let files = Files::unpacked();
    let theirs: Stretched = serde_json::from_value(files.facts["stretched"].clone()).unwrap();
    let (square, wide) = (files.photo("second.png"), files.photo("first.png"));
    let values = |session: &mut Session, photo: &Photo, fit: Fit| {
        let answer = session.predict(photo, fit, &mut |_| Ok(())).unwrap();
        (answer.probabilities[0], answer.logits.clone())
    };
    let compared = OpenOptions::default().similar_to(SecondPicture::file(files.at("first.png")));
    let held = InputValue::file(files.at("first.png"));
    let held = OpenOptions::default().input_at("right", held);
    for ending in ["pt2", "onnx"] {
        let mut session = files.open(&format!("embedding.{ending}"), &compared);
        let session = session.as_mut().unwrap();
        let cropped = values(session, &square, Fit::Crop).0;
        let stretched = values(session, &square, Fit::Stretch).0;
        assert!((stretched - theirs.cosine).abs() < TOLERANCE);
        assert!((cropped - stretched).abs() > 1e-3);
        // The same picture twice.
        for fit in Fit::ALL {
            let alike = values(session, &wide, fit).0;
            assert!((alike - 1.0).abs() < 1e-5, "{fit:?}: {alike}");
        }
        assert!((values(session, &square, Fit::Crop).0 - cropped).abs() < 1e-6);
        let mut session = files.open(&format!("siamese.{ending}"), &held);
        let session = session.as_mut().unwrap();
        let cropped = values(session, &square, Fit::Crop).1;
        let stretched = values(session, &square, Fit::Stretch).1;
        assert!(apart(&stretched, &theirs.logits) < TOLERANCE);
        assert!(apart(&cropped, &stretched) > 1e-2);
    }
}

#[test]
fn names_that_were_typed_outlast_a_comparison() {
    let files = Files::unpacked();
    let plain = OpenOptions::default();
    let first = files.open("embedding.pt2", &plain).unwrap();
    let typed: Vec<String> = (0..12).map(|number| format!("value {number}")).collect();
    let named = used(&first, |usage| usage.names = Some(typed.clone())).unwrap();
    assert_eq!(info(&named).labels, typed);
    let second = SecondPicture::file(files.at("second.png"));
    let compared = used(&named, |usage| usage.reference = Some(second)).unwrap();
    assert_eq!(info(&compared).labels[0], "what makes it similar");
    let back = used(&compared, |usage| usage.reference = None).unwrap();
    assert_eq!(info(&back).labels, typed);
    let without = used(&back, |usage| usage.names = None).unwrap();
    assert_eq!(info(&without).labels, info(&first).labels);
}

#[test]
fn a_second_picture_is_read_as_the_first_one_is() {
    let files = Files::unpacked();
    let seen = image::open(files.at("second.png")).unwrap().into_rgb8();
    let hidden = image::RgbaImage::from_fn(seen.width(), seen.height(), |x, y| {
        let image::Rgb([red, green, blue]) = *seen.get_pixel(x, y);
        image::Rgba([red, green, blue, if x < 40 { 255 } else { 0 }])
    });
    hidden.save(files.at("hidden.png")).unwrap();
    let pillow = Decoding {
        as_pillow: true,
        ..Decoding::default()
    };
    let cosine = |picture: SecondPicture| {
        let options = OpenOptions::default().similar_to(picture);
        let mut session = files.open("unit.onnx", &options).unwrap();
        let photo = files.photo("first.png");
        let answer = session.predict(&photo, Fit::Crop, &mut |_| Ok(()));
        answer.unwrap().probabilities[0]
    };
    let plain = cosine(SecondPicture::file(files.at("second.png")));
    let over_white = SecondPicture::file(files.at("hidden.png"));
    assert!((cosine(over_white.clone()) - plain).abs() > 1e-3);
    assert!((cosine(over_white.read_as(pillow)) - plain).abs() < 1e-6);
    let bands = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bands/six_8.tif");
    let shown = Decoding {
        shown: Some(ShownBands([5, 1, 4])),
        ..Decoding::default()
    };
    let first = Photo::open_as(&bands, shown).unwrap();
    let alike = |picture: SecondPicture| {
        let options = OpenOptions::default().similar_to(picture);
        let mut session = files.open("unit.onnx", &options).unwrap();
        let answer = session.predict(&first, Fit::Crop, &mut |_| Ok(())).unwrap();
        answer.probabilities[0]
    };
    assert!((alike(SecondPicture::file(&bands)) - 1.0).abs() > 1e-4);
    assert!((alike(SecondPicture::file(&bands).read_as(shown)) - 1.0).abs() < 1e-5);
}
