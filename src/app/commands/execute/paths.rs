//! What happens with a path from a picker, the path prompt, a drop or the command line.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::app::App;
use crate::app::persistence::session::file::looks_like_session;
use crate::app::tasks::open::{looks_like_model, looks_like_picture};
use crate::app::tasks::purpose::{Purpose, SaveTarget};
use crate::model::{InputValue, OpenOptions, SecondPicture, Usage};

/// Whether a file is what was asked for, or nothing else that opens.
fn looks_like(purpose: Purpose, path: &Path) -> bool {
    match purpose {
        Purpose::OpenImage => !looks_like_model(path) && !looks_like_session(path),
        Purpose::OpenModel => !looks_like_picture(path) && !looks_like_session(path),
        Purpose::OpenSession => !looks_like_picture(path) && !looks_like_model(path),
        Purpose::OpenFolder
        | Purpose::OpenSecondModel
        | Purpose::HoldInput(_)
        | Purpose::CompareWith
        | Purpose::LocateImage
        | Purpose::LocateModel
        | Purpose::Save(_) => true,
    }
}

impl App {
    /// Uses a path for its purpose. If `replace` is set, an existing file may be overwritten.
    pub(crate) fn use_path(
        &mut self,
        ctx: &Context,
        purpose: Purpose,
        path: PathBuf,
        replace: bool,
    ) {
        match purpose {
            // A file of another kind than was asked for is opened as what it is.
            Purpose::OpenImage | Purpose::OpenModel | Purpose::OpenSession
                if path.is_file() && !looks_like(purpose, &path) =>
            {
                self.open_path(path);
            }
            Purpose::OpenImage => {
                self.show_grid(false);
                self.open_image(path);
            }
            Purpose::OpenFolder => self.open_gallery(vec![path]),
            Purpose::OpenModel => self.open_model(path),
            Purpose::OpenSecondModel => self.open_model_as(path, 1, OpenOptions::default()),
            Purpose::OpenSession => self.open_session(path),
            Purpose::HoldInput(index) => self.hold_input(index, Some(InputValue::file(path))),
            Purpose::CompareWith => self.compare_with(SecondPicture::file(path)),
            Purpose::LocateImage | Purpose::LocateModel => self.use_located(path),
            Purpose::Save(SaveTarget::Session) => self.save_session_to(ctx, path, replace),
            Purpose::Save(SaveTarget::Figure(kind)) => self.export_to(ctx, kind, path, replace),
            Purpose::Save(SaveTarget::Arrays) => self.save_arrays_to(ctx, path, replace),
        }
    }

    /// Explains how similar the active model's output is to that for a second picture.
    fn compare_with(&mut self, reference: SecondPicture) {
        if let Some(model) = self.state.model() {
            let usage = Usage {
                reference: Some(reference.read_as(self.state.options.decoding)),
                names: None,
                ..model.usage()
            };
            self.reopen_model(usage);
        }
    }

    /// Closes the path prompt, and uses the path typed into it, if any.
    pub(super) fn use_typed_path(&mut self, ctx: &Context, path: Option<PathBuf>) {
        // What was mistyped is still there to be mended.
        if let (Some(prompt), Some(_)) = (&mut self.dialogs.path, &path)
            && let Some(refused) = prompt.why_not()
        {
            (prompt.refused, prompt.take_focus) = (Some(refused), true);
            return;
        }
        if let Some((prompt, path)) = self.dialogs.path.take().zip(path) {
            let replace = prompt.would_replace();
            self.use_path(ctx, prompt.purpose(), path, replace);
        }
    }

    /// Opens a file as the type that it looks like. Its reader reports if it is not of that type.
    pub(crate) fn open_path(&mut self, path: PathBuf) {
        if looks_like_session(&path) {
            self.open_session(path);
        } else if looks_like_model(&path) {
            self.open_model(path);
        } else {
            self.open_images(vec![path]);
        }
    }
}
