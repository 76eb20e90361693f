//! How images are prepared.

use serde_json::Value;

use crate::support::{best, gradcam, stderr, stdout, unpacked};

#[test]
fn prepares_images_as_the_command_line_says() {
    let model = ["--model", "models/squeezenet1_1.pt2"];
    let with = |more: &[&str]| best(&[&model[..], more].concat());
    let own = with(&[]);
    // The model's own preprocessing, in several ways of giving it.
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let timm = file(
        "preprocess.json",
        r#"{"mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "crop_pct": 0.875, "interpolation": "bilinear"}"#,
    );
    let transformers = file(
        "preprocessor_config.json",
        r#"{"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": 224,
            "do_center_crop": true, "resample": 2, "image_mean": [0.485, 0.456, 0.406],
            "image_std": [0.229, 0.224, 0.225]}"#,
    );
    let mean = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];
    for same in [
        &mean[..],
        &["--size", "224", "--resize", "crop,256,bilinear"],
        &["--preprocess", &timm],
        &["--preprocess", &transformers],
    ] {
        let (_, logit, label) = with(same);
        assert_eq!(label, own.2, "{same:?}");
        assert!(
            (logit - own.1).abs() < 0.05,
            "{same:?}: {logit}, not {}",
            own.1
        );
    }
    for other in [
        &["--range", "0..1"][..],
        &["--channels", "bgr", "--size", "320x240"],
        &["--resize", "400,stretch,area"],
    ] {
        let (_, logit, _) = with(other);
        assert!((logit - own.1).abs() > 1e-4, "{other:?}");
    }
    // A range is a mean and a deviation.
    assert_eq!(
        with(&["--range", "-1..1"]),
        with(&["--mean", "127.5", "--std", "127.5"])
    );
}

#[test]
fn every_command_that_runs_a_model_takes_preprocessing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap().to_owned();
    let page = format!("{out}/page.png");
    let image = "assets/chelsea_224.png";
    for command in [
        &["export", image, "--out", &out][..],
        &["compare", image, "--out", &page],
        &["classes", image],
        &["layers"],
        &["doctor"],
    ] {
        let model = ["--model", "models/squeezenet1_1.pt2"];
        let given = ["--range", "0..1", "--resize", "stretch"];
        let command: Vec<&str> = if command[0] == "doctor" {
            vec!["doctor", "models/squeezenet1_1.pt2"]
        } else {
            [command, &model[..]].concat()
        };
        let done = gradcam([&command[..], &given[..]].concat());
        assert!(done.status.success(), "{command:?}: {}", stderr(&done));
    }
}

#[test]
fn words_wrong_preprocessing_for_who_typed_it() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("preprocess.json");
    std::fs::write(&broken, r#"{"crop_pct": -1}"#).unwrap();
    let not_json = folder.path().join("notes.json");
    std::fs::write(&not_json, "mean 0.5").unwrap();
    let (broken, not_json) = (broken.to_str().unwrap(), not_json.to_str().unwrap());
    for (given, words) in [
        (&["--mean", "red"][..], "numbers with commas"),
        (
            &["--mean", "0.5,0.5"],
            "a mean of 2 numbers, but the model has 3 channels",
        ),
        (&["--mean", "300"], "from 0 to 255"),
        (&["--std", "0"], "above 0"),
        (&["--range", "0..2"], "0..1, 0..255 or -1..1"),
        (&["--range", "0..1", "--mean", "0"], "cannot be used with"),
        (&["--channels", "gbr"], "rgb, bgr, grey"),
        (&["--channels", "grey"], "the model takes 3"),
        (&["--size", "1"], "pixels from 8"),
        (&["--resize", "tile"], "crop, stretch or pad"),
        (
            &["--preprocess", "nowhere.json"],
            "cannot be read: nowhere.json",
        ),
        (&["--preprocess", not_json], "notes.json"),
        (&["--preprocess", broken], "crop_pct -1"),
    ] {
        let model = [
            "classes",
            "assets/chelsea_224.png",
            "--model",
            "models/squeezenet1_1.pt2",
        ];
        let done = gradcam([&model[..], given].concat());
        assert!(!done.status.success(), "{given:?}");
        let said = stderr(&done);
        assert!(said.contains(words), "{given:?}: {said}");
        assert!(stdout(&done).is_empty());
    }
}

#[test]
fn which_fits_compares_the_usual_preprocessings() {
    let model = ["--model", "models/squeezenet1_1.pt2"];
    let image = ["classes", "assets/chelsea_224.png", "--which-fits"];
    let done = gradcam([&image[..], &model[..], &["--json"]].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    let rows: Value = serde_json::from_str(&stdout(&done)).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() >= 9, "{}", rows.len());
    assert_eq!(rows[0]["name"], "As it is now");
    // Each row is what the model predicts when it is given that preprocessing.
    let unit = rows
        .iter()
        .find(|row| row["name"] == "0…1, stretched")
        .unwrap();
    let mut given = vec!["classes", "assets/chelsea_224.png", "--json", "-k", "1"];
    given.extend(model);
    given.extend(["--range", "0..1", "--resize", "stretch,bilinear"]);
    let alone: Value = serde_json::from_str(&stdout(&gradcam(given))).unwrap();
    assert_eq!(alone[0]["class"], unit["class"]);
    let logit = |row: &Value| row["logit"].as_f64().unwrap();
    assert!((logit(&alone[0]) - logit(unit)).abs() < 1e-4);
    let lines = stdout(&gradcam([&image[..], &model[..]].concat()));
    assert_eq!(lines.lines().count(), rows.len());
    assert!(lines.lines().next().unwrap().ends_with("As it is now"));
}

#[test]
fn says_how_to_give_a_value_to_an_input_that_is_held_at_zeros() {
    let (_folder, model) = unpacked("tests/layers/recommended.zip.gz", "sites.onnx");
    let model = model.display().to_string();
    let photo = "assets/cat_and_coffee_224.png";
    let asked = ["classes", photo, "--model", &model];
    let done = gradcam(asked);
    let advice = "give it a value with --input site=VALUE";
    assert!(stderr(&done).contains("held at zeros"), "{}", stderr(&done));
    assert!(stderr(&done).contains(advice), "{}", stderr(&done));
    let report = gradcam(["doctor", &model]);
    assert!(stdout(&report).contains(advice), "{}", stdout(&report));
    let done = gradcam([&asked[..], &["--input", "site=2"]].concat());
    assert!(!stderr(&done).contains(advice), "{}", stderr(&done));
}
