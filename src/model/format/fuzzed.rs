//! Opens the inputs that fuzzing has kept, `tests/fuzz/corpus`: few of them, which together take most of
//! the branches that any input has taken. Each has to end in a model or an error message.

use std::path::Path;

use crate::model::Model;

#[path = "../../../tests/fuzz/src/files.rs"]
mod files;

#[test]
fn opens_or_refuses_every_kept_input() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for target in ["pt2", "onnx", "checkpoint", "safetensors", "file"] {
        let (mut opened, mut refused) = (0, 0);
        for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
            let kept = entry.unwrap().path();
            // Shown if opening it panics.
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
