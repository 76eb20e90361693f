//! The program, and the files that it is given.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn gradcam<I, S>(arguments: I) -> Output
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

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of text in an SVG.
pub fn lines_of(svg: &Path) -> Vec<String> {
    let svg = std::fs::read_to_string(svg).unwrap();
    let texts = svg.split("<text ").skip(1).map(|text| {
        let (_, text) = text.split_once('>').unwrap();
        text.split_once("</text>").unwrap().0.to_owned()
    });
    texts.collect()
}

/// A file of `tests/answers`, in a folder of its own.
pub fn answers(name: &str) -> (tempfile::TempDir, PathBuf) {
    unpacked("tests/answers/answers.zip.gz", name)
}

/// A file of a packed archive, in a folder with all others.
pub fn unpacked(archive: &str, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = crate::unpacked::unpacked(root(archive));
    let path = folder.path().join(name);
    (folder, path)
}

/// The best class that a line of `gradcam classes` begins with: probability and logit.
pub fn best(arguments: &[&str]) -> (f64, f64, String) {
    let mut all = vec!["classes", "assets/chelsea.png", "--json", "-k", "1"];
    all.extend(arguments);
    let done = gradcam(all);
    assert!(done.status.success(), "{}", stderr(&done));
    let rows: Value = serde_json::from_str(&stdout(&done)).unwrap();
    let number = |key: &str| rows[0][key].as_f64().unwrap();
    let label = rows[0]["label"].as_str().unwrap().to_owned();
    (number("probability"), number("logit"), label)
}
