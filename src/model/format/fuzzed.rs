//! Opens again what fuzzing has kept, `tests/fuzz/corpus`: few inputs that between them take most
//! branches which any has taken. Each has to end in a model or a message.

use std::path::Path;

use crate::model::Model;

#[path = "../../../tests/fuzz/src/files.rs"]
mod files;

#[test]
fn every_kept_input_ends_in_a_model_or_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for target in ["pt2", "onnx", "checkpoint", "safetensors", "file"] {
        let (mut opened, mut refused) = (0, 0);
        for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
            let kept = entry.unwrap().path();
            // Shown where the next line panics.
            println!("{}", kept.display());
            for (ending, bytes) in files::of(target, &std::fs::read(&kept).unwrap()) {
                let path = folder.path().join(format!("m.{ending}"));
                std::fs::write(&path, bytes).unwrap();
                match Model::open(&path) {
                    Ok(_) => opened += 1,
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(
            opened > 0 && refused > 10,
            "{target}: {opened} opened, {refused} refused"
        );
    }
}
