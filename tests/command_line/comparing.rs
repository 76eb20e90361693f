//! Classes, images and models in rows.

use std::path::Path;

use serde_json::Value;

use crate::support::{gradcam, lines_of, root, stderr, stdout, unpacked};

#[test]
fn compares_two_classes_in_three_rows() {
    let folder = tempfile::tempdir().unwrap();
    let compare = |out: &Path, more: &[&str]| {
        let fixed = [
            "compare",
            "assets/cat_and_coffee_224.png",
            "--class=tiger cat",
            "--class=espresso",
            "--out",
            out.to_str().unwrap(),
        ];
        let done = gradcam(fixed.iter().chain(more));
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        assert!(stdout(&done).contains(out.to_str().unwrap()));
    };
    let svg = folder.path().join("cats.svg");
    compare(&svg, &["--common-scale"]);
    let lines = lines_of(&svg);
    for line in [
        "A: tiger cat",
        "B: espresso",
        "A − B: tiger cat versus espresso",
        "Difference of the maps",
        "inferno, opacity 50 %, one scale",
    ] {
        assert!(lines.iter().any(|said| said == line), "{line}: {lines:?}");
    }
    compare(&svg, &["--mode=contours", "--scale-max=0.001"]);
    let lines = lines_of(&svg);
    for line in [
        "≥ 0.00100",
        "inferno, lines at 20, 40, 60 and 80 % of the scale, one scale",
    ] {
        assert!(lines.iter().any(|said| said == line), "{line}: {lines:?}");
    }
    // The facts are beside it, as the window writes them: one view for each row.
    let facts = std::fs::read(svg.with_extension("json")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap();
    let views = facts["views"].as_array().unwrap();
    let explained: Vec<_> = views.iter().map(|view| &view["explains"]).collect();
    assert_eq!(
        explained,
        ["tiger cat", "espresso", "tiger cat versus espresso"]
    );
    for view in views {
        assert_eq!(view["overlay"], "contours");
        assert!((view["scale_max"].as_f64().unwrap() - 0.001).abs() < 1e-9);
        assert_eq!(view["contours"].as_array().unwrap().len(), 4);
        assert!(view["versions"]["gradcam"].is_string());
    }
    let pdf = folder.path().join("cats.pdf");
    compare(&pdf, &["--panel-px=100"]);
    let bytes = std::fs::read(&pdf).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&bytes);
    // Twelve panels and two legends.
    assert_eq!(text.matches("/Subtype /Image").count(), 14);
    assert!(text.matches("/FontFile2").count() == 2 && text.contains(" Tj"));
}

#[test]
fn compares_images_and_models_in_one_row_each() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("many.svg");
    let arguments = [
        "compare",
        "assets/chelsea_224.png",
        "assets/cat_and_coffee_224.png",
        "--model=models/efficientnet_lite0.pt2",
        "--model=models/squeezenet1_1.pt2",
        "--layer=bn2",
        "--layer=features.12",
        "--panel-px=64",
        "--out",
        out.to_str().unwrap(),
    ];
    let done = gradcam(arguments);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let lines = lines_of(&out).join("\n");
    let of = |what: &str| lines.matches(what).count();
    assert_eq!(
        of("chelsea_224.png · efficientnet_lite0 · bn2"),
        1,
        "{lines}"
    );
    assert_eq!(
        of("cat_and_coffee_224.png · squeezenet1_1 · features.12"),
        1,
        "{lines}"
    );
    assert_eq!(of("probability"), 4, "{lines}");
    // The message names the model without that layer.
    let wrong: Vec<&str> = arguments
        .into_iter()
        .filter(|argument| *argument != "--layer=features.12")
        .collect();
    let done = gradcam(wrong);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        stderr(&done).contains("squeezenet1_1.pt2"),
        "{}",
        stderr(&done)
    );
}

#[test]
fn checks_the_output_before_comparing() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken.png");
    std::fs::create_dir(&taken).unwrap();
    let picture = folder.path().join("cat.png");
    std::fs::copy(root("assets/chelsea_224.png"), &picture).unwrap();
    let before = std::fs::read(&picture).unwrap();
    let said = |out: &Path, more: &[&str]| {
        let fixed = [
            "compare",
            picture.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let done = gradcam(fixed.iter().chain(more));
        assert_eq!(done.status.code(), Some(2), "{out:?} {more:?}");
        assert_eq!(stdout(&done), "");
        stderr(&done)
    };
    let file = |name: &str| folder.path().join(name);
    assert!(said(&file("a.jpg"), &[]).contains(".png, .svg or .pdf"));
    assert!(said(&file("a"), &[]).contains(".png, .svg or .pdf"));
    assert!(said(&taken, &[]).contains("folder with that name"));
    assert!(said(&file("no/such/a.png"), &[]).contains("no such folder"));
    assert!(said(Path::new("/proc/a.pdf"), &[]).contains("nothing was written"));
    assert!(said(&picture, &[]).contains("would replace this image"));
    let notes = file("notes.json");
    std::fs::write(&notes, "{}").unwrap();
    assert!(said(&file("notes.svg"), &[]).contains("would replace another file"));
    assert_eq!(std::fs::read(&notes).unwrap(), b"{}");
    std::fs::remove_file(&notes).unwrap();
    let two = said(&file("a.png"), &["--layer=bn1", "--layer=bn2"]);
    assert!(two.contains("2 layers were named for one model"), "{two}");
    assert!(said(&file("a.png"), &["--class=cat"]).contains("tiger cat"));
    assert!(said(&file("a.png"), &["--model=assets/coffee.png"]).contains("coffee.png"));
    assert!(said(&file("a.png"), &["assets/no_such.png"]).contains("no_such.png"));
    assert_eq!(std::fs::read(&picture).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn compares_an_embedding_with_a_second_picture() {
    let (folder, model) = unpacked("tests/answers/two_pictures.zip.gz", "unit.pt2");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (first, second) = (at("first.png"), at("second.png"));
    let model = model.display().to_string();
    let similar = ["--model", &model, "--similar-to", &second];
    let done = gradcam([&["classes", &first, "--json"][..], &similar].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stderr(&done).contains("second picture, second.png"));
    let rows: Value = serde_json::from_str(&stdout(&done)).unwrap();
    // PyTorch's.
    let cosine = rows[1]["cosine"].as_f64().unwrap();
    assert!((cosine - 0.973_744).abs() < 1e-4, "{cosine}");
    assert_eq!(rows[1]["label"], "what makes it different");
    let out = at("out");
    let done = gradcam([&["export", &first, "--out", &out][..], &similar].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    let written = std::fs::read_dir(&out).unwrap();
    let written = written.map(|entry| entry.unwrap().path());
    let json = written.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let json = std::fs::read_to_string(json.last().unwrap()).unwrap();
    assert!(json.contains("what makes it similar"), "{json}");
    let done = gradcam(["doctor", &model, &first, "--similar-to", &second]);
    assert!(done.status.success(), "{}", stdout(&done));
    let report = stdout(&done);
    assert!(
        report.contains("12 values, compared with those for second.png"),
        "{report}"
    );
    assert!(report.contains("(cosine 0.974)"), "{report}");

    for (arguments, words) in [
        (vec!["export", &second, "--out", &out], "nothing to explain"),
        (
            vec!["classes", &first, "--which-fits"],
            "does not show which",
        ),
        (
            vec!["classes", &first, "--answer", "numbers"],
            "cannot be used with",
        ),
    ] {
        let done = gradcam([&arguments[..], &similar].concat());
        assert!(!done.status.success(), "{arguments:?}");
        assert!(stderr(&done).contains(words), "{}", stderr(&done));
    }
    let done = gradcam([
        "classes",
        &first,
        "--model",
        &model,
        "--similar-to",
        "nowhere.png",
    ]);
    assert!(!done.status.success());
    assert!(
        stderr(&done).contains("no such file: nowhere.png"),
        "{}",
        stderr(&done)
    );
}

#[test]
fn a_network_of_two_pictures_takes_two_files() {
    let (folder, model) = unpacked("tests/answers/two_pictures.zip.gz", "siamese.onnx");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (first, model) = (at("first.png"), model.display().to_string());
    let classes = ["classes", &first, "--model", &model, "--json"];
    let refused = gradcam(classes);
    assert!(!refused.status.success());
    assert!(
        stderr(&refused).contains("--input NAME=FILE"),
        "{}",
        stderr(&refused)
    );
    let right = format!("right={}", at("second.png"));
    let done = gradcam([&classes[..], &["--input", &right]].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(
        stderr(&done).contains("at the picture second.png"),
        "{}",
        stderr(&done)
    );
    let rows: Value = serde_json::from_str(&stdout(&done)).unwrap();
    // PyTorch's.
    let logit = |row: usize| rows[row]["logit"].as_f64().unwrap();
    assert!((logit(0) - 0.098_965).abs() < 1e-4 && (logit(1) + 0.121_382).abs() < 1e-4);
    let done = gradcam([&classes[..], &["--input", "right=nowhere.png"]].concat());
    assert!(
        stderr(&done).contains("neither numbers nor the path"),
        "{}",
        stderr(&done)
    );
}
