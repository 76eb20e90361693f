//! Figures and files of one or many images.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{gradcam, lines_of, root, stderr, stdout};

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
