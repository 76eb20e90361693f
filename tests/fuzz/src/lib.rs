//! Fuzzes the readers of model files: any bytes have to end in a model or a message.
//!
//! `run.sh` builds the programs in `targets` and runs them; `README.md` has what came of it.

mod files;
pub mod format;
mod mutate;
mod protobuf;
mod random;

use std::path::PathBuf;
use std::sync::LazyLock;

use gradcam::model::Model;

/// Where the file that is opened lies: run.sh has it in memory.
static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let place = std::env::temp_dir().join(format!("gradcam-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&place).expect("a folder for temporary files can be written");
    place
});

/// Opens what `input` stands for, the trial run included. Says what came of it where the variable
/// `SAY` is set.
pub fn open(target: &str, input: &[u8]) {
    for (ending, bytes) in files::of(target, input) {
        let path = PLACE.join(format!("m.{ending}"));
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
