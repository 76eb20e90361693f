//! The system's file pickers, behind a trait: a test has no one to click in them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::folder::scan::EXTENSIONS;

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
        ask(folder, None, |dialog| {
            dialog
                .set_title("Open image")
                .add_filter("Images", &EXTENSIONS)
                .add_filter("All files", &["*"])
                .pick_file()
        })
    }

    fn folder(&self, folder: Option<&Path>) -> Picked {
        ask(folder, None, |dialog| {
            dialog.set_title("Open folder").pick_folder()
        })
    }

    fn model(&self, folder: Option<&Path>) -> Picked {
        ask(folder, None, |dialog| {
            dialog
                .set_title("Open model")
                .add_filter("Models", &["pt2", "onnx", "pth", "pt", "safetensors"])
                .add_filter("All files", &["*"])
                .pick_file()
        })
    }

    fn save(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, Some(name), |dialog| {
            dialog
                .set_title("Export")
                .add_filter("PNG", &["png"])
                .save_file()
        })
    }

    fn save_figure(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, Some(name), |dialog| {
            dialog
                .set_title("Export")
                .add_filter("PNG", &["png"])
                .add_filter("PDF", &["pdf"])
                .add_filter("SVG", &["svg"])
                .save_file()
        })
    }

    fn session(&self, folder: Option<&Path>) -> Picked {
        ask(folder, None, |dialog| {
            dialog
                .set_title("Open session")
                .add_filter("Sessions", &["json"])
                .pick_file()
        })
    }

    fn save_session(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, Some(name), |dialog| {
            dialog
                .set_title("Save session")
                .add_filter("Sessions", &["json"])
                .save_file()
        })
    }
}

/// Shows a picker that begins in `folder`, with `name` for a file that is to be written.
fn ask(
    folder: Option<&Path>,
    name: Option<&str>,
    show: impl FnOnce(rfd::FileDialog) -> Option<PathBuf>,
) -> Picked {
    let portal = has_portal();
    if !portal && !has_zenity() {
        return Picked::Unavailable;
    }
    let mut dialog = rfd::FileDialog::new();
    if let Some(folder) = folder {
        dialog = dialog.set_directory(folder);
    }
    if let Some(start) = file_name(folder, name, portal) {
        dialog = dialog.set_file_name(start);
    }
    let opened = Instant::now();
    match show(dialog) {
        Some(path) => Picked::File(path),
        None if opened.elapsed() < NEVER_OPENED => Picked::Unavailable,
        None => Picked::Nothing,
    }
}

/// The name that a picker begins with. The portal has the folder apart from it; zenity has nothing
/// but the name, and takes a folder in it.
fn file_name(folder: Option<&Path>, name: Option<&str>, portal: bool) -> Option<String> {
    match (folder, portal) {
        // With nothing joined to it the folder ends as folders do.
        (Some(folder), false) => Some(folder.join(name.unwrap_or_default()).display().to_string()),
        _ => name.map(str::to_owned),
    }
}

/// Whether the desktop's own picker is to be expected. Systems other than Linux have theirs always.
fn has_portal() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|run| Path::new(&run).join("bus").exists());
    let shared = std::env::var_os("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
    let shared = shared.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    bus && std::env::split_paths(&shared).any(|folder| folder.join(PORTAL).exists())
}

/// Whether there is the program that stands in for the portal.
fn has_zenity() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
}

/// What starts the portal, in a folder of shared data.
const PORTAL: &str = "dbus-1/services/org.freedesktop.portal.Desktop.service";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zenity_is_told_the_folder_in_the_name() {
        let folder = Some(Path::new("/data/cats"));
        let named = |folder, name, portal| file_name(folder, name, portal);
        assert_eq!(named(folder, Some("a.png"), true).unwrap(), "a.png");
        assert_eq!(
            named(folder, Some("a.png"), false).unwrap(),
            "/data/cats/a.png"
        );
        assert_eq!(named(folder, None, false).unwrap(), "/data/cats/");
        assert_eq!(named(folder, None, true), None);
        assert_eq!(named(None, Some("a.png"), false).unwrap(), "a.png");
    }
}
