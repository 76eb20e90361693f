//! Models of two, four and six channels, against PyTorch on what Pillow reads; `tests/bands/make.py`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use gradcam::engine::Session;
use gradcam::explain::Score;
use gradcam::model::{InputChannels, ReluRule, taken_words};
use gradcam::picture::map::compose;
use gradcam::picture::photo::decode::bands::ShownBands;
use gradcam::picture::photo::decode::{Decoding, Photo};
use gradcam::picture::photo::geometry::Fit;
use npyz::npz::NpzArchive;

/// The last rectifier.
const LAYER: &str = "features.3";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/bands")
        .join(name)
}

struct Expected(NpzArchive<BufReader<File>>);

impl Expected {
    fn of(name: &str) -> Expected {
        Expected(NpzArchive::open(folder(&format!("{name}.npz"))).unwrap())
    }

    #[track_caller]
    fn agrees(&mut self, name: &str, actual: &[f32]) {
        let array = self.0.by_name(name).unwrap().unwrap();
        let expected: Vec<f32> = array.into_vec().unwrap();
        assert_eq!(actual.len(), expected.len(), "{name}");
        let largest = expected
            .iter()
            .fold(0f32, |most, value| most.max(value.abs()));
        let pairs = actual.iter().zip(&expected);
        let worst = pairs.map(|(a, e)| (a - e).abs()).fold(0f32, f32::max);
        assert!(worst <= 1e-4 * largest, "{name}: {worst} of {largest}");
    }
}

#[track_caller]
fn agrees_with(name: &str, model: &str, photo: &Photo) {
    let mut session = Session::default();
    let info = session.open_model(&folder(model)).unwrap();
    let channels = info.preprocess.channels;
    assert!(matches!(channels, InputChannels::Bands(_)), "{channels:?}");
    let mut expected = Expected::of(name);
    let prediction = session.predict(photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    expected.agrees("logits", &prediction.logits);
    let score = Score::For(prediction.ranking[0]);
    let map = session.heat_map(score, LAYER).unwrap().map;
    expected.agrees("grad_cam", &map.values);
    for (key, rule) in [
        ("gradient", ReluRule::Gradient),
        ("guided_backprop", ReluRule::Guided),
    ] {
        let gradient = session.input_gradient(score, rule).unwrap().image;
        assert_eq!(gradient.channels(), channels.count());
        expected.agrees(key, &gradient.values);
        assert_eq!(gradient.drawn().channels(), 1);
        let drawn = compose::signed(&gradient, &prediction.placement);
        assert_eq!(drawn.dimensions(), photo.rgb.dimensions());
    }
    let check = session.self_check(score, Some(LAYER)).unwrap();
    assert!(check.slope.agrees(), "{check:?}");
}

fn open(name: &str) -> Photo {
    Photo::open(&folder(name)).unwrap()
}

#[test]
fn two_channels_are_grey_and_opacity() {
    agrees_with("two", "two.pt2", &open("two.png"));
}

#[test]
fn four_channels_are_colours_and_opacity() {
    agrees_with("four", "four_normalised.pt2", &open("four.png"));
}

#[test]
fn a_tiff_has_any_number_of_bands_of_any_depth() {
    agrees_with("six_8", "six.pt2", &open("six_8.tif"));
    agrees_with("six_16", "six.pt2", &open("six_16.tif"));
    agrees_with("six_f", "six.pt2", &open("six_f.tif"));
    agrees_with("infrared", "four.pt2", &open("infrared.tif"));
}

#[test]
fn several_files_are_the_bands_of_one_image() {
    let paths = [1, 2, 3, 4].map(|band| folder(&format!("band_{band}.tif")));
    let photo = Photo::open_bands(&paths, Decoding::default()).unwrap();
    agrees_with("infrared", "four.pt2", &photo);
    let other = [paths[0].clone(), folder("../pictures/one_pixel.png")];
    let error = Photo::open_bands(&other, Decoding::default()).unwrap_err();
    assert!(error.to_string().contains("need one size"), "{error}");
}

#[test]
fn a_picture_with_too_few_channels_is_refused() {
    let mut session = Session::default();
    session.open_model(&folder("six.pt2")).unwrap();
    for (name, has) in [
        ("four.png", "4 channels (red, green, blue, opacity)"),
        ("infrared.tif", "4 bands"),
        ("band_1.tif", "1 channel (grey)"),
        ("../pictures/one_pixel.png", "3 channels (red, green, blue)"),
    ] {
        let refused = session.predict(&open(name), Fit::Crop, &mut |_| Ok(()));
        let said = refused.unwrap_err().to_string();
        let words = format!("the image has {has}, and the model takes 6 channels");
        assert!(said.contains(&words), "{said}");
    }
}

#[test]
fn a_model_of_colours_takes_the_bands_that_are_shown() {
    let mut session = Session::default();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/squeezenet1_1.pt2");
    session.open_model(&model).unwrap();
    let mut logits = |photo: &Photo| {
        let prediction = session.predict(photo, Fit::Crop, &mut |_| Ok(()));
        prediction.unwrap().logits.clone()
    };
    let decoding = Decoding {
        shown: Some(ShownBands([4, 1, 2])),
        ..Decoding::default()
    };
    let photo = Photo::open_as(&folder("infrared.tif"), decoding).unwrap();
    // The same bands as a picture of colours.
    let colours = Photo::from_rgb("colours.png".into(), photo.rgb.clone());
    assert_eq!(logits(&photo), logits(&colours));
    assert_ne!(logits(&photo), logits(&open("infrared.tif")));
    let words = taken_words(&photo, InputChannels::Rgb);
    assert_eq!(
        words,
        ["The model takes bands 4, 1, 2 of 4 as red, green, blue: 8-bit values, divided by 255"]
    );
}
