//! The picture on the clipboard as a photo.
//!
//! It becomes a file of its own, so that sessions, recent files and another way of reading find it as they find any
//! other photo.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use egui::Context;
use image::{ImageFormat, RgbaImage};
use poll_promise::Promise;

use crate::app::App;
use crate::app::tasks::background;

/// What became of the clipboard.
pub enum Pasted {
    File(PathBuf),
    NoPicture,
    /// With the reason in words.
    Failed(String),
}

/// A picture being pasted.
pub type Pasting = Promise<Pasted>;

impl App {
    /// Opens the picture on the clipboard.
    pub(crate) fn paste(&mut self, ctx: &Context) {
        if self.tasks.pasting.is_some() {
            return;
        }
        let dialogs = std::sync::Arc::clone(&self.file_dialogs);
        let work = move || match dialogs.paste() {
            Ok(Some(picture)) => match dialogs.pasted_folder() {
                Some(folder) => stored(&folder, &picture),
                None => Pasted::Failed("There is no folder for the user's data.".to_owned()),
            },
            Ok(None) => Pasted::NoPicture,
            Err(why) => Pasted::Failed(format!("{why}.")),
        };
        let ctx = ctx.clone();
        let failed = |why: &str| Pasted::Failed(format!("{why}."));
        let wake = move || ctx.request_repaint();
        self.tasks.pasting = Some(background::run("paste", work, failed, wake));
    }

    /// Opens what was pasted, or says why there is nothing.
    pub(in crate::app::tasks) fn drain_pasted(&mut self) {
        let Some(pasting) = self.tasks.pasting.take() else {
            return;
        };
        match pasting.try_take() {
            Ok(Pasted::File(path)) => {
                self.show_grid(false);
                self.open_image(path);
            }
            Ok(Pasted::NoPicture) => {
                self.state.done.say("The clipboard holds no picture");
            }
            Ok(Pasted::Failed(why)) => self.notices.error("The picture was not pasted", why),
            Err(pasting) => self.tasks.pasting = Some(pasting),
        }
    }
}

/// Writes the picture to a new file of the folder.
fn stored(folder: &Path, picture: &RgbaImage) -> Pasted {
    let written = || -> Result<PathBuf, String> {
        let why = |error: &dyn std::fmt::Display| format!("{error}: {}", folder.display());
        fs::create_dir_all(folder).map_err(|error| why(&error))?;
        let (path, mut file) = new_file(folder).map_err(|error| why(&error))?;
        // What is opaque needs no opacity, which would be read as a channel.
        let is_opaque = picture.pixels().all(|pixel| pixel.0[3] == 255);
        let saved = if is_opaque {
            let rgb = image::DynamicImage::from(picture.clone()).into_rgb8();
            rgb.write_to(&mut file, ImageFormat::Png)
        } else {
            picture.write_to(&mut file, ImageFormat::Png)
        };
        saved.map_err(|error| {
            // A part of a picture must not be taken for one.
            drop(fs::remove_file(&path));
            why(&error)
        })?;
        Ok(path)
    };
    match written() {
        Ok(path) => Pasted::File(path),
        Err(why) => Pasted::Failed(format!("It could not be written ({why}).")),
    }
}

/// A file that was not there before.
fn new_file(folder: &Path) -> std::io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let path = folder.join(match number {
            1 => "pasted image.png".to_owned(),
            number => format!("pasted image {number}.png"),
        });
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_is_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b");
        for (name, alpha) in [("pasted image.png", 255), ("pasted image 2.png", 100)] {
            let picture = RgbaImage::from_pixel(3, 2, image::Rgba([9, 8, 7, alpha]));
            let Pasted::File(path) = stored(&inside, &picture) else {
                panic!("{name} was not written")
            };
            assert_eq!(path, inside.join(name));
            let read = image::open(&path).unwrap();
            assert_eq!(read.color().has_alpha(), alpha < 255);
            assert_eq!(read.to_rgba8(), picture);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("file");
        fs::write(&taken, "x").unwrap();
        let Pasted::Failed(why) = stored(&taken, &RgbaImage::new(1, 1)) else {
            panic!("it was written")
        };
        assert!(
            why.contains("could not be written") && why.contains("file"),
            "{why}"
        );
    }
}
