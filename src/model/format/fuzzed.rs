//! Opens the inputs that fuzzing has kept, `tests/fuzz/corpus`: few of them, which together take most of
//! the branches that any input has taken. Each has to end in a model or an error message.

use std::path::Path;

use crate::model;

#[path = "../../../tests/fuzz/src/files.rs"]
mod files;

#[test]
fn opens_or_refuses_every_kept_input() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for target in [
        "pt2",
        "onnx",
        "checkpoint",
        "safetensors",
        "torchscript",
        "file",
        "beside",
    ] {
        let (mut opened, mut refused) = (0, 0);
        for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
            let kept = entry.unwrap().path();
            // Shown if opening it panics.
            println!("{}", kept.display());
            let input = std::fs::read(&kept).unwrap();
            for result in files::open(folder.path(), target, &input) {
                match result {
                    Ok(_) => opened += 1,
                    Err(_) => refused += 1,
                }
            }
        }
        // What lies beside a model is ignored where it is wrong.
        let fewest = if target == "beside" { 0 } else { 10 };
        assert!(
            opened > 0 && refused > fewest,
            "{target}: {opened} opened, {refused} refused"
        );
    }
}
