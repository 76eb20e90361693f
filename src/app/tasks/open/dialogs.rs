//! The system's file pickers and its clipboard, behind a trait so that tests can replace them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use arboard::{Clipboard, ImageData};
use directories::ProjectDirs;
use image::RgbaImage;

use super::reveal;
use crate::picture::photo::decode::kind::EXTENSIONS;

/// Asks the user for a file, or hands the desktop something. Each call blocks, so it must run on a background thread.
pub trait Dialogs: Send + Sync {
    /// An existing image file. `folder` is where the picker starts, here and below; `None` leaves
    /// that to the system.
    fn image(&self, folder: Option<&Path>) -> Picked;
    /// An existing `.npy` file or image file.
    fn input(&self, folder: Option<&Path>) -> Picked {
        self.image(folder)
    }
    /// A folder of images.
    fn folder(&self, folder: Option<&Path>) -> Picked;
    /// An existing model file.
    fn model(&self, folder: Option<&Path>) -> Picked;
    /// Where to save a PNG. `name` is the suggested file name.
    fn save(&self, folder: Option<&Path>, name: &str) -> Picked;
    /// Where to save a PNG, PDF or SVG.
    fn save_figure(&self, folder: Option<&Path>, name: &str) -> Picked;
    /// An existing session file.
    fn session(&self, folder: Option<&Path>) -> Picked;
    /// Where to save a session. `name` is the suggested file name.
    fn save_session(&self, folder: Option<&Path>, name: &str) -> Picked;
    /// Where to save arrays (.npz).
    fn save_arrays(&self, folder: Option<&Path>, name: &str) -> Picked;
    /// Copies an image to the clipboard. May take long.
    ///
    /// # Errors
    /// In words, if there is no clipboard, or it does not take the image.
    fn copy(&self, image: RgbaImage) -> Result<(), String>;
    /// The picture on the clipboard; `None` if it holds something else, or nothing.
    ///
    /// # Errors
    /// In words, if there is no clipboard.
    fn paste(&self) -> Result<Option<RgbaImage>, String>;
    /// The folder for pasted pictures, which need not be there yet.
    fn pasted_folder(&self) -> Option<PathBuf>;
    /// Shows a file in the file manager.
    ///
    /// # Errors
    /// In words, if there is no such file or no file manager.
    fn reveal(&self, path: &Path) -> Result<(), String>;
}

/// The outcome of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// The chosen path: of a file to open or save, or of a folder for [`Dialogs::folder`].
    File(PathBuf),
    /// The user cancelled the picker.
    Nothing,
    /// The picker could not be opened.
    Unavailable,
}

/// The endings of model files.
const MODEL_FILES: &[&str] = &[
    "pt2",
    "onnx",
    "pth",
    "pt",
    "safetensors",
    "torchscript",
    "ptl",
    "ckpt",
    "tar",
    "bin",
];
/// A picker that returns nothing faster than this was never opened: nobody can cancel so quickly.
const MIN_OPEN_TIME: Duration = Duration::from_millis(250);

/// The desktop's file pickers, the XDG portal or zenity on Linux, and its clipboard.
#[derive(Default)]
pub struct SystemDialogs {
    /// Kept, because the program itself hands out what it has copied.
    clipboard: Mutex<Option<Clipboard>>,
}

impl SystemDialogs {
    fn with_clipboard<T>(
        &self,
        work: impl FnOnce(&mut Clipboard) -> Result<T, arboard::Error>,
    ) -> Result<T, String> {
        let mut kept = self
            .clipboard
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let clipboard = match &mut *kept {
            Some(clipboard) => clipboard,
            none => none.insert(Clipboard::new().map_err(|error| error.to_string())?),
        };
        work(clipboard).map_err(|error| error.to_string())
    }
}

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

    fn input(&self, folder: Option<&Path>) -> Picked {
        ask(folder, None, |dialog| {
            dialog
                .set_title("Open array or image")
                .add_filter("Arrays and images", &[&["npy"][..], &EXTENSIONS].concat())
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
                .add_filter("Models", MODEL_FILES)
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

    fn save_arrays(&self, folder: Option<&Path>, name: &str) -> Picked {
        ask(folder, Some(name), |dialog| {
            dialog
                .set_title("Export")
                .add_filter("NumPy archive", &["npz"])
                .save_file()
        })
    }

    fn copy(&self, image: RgbaImage) -> Result<(), String> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let image = ImageData {
            width,
            height,
            bytes: image.into_raw().into(),
        };
        self.with_clipboard(|clipboard| clipboard.set_image(image))
    }

    fn paste(&self) -> Result<Option<RgbaImage>, String> {
        let pasted = self.with_clipboard(|clipboard| match clipboard.get_image() {
            Ok(image) => Ok(Some(image)),
            Err(arboard::Error::ContentNotAvailable) => Ok(None),
            Err(error) => Err(error),
        })?;
        Ok(pasted.and_then(|image| {
            let (width, height) = (image.width as u32, image.height as u32);
            RgbaImage::from_raw(width, height, image.bytes.into_owned())
        }))
    }

    fn pasted_folder(&self) -> Option<PathBuf> {
        Some(
            ProjectDirs::from("", "", "gradcam")?
                .data_dir()
                .join("pasted"),
        )
    }

    fn reveal(&self, path: &Path) -> Result<(), String> {
        reveal::show(path)
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

/// Shows a picker that starts in `folder`, with `name` as the suggested name when saving.
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
    if let Some(name) = file_name(folder, name, portal) {
        dialog = dialog.set_file_name(name);
    }
    let opened = Instant::now();
    match show(dialog) {
        Some(path) => Picked::File(path),
        None if opened.elapsed() < MIN_OPEN_TIME => Picked::Unavailable,
        None => Picked::Nothing,
    }
}

/// The initial file name of a picker. The portal takes the folder separately; zenity takes only a
/// file name, which may include the folder.
fn file_name(folder: Option<&Path>, name: Option<&str>, portal: bool) -> Option<String> {
    match (folder, portal) {
        // Joining an empty name adds the trailing slash that marks a folder.
        (Some(folder), false) => Some(folder.join(name.unwrap_or_default()).display().to_string()),
        _ => name.map(str::to_owned),
    }
}

/// Whether the desktop's own picker is available. It always is on systems other than Linux.
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

/// Whether zenity is installed, which is used if there is no portal.
fn has_zenity() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
}

/// The D-Bus service file of the portal, relative to a data directory.
const PORTAL: &str = "dbus-1/services/org.freedesktop.portal.Desktop.service";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_the_folder_to_zenity_in_the_file_name() {
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
