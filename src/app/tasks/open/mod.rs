//! Opening photos and models: sends them to the engine and keeps track of what is being opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::engine::ModelInfo;
use crate::model::{InputValue, OpenOptions, Usage, format};
use crate::picture::photo::decode::kind;

use super::{Opening, OpeningModel};
use crate::app::App;
use crate::app::persistence::stored::{StoredModel, StoredUsage};

pub mod dialogs;
pub mod paste;
mod pick;
pub mod reveal;

pub use pick::Picking;

impl App {
    /// Opens a single photo directly, and a folder or several photos as a gallery.
    pub(crate) fn open_images(&mut self, mut paths: Vec<PathBuf>) {
        match paths.as_slice() {
            [] => {}
            [one] if one.is_dir() && looks_like_model(one) => self.open_model(paths.remove(0)),
            [one] if !one.is_dir() => {
                self.show_grid(false);
                self.open_image(paths.remove(0));
            }
            _ => self.open_gallery(paths),
        }
    }

    pub(crate) fn open_image(&mut self, path: PathBuf) {
        self.gallery.view.stop_opening();
        let promise = self
            .engine
            .open_image(path.clone(), self.state.options.decoding);
        self.tasks.photo = Some(Opening {
            path,
            since: Instant::now(),
            promise,
        });
    }

    /// Reads the open photo again if it is to be read in another way.
    pub(crate) fn reread_photo(&mut self) {
        let decoding = self.state.options.decoding;
        if self.tasks.photo.is_none()
            && let Some(photo) = &self.state.photo
            && photo.would_differ(decoding)
        {
            self.open_image(photo.path.clone());
        }
    }

    /// Opens a model again whose second pictures are to be read in another way.
    pub(crate) fn reread_second_pictures(&mut self) {
        let decoding = self.state.options.decoding;
        if !self.tasks.models.is_empty() {
            return;
        }
        let sides = self.state.sides.iter().enumerate();
        let stale = sides.filter_map(|(index, side)| {
            let model = side.model.as_ref()?;
            model
                .second_pictures()
                .any(|picture| !picture.is_read_as(decoding))
                .then(|| (index, Arc::clone(model)))
        });
        let stale = stale.map(|(side, model)| ((side, model.id, decoding), model));
        let stale: Vec<_> = stale.collect();
        let tried = &mut self.tasks.reread;
        tried.retain(|tried| stale.iter().any(|(now, _)| now == tried));
        for (now, model) in stale {
            // If that fails, it is not tried again.
            if !self.tasks.reread.contains(&now) {
                self.tasks.reread.push(now);
                self.read_again(now.0, &model, model.options.clone());
            }
        }
    }

    /// Replaces the model that the lists show.
    pub(crate) fn open_model(&mut self, path: PathBuf) {
        self.open_model_as(
            path,
            self.state.sides.active_index(),
            OpenOptions::default(),
        );
    }

    /// Opens the last model with its last usage. If the usage no longer fits because the file has
    /// changed, the file's own usage applies.
    pub(crate) fn open_remembered_model(&mut self, model: StoredModel) {
        let usage = model.usage.as_ref().map(StoredUsage::get);
        let side = self.state.sides.active_index();
        let options = model.options();
        self.start_model(model.path, side, options, usage, true);
    }

    /// Opens a model on one side.
    pub(crate) fn open_model_as(&mut self, path: PathBuf, side: usize, options: OpenOptions) {
        self.start_model(path, side, options, None, false);
    }

    fn start_model(
        &mut self,
        path: PathBuf,
        side: usize,
        options: OpenOptions,
        usage: Option<Usage>,
        remembered: bool,
    ) {
        let decoding = self.state.options.decoding;
        let options = OpenOptions {
            first_of_alike: true,
            ..options.read_pictures_as(decoding)
        };
        let usage = usage.map(|usage| usage.read_pictures_as(decoding));
        // If no model is open yet, this becomes the first.
        let is_first = self.state.model().is_none() && self.tasks.models.is_empty();
        let side = if is_first { 0 } else { side };
        let promise = self.engine.open_model_as(path.clone(), options, usage);
        let opening = Opening {
            path,
            since: Instant::now(),
            promise,
        };
        self.tasks.models.push_back(OpeningModel {
            side,
            reopened: None,
            remembered,
            opening,
        });
    }

    /// Holds a further input of the active model at a value; `None` leaves it as in the file.
    pub(crate) fn hold_input(&mut self, index: usize, value: Option<InputValue>) {
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let Some(held) = model.held.get(index) else {
            return;
        };
        let options = model.options.clone();
        let options = match value {
            Some(value) => options.input_at(&held.name, value),
            None => options.without_input(&held.name),
        };
        self.read_again(self.state.sides.active_index(), &model, options);
    }

    /// Reads the active model again with changed options.
    pub(crate) fn read_with(&mut self, change: impl FnOnce(OpenOptions) -> OpenOptions) {
        if let Some(model) = self.state.model().cloned() {
            let options = change(model.options.clone());
            self.read_again(self.state.sides.active_index(), &model, options);
        }
    }

    /// Explains a further input of the active model in place of its picture.
    pub(crate) fn take_as_picture(&mut self, index: usize) {
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        if let Some(held) = model.held.get(index) {
            let options = model.options.clone().picture(&held.name);
            self.read_again(self.state.sides.active_index(), &model, options);
        }
    }

    /// Reads the file of a side's model again with other options and the same usage.
    fn read_again(&mut self, side: usize, model: &ModelInfo, options: OpenOptions) {
        let decoding = self.state.options.decoding;
        let options = options.read_pictures_as(decoding);
        let usage = Some(model.usage().read_pictures_as(decoding));
        let opening = Opening {
            path: model.path.clone(),
            since: Instant::now(),
            promise: self
                .engine
                .open_model_as(model.path.clone(), options, usage),
        };
        self.tasks.models.push_back(OpeningModel {
            side,
            reopened: Some(model.id),
            remembered: false,
            opening,
        });
    }

    /// Opens the active model again with the same weights and another usage.
    pub(crate) fn reopen_model(&mut self, usage: Usage) {
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let opening = Opening {
            path: model.path.clone(),
            since: Instant::now(),
            promise: self.engine.reopen_model(model.id, usage),
        };
        self.tasks.models.push_back(OpeningModel {
            side: self.state.sides.active_index(),
            reopened: Some(model.id),
            remembered: false,
            opening,
        });
    }
}

/// Whether a file is a model, judged by its extension or, if it was renamed, by its first bytes.
pub fn looks_like_model(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    if matches!(
        extension.as_deref(),
        Some("pt2" | "pt" | "pth" | "torchscript" | "ptl" | "onnx" | "safetensors" | "ckpt")
    ) {
        return true;
    }
    format::is_readable(path)
}

/// Whether a file is an image by its ending.
pub fn looks_like_picture(path: &Path) -> bool {
    kind::is_named_like_a_picture(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_a_model_by_name_or_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert!(looks_like_model(&file("a.PT2", b"")));
        for start in [
            &b"PK\x03\x04...."[..],
            b"\x08\x08\x12\x07pytorch",
            b"\x80\x02}q\0",
        ] {
            assert!(looks_like_model(&file("renamed.bin", start)), "{start:?}");
        }
        assert!(!looks_like_model(&file("a.png", b"\x89PNG....")));
        assert!(!looks_like_model(&file("empty", b"")));
        assert!(!looks_like_model(&folder.path().join("missing.jpg")));
    }
}
