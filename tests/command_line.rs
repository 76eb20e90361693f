//! The program without a window, run as a user would run it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

#[path = "checkpoints/made.rs"]
mod made;
#[path = "support/unpacked.rs"]
mod unpacked;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn gradcam<I, S>(arguments: I) -> Output
where
    I: IntoIterator<Item = S>,
    S: AsRef<std::ffi::OsStr>,
{
    Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn exports_what_the_readme_says() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let model = "models/squeezenet1_1.pt2";
    let image = "assets/cat_and_coffee_224.png";
    let done = gradcam([
        "export",
        image,
        "--out",
        out,
        "--model",
        model,
        "--class",
        "espresso",
        "--class",
        "top2",
        "--layer",
        "features.12",
        "--layer",
        "features.7",
        "--fit",
        "stretch",
        "--separate",
        "--raw",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));

    // espresso (967) is the second of the top two, so two classes at two layers.
    let stem = "cat_and_coffee_224_squeezenet1_1_features.12_967";
    assert_eq!(stdout(&done).lines().count(), 4);
    assert!(stdout(&done).contains(&format!("{stem}.png")));
    let file = |ending: &str| folder.path().join(format!("{stem}.{ending}"));
    for panel in [
        "original",
        "heatmap",
        "overlay",
        "guided_backprop",
        "guided_grad_cam",
    ] {
        let picture = image::open(file(&format!("{panel}.png"))).unwrap();
        assert_eq!((picture.width(), picture.height()), (224, 224), "{panel}");
    }
    let original = image::open(file("original.png")).unwrap().to_rgb8();
    assert_eq!(original, image::open(root(image)).unwrap().to_rgb8());
    let overlay = image::open(file("overlay.png")).unwrap().to_rgb8();
    let bare = image::open(file("heatmap.png")).unwrap().to_rgb8();
    for ((o, b), p) in overlay
        .as_raw()
        .iter()
        .zip(bare.as_raw())
        .zip(original.as_raw())
    {
        let half = f32::midpoint(f32::from(*b), f32::from(*p));
        assert!(
            (f32::from(*o) - half).abs() <= 1.0,
            "the overlay at opacity 0.5 is the mean of photo and map"
        );
    }

    let facts: Value = serde_json::from_slice(&std::fs::read(file("json")).unwrap()).unwrap();
    assert_eq!(facts["label"], "espresso");
    assert_eq!(facts["class"], 967);
    assert_eq!(facts["top5"].as_array().unwrap().len(), 5);
    assert_eq!(facts["crop"]["width"], 224.0);
    for stage in ["resample", "forward", "heat_map", "guided"] {
        assert!(
            facts["timings_ms"][stage].as_f64().unwrap() >= 0.0,
            "{stage}"
        );
    }

    let mut ours = npyz::npz::NpzArchive::open(file("npz")).unwrap();
    let golden = root("tests/goldens/squeezenet1_1.cat_and_coffee.npz");
    let mut golden = npyz::npz::NpzArchive::open(golden).unwrap();
    for (name, theirs) in [
        ("logits", "logits"),
        ("grad_cam", "grad_cam|features.12|967"),
        ("guided_backprop", "guided_backprop|967"),
    ] {
        let ours = ours.by_name(name).unwrap().unwrap();
        let theirs = golden.by_name(theirs).unwrap().unwrap();
        assert_eq!(ours.shape(), theirs.shape(), "{name}");
        let (ours, theirs) = (
            ours.into_vec::<f32>().unwrap(),
            theirs.into_vec::<f32>().unwrap(),
        );
        let largest = theirs.iter().fold(0f32, |m, v| m.max(v.abs()));
        let worst = ours
            .iter()
            .zip(&theirs)
            .fold(0f32, |m, (a, b)| m.max((a - b).abs()));
        assert!(worst <= 1e-3 * largest, "{name}: {worst} of {largest}");
    }
    for name in ["guided_grad_cam", "gradient"] {
        assert_eq!(ours.by_name(name).unwrap().unwrap().shape(), [3, 224, 224]);
    }
    let map_max = facts["map_max"].as_f64().unwrap();
    let map = ours
        .by_name("grad_cam")
        .unwrap()
        .unwrap()
        .into_vec::<f32>()
        .unwrap();
    let largest = map.iter().fold(0f32, |m, v| m.max(*v));
    assert!((map_max - f64::from(largest)).abs() < 1e-6);
}

#[test]
fn reports_a_bad_image_and_exports_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.png");
    std::fs::write(&bad, b"no picture").unwrap();
    let out = folder.path().join("new/folder");
    let twin = folder.path().join("chelsea_224.png");
    std::fs::copy(root("assets/chelsea_224.png"), &twin).unwrap();
    let done = gradcam([
        "export".as_ref(),
        bad.as_os_str(),
        "assets/chelsea_224.png".as_ref(),
        twin.as_os_str(),
        "--class=285".as_ref(),
        "--out".as_ref(),
        out.as_os_str(),
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("bad.png"), "{}", stderr(&done));
    assert!(stderr(&done).contains("1 of 3"), "{}", stderr(&done));
    // Two images of one name do not overwrite each other.
    assert!(
        out.join("chelsea_224_efficientnet_lite0_bn2_285.png")
            .is_file()
    );
    assert!(
        out.join("chelsea_224-2_efficientnet_lite0_bn2_285.png")
            .is_file()
    );
}

#[test]
fn reports_an_output_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let out = file.join("below");
    let done = gradcam([
        "export",
        "assets/chelsea_224.png",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("below"), "{}", stderr(&done));
    assert_eq!(stderr(&done).lines().count(), 1, "{}", stderr(&done));
}

#[test]
fn leaves_no_folder_if_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.png");
    std::fs::write(&bad, b"no picture").unwrap();
    let out = folder.path().join("new");
    for more in [&[] as &[&str], &["--layers", "all"]] {
        let fixed = [
            "export",
            bad.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let done = gradcam(fixed.iter().chain(more));
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains("bad.png"), "{}", stderr(&done));
        assert!(!out.exists());
    }
}

#[test]
fn suggests_a_fix_for_unknown_classes_layers_and_models() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let image = "assets/chelsea_224.png";
    let said = |arguments: &[&str]| {
        let done = gradcam(["export", image, "--out", out].iter().chain(arguments));
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        stderr(&done)
    };
    assert!(said(&["--class", "cat"]).contains("tiger cat"));
    assert!(said(&["--class", "1000"]).contains("0 to 999"));
    assert!(said(&["--layer", "classifier"]).contains("not a map"));
    assert!(said(&["--layer", "nowhere"]).contains("gradcam layers"));
    assert!(said(&["--model", "assets/coffee.png"]).contains("coffee.png"));
    assert!(said(&["--opacity", "NaN"]).contains("from 0 to 1"));
    assert!(said(&["--opacity", "-1"]).contains("from 0 to 1"));
    assert!(said(&["--opacity", "1.5"]).contains("from 0 to 1"));
    assert!(said(&["--colormap", "rainbow"]).contains("viridis"));
    assert!(said(&["--mode", "haze"]).contains("blend, spotlight, contours, cells"));
    assert!(said(&["--scale-max", "0"]).contains("a number above 0"));
}

/// The lines of text in an SVG.
fn lines_of(svg: &Path) -> Vec<String> {
    let svg = std::fs::read_to_string(svg).unwrap();
    let texts = svg.split("<text ").skip(1).map(|text| {
        let (_, text) = text.split_once('>').unwrap();
        text.split_once("</text>").unwrap().0.to_owned()
    });
    texts.collect()
}

#[test]
fn exports_many_layers_as_one_figure() {
    let folder = tempfile::tempdir().unwrap();
    let export = |more: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let fixed = [
            "export",
            "assets/chelsea_224.png",
            "--model=models/squeezenet1_1.pt2",
            "--out",
            out,
        ];
        gradcam(fixed.iter().chain(more))
    };
    let done = export(&[
        "--layers",
        "features.1*",
        "--class=285",
        "--class=281",
        "--format=svg",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert_eq!(stdout(&done).lines().count(), 2);
    let stem = "chelsea_224_squeezenet1_1_layers_285";
    let lines = lines_of(&folder.path().join(format!("{stem}.svg")));
    for path in [
        "features.1",
        "features.10",
        "features.12",
        "features.12.squeeze",
    ] {
        assert!(lines.iter().any(|line| line == path), "{path}: {lines:?}");
    }
    assert!(!lines.iter().any(|line| line == "features.2"), "{lines:?}");
    assert!(
        folder
            .path()
            .join("chelsea_224_squeezenet1_1_layers_281.svg")
            .is_file()
    );

    let facts = std::fs::read(folder.path().join(format!("{stem}.json"))).unwrap();
    let facts: Value = serde_json::from_slice(&facts).unwrap();
    let layers = facts["layers"].as_array().unwrap();
    let last = layers
        .iter()
        .find(|layer| layer["layer"] == "features.12")
        .unwrap();
    assert_eq!(last["map_size"], serde_json::json!([13, 13]));
    let maximum = last["map_max"].as_f64().unwrap();
    assert!(maximum > 0.0);

    // The same layers as PNG, no larger than requested, and no other file.
    let done = export(&[
        "--layers=all",
        "--panel-px=64",
        "--common-scale",
        "--class=285",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let note = stderr(&done);
    assert!(note.contains("have no map"), "{note}");
    let strip = image::open(folder.path().join(format!("{stem}.png"))).unwrap();
    assert!(strip.width() < 2000 && strip.height() < 2000);
    let silent = export(&["--layers=spatial", "--panel-px=64", "--class=285"]);
    assert!(
        !stderr(&silent).contains("have no map"),
        "{}",
        stderr(&silent)
    );
}

#[test]
fn refuses_patterns_without_a_match_and_conflicting_options() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let fixed = ["export", "assets/chelsea_224.png", "--out", out];
        let done = gradcam(fixed.iter().chain(arguments));
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        stderr(&done)
    };
    assert!(said(&["--layers", "nowhere.*"]).contains("gradcam layers"));
    assert!(said(&["--layers", "classifier*"]).contains("classifier*"));
    assert!(said(&["--layers=all", "--layer=bn2"]).contains("--layer"));
    for extra in ["--raw", "--separate"] {
        let why = said(&["--layers=all", extra]);
        assert!(
            why.contains(extra) && why.contains("one by one with --layer"),
            "{why}"
        );
    }
    assert!(said(&["--layers=all", "--panel-px=0"]).contains("pixels from"));
    assert!(said(&["--format=gif"]).contains("png, svg, pdf"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

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
fn sets_figures_for_paper_alike_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let out = folder.path().join(name);
        let done = gradcam([
            "compare",
            "assets/china.jpg",
            "--model=models/squeezenet1_1.pt2",
            "--class=top2",
            "--panels=pair",
            "--width=two-columns",
            "--text=9",
            "--dpi=150",
            "--letters",
            "--unseen=cut",
            "--background=transparent",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        out
    };
    let svg = write("a.svg");
    let text = std::fs::read_to_string(&svg).unwrap();
    // 180 mm at 150 pixels in an inch; 9 pt are 18.75 of them.
    assert!(text.contains(r#"width="180.000mm""#), "{}", &text[..200]);
    assert!(text.contains(r#"viewBox="0 0 1063 "#), "{}", &text[..200]);
    let sizes = text.split("font-size=\"").skip(1);
    assert!(sizes.clone().count() > 8);
    assert!(sizes.clone().all(|rest| rest.starts_with("18.75")));
    let lines = lines_of(&svg);
    for start in ["(a) A: ", "(b) B: ", "(c) A − B"] {
        assert!(
            lines.iter().any(|line| line.starts_with(start)),
            "{start}: {lines:?}"
        );
    }
    let png = image::open(write("a.png")).unwrap();
    assert_eq!((png.width(), png.color()), (1063, image::ColorType::Rgba8));
    assert!(text.contains(&format!(r#"viewBox="0 0 1063 {}""#, png.height())));
    let pdf = std::fs::read(write("a.pdf")).unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    let (_, sides) = pdf.split_once("/MediaBox [0 0 ").unwrap();
    let width: f64 = sides.split(' ').next().unwrap().parse().unwrap();
    assert!((width - 180.0 / 25.4 * 72.0).abs() < 0.01, "{width}");

    let refused = |more: &[&str]| {
        let fixed = [
            "compare",
            "assets/china.jpg",
            "--model=models/squeezenet1_1.pt2",
            "--out",
        ];
        let out = folder.path().join("b.png");
        let done = gradcam(fixed.iter().chain(&[out.to_str().unwrap()]).chain(more));
        assert_eq!(done.status.code(), Some(2), "{more:?}");
        stderr(&done)
    };
    assert!(refused(&["--panels=pair"]).contains("--class top2"));
    assert!(refused(&["--panels=heat,pair"]).contains("original,pair"));
    assert!(refused(&["--width=5"]).contains("from 20 to 500"));
    assert!(refused(&["--text=8"]).contains("--width"));
    assert!(refused(&["--width=85", "--panel-px=64"]).contains("--panel-px"));
    assert!(!folder.path().join("b.png").exists());
}

#[test]
fn chooses_the_panels_of_exports_and_comparisons() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let image = "assets/cat_and_coffee_224.png";
    let done = gradcam([
        "export",
        image,
        "--out",
        out,
        "--format=svg",
        "--panels=heat,original",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let written = PathBuf::from(stdout(&done).trim());
    let lines = lines_of(&written);
    assert_eq!(lines[..2], ["Grad-CAM", "Original"]);
    // Two panels and a legend.
    let text = std::fs::read_to_string(&written).unwrap();
    assert_eq!(text.matches("<image").count(), 3);
    let rows = folder.path().join("rows.svg");
    let rows = rows.to_str().unwrap();
    let done = gradcam([
        "compare",
        image,
        "--class=top2",
        "--panels=heat",
        "--out",
        rows,
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let text = std::fs::read_to_string(rows).unwrap();
    // A map in each of three rows, the difference behind the last, and two legends.
    assert_eq!(text.matches("<image").count(), 6);
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
fn prints_classes_and_layers_as_json_and_text() {
    let done = gradcam(["classes", "assets/chelsea.png", "-k", "3", "--json"]);
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[0]["probability"].as_f64() > rows[1]["probability"].as_f64());
    let prose = gradcam(["classes", "assets/chelsea.png", "-k", "3"]);
    assert!(stdout(&prose).contains(rows[0]["label"].as_str().unwrap()));

    let done = gradcam(["layers", "--model", "models/squeezenet1_1.pt2", "--json"]);
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let recommended: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["recommended"] == true)
        .collect();
    assert_eq!(recommended.len(), 1);
    assert_eq!(recommended[0]["path"], "features.12");
    assert_eq!(recommended[0]["shape"], serde_json::json!([1, 512, 13, 13]));
    let prose = gradcam(["layers"]);
    assert!(stdout(&prose).contains("● bn2"));
}

#[test]
fn doctor_reports_a_model_and_checks_its_gradient() {
    let done = gradcam(["doctor", "models/efficientnet_lite0.pt2", "--json"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["recommended_layer"], "bn2");
    assert_eq!(report["rectifiers"]["ReLU6"], 33);
    assert_eq!(report["operations"]["Convolution"], 49);
    assert_eq!(report["input"]["width"], 224);
    assert_eq!(report["check"]["slope_agrees"], true);
    // A global average and a linear layer: Grad-CAM is CAM, and the map adds up to the logit.
    assert_eq!(report["check"]["layer"]["is_cam"], true);
    assert_eq!(report["check"]["layer"]["adds_up"], true);

    let model = "--model=models/squeezenet1_1.pt2";
    let done = gradcam(["doctor", model]);
    assert!(stdout(&done).contains("a synthetic image"));
    let done = gradcam(["doctor", "models/squeezenet1_1.pt2", "assets/chelsea.png"]);
    let said = stdout(&done);
    assert!(said.contains("assets/chelsea.png: tiger cat"), "{said}");
    assert!(said.contains("gradient      right"), "{said}");
    let done = gradcam(["doctor", "assets/chelsea.png"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("chelsea.png"));
}

#[cfg(feature = "window")]
#[test]
fn reports_a_display_that_does_not_answer_in_one_line() {
    let done = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .env("DISPLAY", ":54321")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", stderr(&done));
    let told = stderr(&done)
        .lines()
        .filter(|line| line.starts_with("gradcam:"))
        .count();
    assert_eq!(told, 1, "{}", stderr(&done));
    assert!(!stderr(&done).contains(".rs"), "{}", stderr(&done));
}

#[test]
fn reports_labels_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("tiny.pt2");
    std::fs::copy(root("tests/torchvision/tiny/densenet.pt2"), &model).unwrap();
    std::fs::write(folder.path().join("labels.txt"), "one\ntwo\nthree\n").unwrap();
    let done = gradcam([
        "classes",
        "assets/chelsea_224.png",
        "--model",
        model.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stderr(&done).contains("labels.txt"), "{}", stderr(&done));
    assert!(
        stderr(&done).contains("it has 3 names"),
        "{}",
        stderr(&done)
    );
    assert!(stdout(&done).contains("class 0"), "{}", stdout(&done));
}

/// `gradcam layers | head -1`
#[test]
fn ignores_a_closed_pipe() {
    use std::io::Read;
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(["layers", "--json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(told, "");
}

#[test]
fn reports_a_missing_display_in_one_line() {
    let typo = gradcam(["clases"]);
    assert_eq!(typo.status.code(), Some(2));
    assert!(stderr(&typo).contains("no such file"), "{}", stderr(&typo));
    let done = gradcam(["assets/chelsea.png"]);
    assert_eq!(done.status.code(), Some(3));
    let reason = if cfg!(feature = "window") {
        "no display"
    } else {
        "built without the feature `window`"
    };
    assert!(stderr(&done).contains(reason), "{}", stderr(&done));
    assert_eq!(stderr(&done).lines().count(), 1);
}

#[test]
fn requires_an_architecture_for_weights_that_fit_several() {
    let folder = tempfile::tempdir().unwrap();
    let path = made::blank_checkpoint("googlenet", 3, folder.path());
    std::fs::write(folder.path().join("labels.txt"), "cat\ndog\ncup\n").unwrap();
    let path = path.to_str().unwrap();
    let image = "assets/cat_and_coffee_224.png";
    let asked = gradcam(["classes", image, "--model", path]);
    assert_eq!(asked.status.code(), Some(2));
    let message = stderr(&asked);
    for part in ["googlenet: ", "googlenet_unshifted: ", "--architecture"] {
        assert!(message.contains(part), "{message}");
    }
    let arguments = [
        "classes",
        image,
        "--model",
        path,
        "--architecture",
        "googlenet",
    ];
    let done = gradcam(arguments);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stdout(&done).contains("cup"), "{}", stdout(&done));
    assert!(
        stderr(&done).contains("torchvision's googlenet"),
        "{}",
        stderr(&done)
    );

    // The wrong architecture, and a model that needs none.
    let plain = made::blank_checkpoint("squeezenet1_1", 3, folder.path());
    let plain = plain.to_str().unwrap();
    for (model, named, words) in [
        (plain, "resnet18", "are for squeezenet1_1, not for resnet18"),
        (
            "models/squeezenet1_1.pt2",
            "squeezenet1_1",
            "has its own graph",
        ),
    ] {
        let refused = gradcam(["classes", image, "--model", model, "--architecture", named]);
        assert_eq!(refused.status.code(), Some(2));
        let message = stderr(&refused);
        assert!(message.contains(words), "{message}");
    }
}

/// A file of `tests/answers`, in a folder of its own.
fn answers(name: &str) -> (tempfile::TempDir, PathBuf) {
    unpacked("tests/answers/answers.zip.gz", name)
}

/// A file of a packed archive, in a folder with all others.
fn unpacked(archive: &str, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = unpacked::unpacked(root(archive));
    let path = folder.path().join(name);
    (folder, path)
}

#[test]
fn chooses_an_output_and_how_its_values_are_read() {
    let image = root("assets/chelsea_224.png");
    let run = |model: &Path, options: &[&str]| {
        let mut arguments = vec!["classes", image.to_str().unwrap(), "--model"];
        arguments.push(model.to_str().unwrap());
        arguments.extend(options);
        gradcam(arguments)
    };
    let (_folder, path) = answers("aux_logits.pt2");
    let output = run(&path, &[]);
    assert_eq!(stdout(&output).lines().count(), 5);
    let note = "“logits” is. They are: 0 aux (3 values), 1 logits (5 values)";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
    for chosen in ["aux", "0"] {
        assert_eq!(
            stdout(&run(&path, &["--output", chosen])).lines().count(),
            3
        );
    }
    let refused = run(&path, &["--output", "pooled"]);
    assert!(stderr(&refused).contains("1 logits (5 values)"));
    assert!(!refused.status.success());

    let (_folder, path) = answers("one_logit.onnx");
    assert!(stdout(&run(&path, &[])).contains("yes"));
    let number = stdout(&run(&path, &["--answer", "numbers"]));
    assert!(number.contains("what lowers it") && !number.contains('%'));
    let json = stdout(&run(&path, &["--answer", "numbers", "--json"]));
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["value"], rows[1]["value"]);
    assert_eq!(rows[0].get("probability"), None);
    assert!(stderr(&run(&path, &["--answer", "number"])).contains("classes, labels"));
}

/// The best class that a line of `gradcam classes` begins with: probability and logit.
fn best(arguments: &[&str]) -> (f64, f64, String) {
    let mut all = vec!["classes", "assets/chelsea.png", "--json", "-k", "1"];
    all.extend(arguments);
    let done = gradcam(all);
    assert!(done.status.success(), "{}", stderr(&done));
    let rows: Value = serde_json::from_str(&stdout(&done)).unwrap();
    let number = |key: &str| rows[0][key].as_f64().unwrap();
    let label = rows[0]["label"].as_str().unwrap().to_owned();
    (number("probability"), number("logit"), label)
}

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
