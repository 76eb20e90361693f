//! The system's file pickers, behind a trait: a test has no one to click in them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::folder::scan::ENDINGS;

/// Asks the person for a file. Each call blocks, so each runs on a thread of its own.
pub trait Dialogs: Send + Sync {
    fn image(&self, folder: Option<&Path>) -> Picked;
    /// A folder of images.
    fn folder(&self, folder: Option<&Path>) -> Picked;
    fn model(&self, folder: Option<&Path>) -> Picked;
    /// Where to write a PNG, with a name to start from.
    fn save(&self, folder: Option<&Path>, name: &str) -> Picked;
    /// Where to write a PNG, a PDF or an SVG.
    fn save_figure(&self, folder: Option<&Path>, name: &str) -> Picked;
    fn session(&self, folder: Option<&Path>) -> Picked;
    /// Where to write a session, with a name to start from.
    fn save_session(&self, folder: Option<&Path>, name: &str) -> Picked;
}

/// How a picker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    File(PathBuf),
    /// The person closed it.
    Nothing,
    /// It never opened.
    Unavailable,
}

/// Nobody closes a window faster than this: then there was none.
const NEVER_OPENED: Duration = Duration::from_millis(250);

/// The pickers of the desktop: the XDG portal or zenity on Linux.
pub struct SystemDialogs;

impl Dialogs for SystemDialogs {
    fn image(&self, folder: Option<&Path>) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Open image")
                .add_filter("Images", &ENDINGS)
                .add_filter("All files", &["*"])
                .pick_file()
        })
    }

    fn folder(&self, folder: Option<&Path>) -> Picked {
        ask(folder, |dialog| {
            dialog.set_title("Open folder").pick_folder()
        })
    }

    fn model(&self, folder: Option<&Path>) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Open model")
                .add_filter("PyTorch models", &["pt2", "pth", "pt", "safetensors"])
                .add_filter("All files", &["*"])
                .pick_file()
        })
    }

    fn save(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Export")
                .set_file_name(name)
                .add_filter("PNG", &["png"])
                .save_file()
        })
    }

    fn save_figure(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Export")
                .set_file_name(name)
                .add_filter("PNG", &["png"])
                .add_filter("PDF", &["pdf"])
                .add_filter("SVG", &["svg"])
                .save_file()
        })
    }

    fn session(&self, folder: Option<&Path>) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Open session")
                .add_filter("Sessions", &["json"])
                .pick_file()
        })
    }

    fn save_session(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, |dialog| {
            dialog
                .set_title("Save session")
                .set_file_name(name)
                .add_filter("Sessions", &["json"])
                .save_file()
        })
    }
}

fn ask(folder: Option<&Path>, show: impl FnOnce(rfd::FileDialog) -> Option<PathBuf>) -> Picked {
    let mut dialog = rfd::FileDialog::new();
    if let Some(folder) = folder {
        dialog = dialog.set_directory(folder);
    }
    let opened = Instant::now();
    match show(dialog) {
        Some(path) => Picked::File(path),
        None if opened.elapsed() < NEVER_OPENED => Picked::Unavailable,
        None => Picked::Nothing,
    }
}
