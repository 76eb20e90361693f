//! The library's front door: the same numbers and pixels as the command line, and errors that say
//! what to do.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

#[path = "../examples/explain.rs"]
mod example;
#[path = "support/unpacked.rs"]
mod unpacked;

use std::path::{Path, PathBuf};

use gradcam::{
    ClassOrScore, Error, Explainer, ExplainerOptions, Explanation, Fit, OpenOptions, Score,
    SecondPicture,
};

use unpacked::unpacked;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn squeezenet() -> Explainer {
    Explainer::open(root("models/squeezenet1_1.pt2")).unwrap()
}

fn chelsea(explainer: &Explainer) -> Explanation {
    explainer.explain(root("assets/chelsea.png")).unwrap()
}

#[test]
fn the_readme_shows_the_example_that_runs() {
    let example = std::fs::read_to_string(root("examples/explain.rs")).unwrap();
    let readme = std::fs::read_to_string(root("README.md")).unwrap();
    assert!(
        readme.contains(&format!("```rust\n{example}```")),
        "README.md must show examples/explain.rs as it is:\n\n{example}"
    );
    example::main().unwrap();
    let overlay = image::open(root("tabby.png")).unwrap();
    let photo = image::open(root("assets/chelsea.png")).unwrap();
    assert_eq!(
        (overlay.width(), overlay.height()),
        (photo.width(), photo.height())
    );
}

#[cfg(feature = "cli")]
#[test]
fn agrees_with_the_command_line() {
    use gradcam::{OverlayOptions, ReluRule};
    use npyz::npz::NpzArchive;

    const LAYER: &str = "features.3";
    let folder = tempfile::tempdir().unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args([
            "export",
            "assets/chelsea.png",
            "--raw",
            "--separate",
            "--unseen=shaded",
        ])
        .args(["--model", "models/squeezenet1_1.pt2", "--layer", LAYER])
        .args(["--class", "tabby", "--out"])
        .arg(folder.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let done = done.unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let file = |ending: &str| {
        let name = format!("chelsea_squeezenet1_1_{LAYER}_281.{ending}");
        folder.path().join(name)
    };
    let mut archive = NpzArchive::open(file("npz")).unwrap();
    let mut compare = |name: &str, shape: &[usize], ours: &[f32]| {
        let array = archive.by_name(name).unwrap().unwrap();
        let theirs_shape: Vec<usize> = array.shape().iter().map(|n| *n as usize).collect();
        assert_eq!(shape, theirs_shape, "{name}");
        let theirs = array.into_vec::<f32>().unwrap();
        let largest = theirs.iter().fold(0f32, |max, value| max.max(value.abs()));
        assert!(largest > 0.0, "{name} is all zero");
        // Two runs may add up in another order.
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * largest;
        assert!(ours.iter().zip(&theirs).all(close), "{name} differs");
    };

    let explanation = chelsea(&squeezenet());
    let map = explanation.heat_map("tabby", LAYER).unwrap();
    let guided = explanation.guided_backprop("tabby").unwrap();
    let product = explanation.guided_grad_cam("tabby", LAYER).unwrap();
    let gradient = explanation.input_gradient("tabby", ReluRule::Gradient);
    let gradient = gradient.unwrap();
    let logits = &explanation.prediction().logits;
    let planes = [3, guided.height, guided.width];
    compare("logits", &[logits.len()], logits);
    compare("grad_cam", &[map.height, map.width], &map.values);
    compare("guided_backprop", &planes, &guided.values);
    compare("guided_grad_cam", &planes, &product.values);
    compare("gradient", &planes, &gradient.values);

    let png = |ending: &str| image::open(file(ending)).unwrap().into_rgb8();
    let overlay = explanation.overlay(&map, &OverlayOptions::default());
    let bare = explanation.overlay(&map, &OverlayOptions::default().opacity(1.0));
    let differing = |a: &image::RgbImage, b: &image::RgbImage| {
        assert_eq!(a.dimensions(), b.dimensions());
        let pairs = a.as_raw().iter().zip(b.as_raw());
        pairs.filter(|(a, b)| a.abs_diff(**b) > 1).count()
    };
    assert_eq!(differing(&overlay, &png("overlay.png")), 0);
    assert_eq!(differing(&bare, &png("heatmap.png")), 0);
    let signed = explanation.signed_image(&guided);
    assert_eq!(differing(&signed, &png("guided_backprop.png")), 0);
}

#[test]
fn a_class_is_named_by_index_label_rank_or_score() {
    let explanation = chelsea(&squeezenet());
    let best = &explanation.top(3)[1];
    assert_eq!(explanation.top(5000).len(), 1000);
    let map = explanation.heat_map(best.class, None).unwrap();
    let same: [ClassOrScore; 4] = [
        best.label.as_str().into(),
        "top2".into(),
        best.into(),
        Score::For(best.class).into(),
    ];
    for class in same {
        assert_eq!(explanation.heat_map(class, None).unwrap(), map, "{class:?}");
    }
    let against = Score::Against(best.class);
    assert_ne!(explanation.heat_map(against, None).unwrap(), map);
}

#[test]
fn takes_the_recommended_layer_if_none_is_named() {
    let explainer = squeezenet();
    let explanation = chelsea(&explainer);
    let recommended = explainer.recommended_layer().unwrap();
    let layers: Vec<&str> = explainer.layers().collect();
    assert!(layers.contains(&recommended));
    let map = explanation.heat_map("tabby", None).unwrap();
    let maps = explanation.heat_maps("tabby", &["features.3", recommended]);
    assert_eq!(maps.unwrap()[1], map);
    let channels = explanation.channels("tabby", None).unwrap();
    assert_eq!((channels.width, channels.height), (map.width, map.height));
}

#[test]
fn explanations_stand_beside_each_other_and_outlive_their_explainer() {
    fn shareable<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    let explainer = shareable(squeezenet());
    let cat = shareable(chelsea(&explainer));
    let map = cat.heat_map("tabby", None).unwrap();
    let coffee = explainer.explain(root("assets/coffee.png")).unwrap();
    let cup = coffee.heat_map("top1", None).unwrap();
    drop(explainer);
    let again = std::thread::spawn(move || cat.heat_map("tabby", None).unwrap());
    assert_eq!(again.join().unwrap(), map);
    assert_eq!(coffee.heat_map("top1", None).unwrap(), cup);
}

#[test]
fn an_image_in_memory_is_explained_as_its_file_is() {
    let explainer = squeezenet();
    let image = image::open(root("assets/chelsea.png")).unwrap().into_rgb8();
    let from_memory = explainer.explain_image(image.clone()).unwrap();
    let from_file = chelsea(&explainer);
    assert_eq!(from_memory.top(5), from_file.top(5));
    assert_eq!(from_memory.photo(), &image);
}

#[test]
fn options_change_how_a_photo_meets_the_model() {
    let options = ExplainerOptions::default().fit(Fit::Pad).cached_passes(2);
    let padding = Explainer::open_with(root("models/squeezenet1_1.pt2"), options).unwrap();
    let padded = chelsea(&padding);
    assert_eq!(padded.prediction().placement.fit, Fit::Pad);

    let mut usage = padding.model().usage();
    usage.preprocess.channels = gradcam::model::InputChannels::Bgr;
    let swapped = chelsea(&padding.with_usage(usage).unwrap());
    assert_ne!(swapped.top(1)[0].logit, padded.top(1)[0].logit);
    assert!(swapped.guided_backprop("top1").unwrap().blue_first);
}

#[test]
fn errors_tell_model_image_class_and_layer_apart() {
    let missing = Explainer::open(root("models/nothing.pt2")).err();
    assert!(matches!(missing, Some(Error::Model(_))), "{missing:?}");
    let explainer = squeezenet();
    let spoilt = explainer.explain(root("tests/pictures/corrupt.png")).err();
    assert!(matches!(spoilt, Some(Error::Image(_))), "{spoilt:?}");
    let explanation = chelsea(&explainer);
    let unknown = explanation.heat_map("tabbi", None).unwrap_err();
    assert!(matches!(unknown, Error::Class(_)), "{unknown:?}");
    let beyond = explanation.guided_backprop(1000).unwrap_err();
    assert!(matches!(beyond, Error::Computation(_)), "{beyond:?}");
    let nowhere = explanation.heat_map(0, "features.99").unwrap_err();
    assert!(nowhere.to_string().contains("features.99"), "{nowhere}");
}

#[test]
fn compares_an_embedding_with_a_second_picture() {
    let folder = unpacked("tests/answers/two_pictures.zip.gz");
    let at = |name: &str| folder.path().join(name);
    let second = SecondPicture::file(at("second.png"));
    let opening = OpenOptions::default().similar_to(second);
    let options = ExplainerOptions::default().opening(opening);
    let explainer = Explainer::open_with(at("embedding.onnx"), options).unwrap();
    let explanation = explainer.explain(at("first.png")).unwrap();
    // PyTorch's.
    let cosine = explanation.top(1)[0].probability;
    assert!((cosine - 0.973_744).abs() < 1e-4, "{cosine}");
    let map = explanation.heat_map("what makes it different", None);
    assert!(map.unwrap().max() > 0.0);

    let itself = image::open(at("second.png")).unwrap().into_rgb8();
    let alike = explainer.explain_image(itself).unwrap();
    let why = alike.heat_map("what makes it similar", None).err().unwrap();
    assert!(why.to_string().contains("nothing to explain"), "{why}");

    // Compared with a picture from memory, and not at all.
    let grey = image::RgbImage::from_pixel(40, 40, image::Rgb([90, 120, 60]));
    let mut usage = explainer.model().usage();
    usage.reference = Some(SecondPicture::rgb(grey));
    let other = explainer.with_usage(usage.clone()).unwrap();
    let other = other.explain(at("first.png")).unwrap();
    assert!((other.top(1)[0].probability - cosine).abs() > 1e-4);
    usage.reference = None;
    let plain = explainer.with_usage(usage).unwrap();
    assert_eq!(plain.labels().len(), 12);
}
