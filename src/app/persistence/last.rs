//! What is open now, recorded in the settings for the next start.

use std::path::{Path, PathBuf};

use crate::folder::Gallery;

use super::recent::canonical_path;
use super::session::file::StoredPin;
use super::settings::{Last, Settings};
use super::stored::{StoredScore, StoredUsage};
use super::stored_input::StoredInput;
use crate::app::state::State;
use crate::app::state::class_choice::Explained;
use crate::app::state::rows::Pin;

/// The open photo and models that have been recorded, with the paths they are stored under.
#[derive(Default)]
pub(super) struct Seen {
    photo: Option<(u64, PathBuf)>,
    folders: Vec<PathBuf>,
    /// The generation of the gallery that `folders` was recorded for.
    generation: Option<u64>,
    models: Vec<(u64, PathBuf)>,
    /// The id of the model whose usage was recorded. A model with another usage has another id.
    used: Option<u64>,
    /// The pins that were recorded, and the number of those that were missing.
    pins: (Vec<u64>, usize),
}

impl Seen {
    /// Adds newly opened files to the recent files.
    pub fn update(&mut self, state: &State, gallery: &Gallery, settings: &mut Settings) {
        let known = self.photo.as_ref().map(|(id, _)| *id);
        if let Some(photo) = state.photo.as_ref().filter(|p| known != Some(p.id)) {
            // Stepping through a folder must not push out all other recent files.
            let path = match gallery.list.find(&photo.path) {
                Some(_) => canonical_path(&photo.path),
                None => settings.images.add(&photo.path),
            };
            self.photo = Some((photo.id, path));
        }
        if self.generation.replace(gallery.generation()) != Some(gallery.generation()) {
            let folders = gallery.paths().iter().filter(|path| path.is_dir());
            self.folders = folders.map(|folder| settings.images.add(folder)).collect();
        }
        let models = || state.sides.iter().filter_map(|side| side.model.as_ref());
        self.models
            .retain(|(id, _)| models().any(|model| model.id == *id));
        for model in models() {
            if self.model(model.id).is_none() {
                self.models
                    .push((model.id, settings.models.add(&model.path)));
            }
        }
    }

    fn model(&self, id: u64) -> Option<&PathBuf> {
        let found = self.models.iter().find(|(known, _)| *known == id);
        found.map(|(_, path)| path)
    }
}

impl Last {
    pub(super) fn update(&mut self, state: &State, seen: &mut Seen) {
        if let Some((_, path)) = &seen.photo {
            set(&mut self.image, path);
        }
        if seen.generation.is_some_and(|generation| generation > 0) {
            self.folders.clone_from(&seen.folders);
        }
        let side = state.side();
        let Some(model) = &side.model else { return };
        if let Some(path) = seen.model(model.id) {
            set(&mut self.model, path);
        }
        if self.architecture != model.architecture {
            self.architecture.clone_from(&model.architecture);
        }
        if seen.used.replace(model.id) != Some(model.id) {
            self.usage = StoredUsage::of(model);
            self.inputs = StoredInput::all(&model.options);
            self.picture.clone_from(&model.options.picture);
            self.head_activation = model.options.head_activation;
            self.averaged = model.options.averaged;
        }
        if self.layer != side.layer {
            self.layer.clone_from(&side.layer);
        }
        if state.photo.is_some() {
            let score = side.choice.explained().map(Explained::joint_score);
            self.score = score.map(|score| StoredScore::new(score, model.lasting_labels()));
        }
    }

    /// Records the pins, so that they are there again however the window ends. `missing` are those whose
    /// files are missing.
    pub(super) fn update_pins(&mut self, pins: &[Pin], missing: &[StoredPin], seen: &mut Seen) {
        let now = (pins.iter().map(|pin| pin.id).collect(), missing.len());
        // Without any in this run, those of the last one stay.
        if seen.pins == now {
            return;
        }
        seen.pins = now;
        let pins = pins.iter().map(|pin| StoredPin::of(&pin.subject));
        let pins = pins.chain(missing.iter().cloned());
        // Other paths cannot be written as JSON.
        let is_unicode = |pin: &mut StoredPin| {
            let image = pin.image.to_str().is_some();
            image && pin.model.paths_mut().all(|path| path.to_str().is_some())
        };
        self.pins = pins
            .filter_map(|mut pin| is_unicode(&mut pin).then_some(pin))
            .collect();
    }
}

fn set(path: &mut Option<PathBuf>, to: &Path) {
    if path.as_deref() != Some(to) {
        *path = Some(to.to_owned());
    }
}
