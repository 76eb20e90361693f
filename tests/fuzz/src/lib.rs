//! Fuzzes the readers of model files and of pictures: any input has to end in a model, in a picture or in an error message.
//!
//! `run.sh` builds and runs the programs in `targets`; `README.md` has the results.

mod files;
pub mod format;
mod mutate;
mod protobuf;
mod random;

use std::path::PathBuf;
use std::sync::LazyLock;

use gradcam::model;
use gradcam::picture::photo::decode::{Decoding, Photo};

/// The folder of the file that is opened; run.sh puts it in memory.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("gradcam-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files can be written");
    folder
});

/// Opens the files made from `input`, with the trial run. Prints the result if the variable `SAY` is set.
pub fn open(target: &str, input: &[u8]) {
    for result in files::open(&FOLDER, target, input) {
        if std::env::var_os("SAY").is_some() {
            match result {
                Ok(classes) => eprintln!("a model of {classes} classes"),
                Err(why) => eprintln!("{why}"),
            }
        }
    }
}

/// Opens the input as a picture, as usual and as Pillow does.
pub fn picture(input: &[u8]) {
    // What has no mark of its own is known by its ending.
    let path = FOLDER.join("p.tga");
    if std::fs::write(&path, input).is_err() {
        return;
    }
    for as_pillow in [false, true] {
        let decoding = Decoding {
            as_pillow,
            ..Decoding::default()
        };
        let photo = Photo::open_as(&path, decoding);
        if std::env::var_os("SAY").is_some() {
            match photo {
                Ok(photo) => eprintln!("{} × {}", photo.width(), photo.height()),
                Err(why) => eprintln!("{why}"),
            }
        }
    }
}
