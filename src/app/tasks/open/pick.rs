//! The file picker on screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;
use poll_promise::Promise;

use super::dialogs::{Dialogs, Picked};
use crate::app::App;
use crate::app::tasks::background;
use crate::app::tasks::purpose::Purpose;
use crate::app::tasks::typed_path::PathPrompt;

/// A picker on screen, and what its path is for.
pub struct Picking {
    purpose: Purpose,
    promise: Promise<Picked>,
    /// Where the picker started.
    folder: Option<PathBuf>,
}

impl App {
    /// Asks for a path to open. Only one picker can be open at a time.
    pub(crate) fn pick(&mut self, ctx: &Context, purpose: Purpose) {
        let folder = match purpose {
            Purpose::OpenImage
            | Purpose::OpenFolder
            | Purpose::CompareWith
            | Purpose::HoldInput(_) => self.photo_folder(),
            Purpose::OpenModel | Purpose::OpenSecondModel => self.model_folder(),
            Purpose::OpenSession => {
                let folder = self.persistence.session.folder();
                folder.or_else(|| self.photo_folder())
            }
            Purpose::LocateImage | Purpose::LocateModel => {
                self.persistence.session.missing_folder()
            }
            // Saving opens its own picker on a background thread: see `Saving`.
            Purpose::Save(_) => return,
        };
        if self.tasks.picking.is_some() {
            return;
        }
        let (dialogs, ctx) = (Arc::clone(&self.file_dialogs), ctx.clone());
        let start = folder.clone();
        let ask = move || ask(dialogs.as_ref(), purpose, start.as_deref());
        let wake = move || ctx.request_repaint();
        let promise = background::run("file picker", ask, |_| Picked::Unavailable, wake);
        self.tasks.picking = Some(Picking {
            purpose,
            promise,
            folder,
        });
    }

    /// Takes the path chosen in a picker, and its purpose. If no picker could be opened, the path
    /// prompt is shown.
    pub(crate) fn take_picked(&mut self) -> Option<(Purpose, PathBuf)> {
        let picking = self.tasks.picking.take()?;
        match picking.promise.try_take() {
            Ok(Picked::File(path)) => return Some((picking.purpose, path)),
            Ok(Picked::Nothing) => {}
            Ok(Picked::Unavailable) => {
                let prompt = PathPrompt::new(picking.purpose, picking.folder, "");
                self.dialogs.path = Some(prompt);
            }
            Err(promise) => self.tasks.picking = Some(Picking { promise, ..picking }),
        }
        None
    }

    fn model_folder(&self) -> Option<PathBuf> {
        folder(&self.state.model()?.path)
    }

    /// The folder of the open photo.
    pub(crate) fn photo_folder(&self) -> Option<PathBuf> {
        folder(&self.state.photo.as_ref()?.path)
    }
}

fn ask(dialogs: &dyn Dialogs, purpose: Purpose, folder: Option<&Path>) -> Picked {
    match purpose {
        Purpose::OpenImage | Purpose::LocateImage | Purpose::CompareWith => dialogs.image(folder),
        Purpose::HoldInput(_) => dialogs.input(folder),
        Purpose::OpenFolder => dialogs.folder(folder),
        Purpose::OpenModel | Purpose::OpenSecondModel | Purpose::LocateModel => {
            dialogs.model(folder)
        }
        Purpose::OpenSession => dialogs.session(folder),
        Purpose::Save(_) => Picked::Nothing,
    }
}

fn folder(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()?.parent().map(Path::to_owned)
}
