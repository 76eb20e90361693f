//! Models that are a folder: weights in several files, and what lies beside them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::support::{layer, open, safetensors};
use crate::model::error::Fault;
use crate::model::format::Opened;

const INDEX: &str = "model.safetensors.index.json";
const FIRST: &str = "model-00001-of-00002.safetensors";
const SECOND: &str = "model-00002-of-00002.safetensors";

/// A folder with the weights of a linear layer in two files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let weight = r#"{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
        let bias = r#"{"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        folder.write(FIRST, safetensors(weight, 24));
        folder.write(SECOND, safetensors(bias, 8));
        folder.write(INDEX, index(FIRST, SECOND));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).unwrap();
    }

    fn open(&self) -> Result<Opened, Fault> {
        open(&self.path(INDEX), &[layer()], None)
    }

    fn refusal(&self) -> String {
        self.open().map(|_| ()).unwrap_err().to_string()
    }
}

fn index(weight: &str, bias: &str) -> String {
    format!(r#"{{"weight_map":{{"fc.weight":"{weight}","fc.bias":"{bias}"}}}}"#)
}

#[test]
fn joins_the_parts_that_an_index_names() {
    let opened = Folder::new().open().unwrap();
    assert_eq!(opened.weights.unwrap().architecture, "layer");
}

#[test]
fn names_the_part_that_is_missing() {
    let folder = Folder::new();
    std::fs::remove_file(folder.path(SECOND)).unwrap();
    let refused = folder.refusal();
    assert!(refused.contains("in 2 files"), "{refused}");
    assert!(refused.contains(SECOND), "{refused}");
}

#[test]
fn refuses_a_part_that_is_truncated_or_lacks_a_tensor() {
    let folder = Folder::new();
    let whole = std::fs::read(folder.path(FIRST)).unwrap();
    for length in [0, 7, 9, whole.len() - 1] {
        folder.write(FIRST, &whole[..length]);
        let refused = folder.refusal();
        assert!(!refused.contains("fits none"), "{length}: {refused}");
    }
    folder.write(FIRST, &whole);
    folder.write(INDEX, index(SECOND, SECOND));
    let refused = folder.refusal();
    assert!(refused.contains("does not have fc.weight"), "{refused}");
}

#[test]
fn refuses_an_index_that_is_none() {
    let folder = Folder::new();
    let nested = "[".repeat(100_000);
    for (text, word) in [
        ("{}", "weight_map"),
        (r#"{"weight_map":{}}"#, "names 0 files"),
        (r#"{"weight_map":{"fc.weight":7}}"#, "invalid type"),
        (&*index("../secret", SECOND), "is not the name of a file"),
        (&*index("/etc/passwd", SECOND), "is not the name of a file"),
        (&*nested, "weight_map"),
    ] {
        folder.write(INDEX, text);
        let refused = folder.refusal();
        let short: String = text.chars().take(40).collect();
        assert!(refused.contains("index of its parts"), "{short}: {refused}");
        assert!(
            refused.contains(word) || word == "weight_map",
            "{short}: {refused}"
        );
    }
}

#[test]
fn a_config_that_is_absurd_is_passed_over() {
    let folder = Folder::new();
    for config in [
        "",
        "[]",
        "7",
        "{\"architecture\": 7}",
        "{\"model_type\": null}",
        &"[".repeat(100_000),
    ] {
        folder.write("config.json", config);
        folder.open().unwrap();
    }
}

#[test]
fn a_folder_of_an_unknown_network_says_how_it_is_loaded() {
    let folder = Folder::new();
    folder.write(
        "config.json",
        r#"{"architectures": ["BirdForImageClassification"]}"#,
    );
    let weights = r#"{"beak.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    folder.write("model.safetensors", safetensors(weights, 8));
    let refused = open(&folder.path("model.safetensors"), &[layer()], None);
    let refused = refused.map(|_| ()).unwrap_err().to_string();
    let name = Path::new(folder.0.path())
        .file_name()
        .unwrap()
        .to_string_lossy();
    let line =
        format!("model = transformers.BirdForImageClassification.from_pretrained(\"{name}\")");
    assert!(refused.contains(&line), "{refused}");
}
