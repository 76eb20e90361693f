//! Fuzzes the readers of model files: any input has to end in a model or an error message.
//!
//! `run.sh` builds and runs the programs in `targets`; `README.md` has the results.

mod files;
pub mod format;
mod mutate;
mod protobuf;
mod random;

use std::path::PathBuf;
use std::sync::LazyLock;

use gradcam::model::Model;

/// The folder of the file that is opened; run.sh puts it in memory.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("gradcam-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files can be written");
    folder
});

/// Opens the files made from `input`, with the trial run. Prints the result if the variable `SAY` is set.
pub fn open(target: &str, input: &[u8]) {
    for (ending, bytes) in files::of(target, input) {
        let path = FOLDER.join(format!("m.{ending}"));
        std::fs::write(&path, bytes).expect("the folder for temporary files can be written");
        let said = match Model::open(&path) {
            Ok(model) => format!("a model of {} classes", model.labels.names.len()),
            Err(error) => error.to_string(),
        };
        if std::env::var_os("SAY").is_some() {
            eprintln!("{said}");
        }
    }
}
