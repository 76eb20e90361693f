//! How the command line reads images: as Pillow does, and the bands of several files.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::process::{Command, Output};

use serde_json::Value;

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

fn logits(arguments: &[&str]) -> Vec<f64> {
    let classes = ["classes", "--model", "models/squeezenet1_1.pt2", "--json"];
    let done = gradcam(classes.iter().chain(arguments));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["logit"].as_f64().unwrap()).collect()
}

#[test]
fn reads_images_as_pillow_does_on_request_and_says_where_it_matters() {
    const TURNED: &str = "tests/pictures/reading/turned_6.png";
    const STORED: &str = "tests/pictures/reading/turned_6.png.rgb.png";
    assert_eq!(logits(&[TURNED, "--as-pillow"]), logits(&[STORED]));
    assert_ne!(logits(&[TURNED]), logits(&[STORED]));
    let said = |arguments: &[&str]| {
        let classes = ["classes", "--model", "models/squeezenet1_1.pt2"];
        stderr(&gradcam(classes.iter().chain(arguments)))
    };
    let usual = said(&[TURNED]);
    assert!(
        usual.contains("turned upright") && usual.contains("--as-pillow"),
        "{usual}"
    );
    assert!(!said(&[TURNED, "--as-pillow"]).contains("turned upright"));
    let dark = said(&["tests/pictures/reading/twelve.png"]);
    assert!(dark.contains("white is 4095"), "{dark}");
}

#[test]
fn takes_bands_from_a_tiff_or_from_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let files = [1, 2, 3, 4]
        .map(|band| format!("tests/bands/band_{band}.tif"))
        .join(",");
    let model = ["--model", "tests/bands/four.pt2", "--raw", "--out", out];
    let done = gradcam(["export", "tests/bands/infrared.tif"].iter().chain(&model));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let said = stderr(&done);
    assert!(
        said.contains("The model takes all 4 bands: 8-bit values, divided by 255."),
        "{said}"
    );
    let done = gradcam(["export", "--bands", &files].iter().chain(&model));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let raw = |name: &str| {
        let found = std::fs::read_dir(folder.path()).unwrap().find_map(|entry| {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_archive = path.extension().is_some_and(|ending| ending == "npz");
            (file.starts_with(name) && is_archive).then_some(path)
        });
        let mut archive = npyz::npz::NpzArchive::open(found.unwrap()).unwrap();
        let array = archive.by_name("gradient").unwrap().unwrap();
        assert_eq!(array.shape(), [4, 16, 16]);
        array.into_vec::<f32>().unwrap()
    };
    assert_eq!(raw("infrared"), raw("band_1"));

    // Without a picture, the doctor makes one with as many bands.
    let done = gradcam(["doctor", "tests/bands/four.pt2"]);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}{}",
        stdout(&done),
        stderr(&done)
    );
    assert!(
        stdout(&done).contains("4 bands, 16×16 pixels"),
        "{}",
        stdout(&done)
    );
    let refused = gradcam([
        "classes",
        "assets/chelsea.png",
        "--model",
        "tests/bands/four.pt2",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    let said = stderr(&refused);
    assert!(
        said.contains("has 3 channels (red, green, blue), and the model takes 4"),
        "{said}"
    );
    let refused = gradcam([
        "classes",
        "tests/bands/infrared.tif",
        "--show-bands",
        "9,1,2",
    ]);
    assert!(
        stderr(&refused).contains("has 4 bands, and no band 9"),
        "{}",
        stderr(&refused)
    );
}
