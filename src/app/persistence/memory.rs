//! What the window keeps from one start to the next. It is read once, updated with every choice, and
//! saved by the [`Keeper`] once nothing has changed for a while.

use std::path::{Path, PathBuf};

use egui::Context;
use poll_promise::Promise;

use crate::engine::resolve_layer;
use crate::folder::{Choices, Given};

use super::last::Seen;
use super::placement::has_settled;
use super::recent::{Recent, canonical_path};
use super::session::file::{Live, Session, StoredLook, StoredSide};
use super::settings::keeper::{self, Keeper};
use super::settings::{Last, Placement, Settings};
use super::stored::{StoredModel, StoredUsage};
use crate::app::App;
use crate::app::state::class_choice::ClassChoice;
use crate::app::state::view_options::ViewOptions;
use crate::app::tasks::background;

/// The number of frames in which the window is asked to be maximised. X11 ignores requests of the first.
const MAXIMISING_FRAMES: u8 = 8;
/// Bytes in a mebibyte.
const MIB: usize = 1 << 20;

/// The settings of a window, saved in a folder or not at all.
#[derive(Default)]
pub struct Memory {
    keeper: Keeper,
    settings: Settings,
    /// A message about the settings file, to be shown once there is a window.
    message: Option<String>,
    /// What was last open and has not been restored yet.
    recall: Option<Last>,
    /// The check for missing recent files that is in progress.
    checking: Option<Promise<[Vec<PathBuf>; 3]>>,
    seen: Seen,
    /// The number of frames in which the window is still asked to be maximised, as it was last time.
    still_maximising: u8,
}

impl Memory {
    /// Saves nothing and accesses no file.
    pub fn nothing() -> Memory {
        Memory::default()
    }

    /// Saves in `folder`, which need not exist yet.
    pub fn in_folder(folder: &Path) -> Memory {
        let (keeper, settings, message) = Keeper::open(folder);
        Memory {
            keeper,
            recall: Some(settings.last.clone()),
            still_maximising: if settings.window.maximised {
                MAXIMISING_FRAMES
            } else {
                0
            },
            settings,
            message,
            ..Memory::default()
        }
    }

    /// Saves in the user's settings folder, or in the one that `GRADCAM_CONFIG` names.
    pub fn of_this_user() -> Memory {
        keeper::folder().map_or_else(Memory::nothing, |folder| Memory::in_folder(&folder))
    }

    /// The last position and size of the window.
    pub fn placement(&self) -> Placement {
        self.settings.window
    }

    /// Asks for the window to be maximised in its first frames.
    pub(crate) fn maximise(&mut self) {
        self.still_maximising = MAXIMISING_FRAMES;
    }

    /// The images and folders that were opened recently, newest first.
    pub fn recent_images(&self) -> &[PathBuf] {
        self.settings.images.paths()
    }

    /// The model files that were opened recently, newest first.
    pub fn recent_models(&self) -> &[PathBuf] {
        self.settings.models.paths()
    }

    /// The session files that were opened or saved recently, newest first.
    pub fn recent_sessions(&self) -> &[PathBuf] {
        self.settings.sessions.paths()
    }

    /// Adds a session file that was opened or saved.
    pub(crate) fn used_session(&mut self, path: &Path) {
        self.settings.sessions.add(path);
    }

    /// The last open image, if it still exists.
    pub(crate) fn last_image(&self) -> Option<PathBuf> {
        existing(self.recall.as_ref()?.image.as_ref())
    }

    /// The last open folders that still exist.
    pub(crate) fn last_folders(&self) -> Vec<PathBuf> {
        let last = self.recall.iter().flat_map(|last| &last.folders);
        last.filter(|folder| folder.is_dir()).cloned().collect()
    }

    /// The last open model and its usage, if the file still exists.
    pub(crate) fn last_model(&self) -> Option<StoredModel> {
        let last = self.recall.as_ref()?;
        let sound = |usage: &&StoredUsage| usage.is_sound();
        Some(StoredModel {
            path: existing(last.model.as_ref())?,
            architecture: last.architecture.clone(),
            head_activation: last.head_activation,
            averaged: last.averaged,
            inputs: last.inputs.clone(),
            picture: last.picture.clone(),
            usage: last.usage.as_ref().filter(sound).cloned(),
        })
    }

    /// What was last open, as a session, if there were pins. `options` are the present ones.
    pub(crate) fn last_with_pins(&self, options: &ViewOptions) -> Option<Session> {
        let last = self.recall.as_ref()?;
        if last.pins.is_empty() {
            return None;
        }
        let side = |model| StoredSide {
            model,
            layer: last.layer.clone(),
            score: last.score.clone(),
            rival: None,
        };
        let session = Session {
            pictures: self.last_folders(),
            live: Live {
                image: self.last_image(),
                sides: self.last_model().map(side).into_iter().collect(),
                fit: options.fit,
                rule: options.rule,
                decoding: options.decoding,
                ..Live::default()
            },
            pins: last.pins.clone(),
            look: StoredLook {
                style: options.style,
                ..StoredLook::default()
            },
        };
        // Settings can be edited by hand.
        session.checked().ok()
    }

    /// What was chosen about the names in this folder.
    pub(crate) fn choices_of(&self, folder: &Path) -> Option<Choices> {
        self.settings.folders.of(&canonical_path(folder))
    }

    /// Keeps what was chosen about the names in this folder.
    pub(crate) fn remember_choices(&mut self, folder: &Path, choices: &Choices) {
        let folder = canonical_path(folder);
        self.settings.folders.set(&folder, choices);
    }

    /// The true classes that were set by hand for images in this folder, with their paths.
    pub(crate) fn truths_in(&self, folder: &Path) -> Vec<(PathBuf, Option<Given>)> {
        let kept = self.settings.folders.pictures(&canonical_path(folder));
        kept.into_iter()
            .map(|(file, class)| (folder.join(file), class))
            .collect()
    }

    /// Keeps what was set by hand for an image, or that nothing is any longer. `file` is its path within the folder.
    pub(crate) fn remember_truth(
        &mut self,
        folder: &Path,
        file: &Path,
        given: Option<&Option<Given>>,
    ) {
        let folder = canonical_path(folder);
        self.settings.folders.set_picture(&folder, file, given);
    }

    /// Does not restore what was last open.
    pub(crate) fn forget_last(&mut self) {
        self.recall = None;
    }

    /// Checks which recent files still exist, on a background thread because a network drive may not
    /// respond.
    pub(crate) fn check_recent(&mut self, ctx: &Context) {
        if self.checking.is_some() {
            return;
        }
        let Settings {
            images,
            models,
            sessions,
            ..
        } = &self.settings;
        let recent = [images, models, sessions].map(Recent::clone);
        let ctx = ctx.clone();
        let check = move || recent.map(|recent| recent.missing());
        let wake = move || ctx.request_repaint();
        self.checking = Some(background::run(
            "recent",
            check,
            |_| Default::default(),
            wake,
        ));
    }

    fn forget_missing(&mut self) {
        let Some(checking) = self.checking.take() else {
            return;
        };
        match checking.try_take() {
            Ok([images, models, sessions]) => {
                self.settings.images.remove(&images);
                self.settings.models.remove(&models);
                self.settings.sessions.remove(&sessions);
            }
            Err(promise) => self.checking = Some(promise),
        }
    }

    /// Saves unsaved changes before the window closes.
    pub(crate) fn close(&mut self) {
        // A failure can no longer be reported.
        drop(self.keeper.close());
    }
}

fn existing(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| path.is_file()).cloned()
}

impl App {
    /// Applies the settings before anything is opened.
    pub(crate) fn restore_settings(&mut self, ctx: &Context) {
        let memory = &mut self.persistence.memory;
        if let Some(message) = memory.message.take() {
            let title = "The settings could not be read";
            self.notices.error(title, message);
        }
        if memory.recall.is_none() {
            return;
        }
        let settings = &memory.settings;
        self.state.options = settings.options;
        self.gallery.view.unfolded = settings.gallery_unfolded;
        self.gallery.view.tile = settings.grid_tile as f32;
        let limit = settings.thumbnails_mib as usize * MIB;
        self.gallery.folder.set_limit(limit);
        ctx.set_theme(settings.theme);
    }

    /// Restores the last layer once its model is open, and the last class once the photo is open too.
    /// The command line takes precedence.
    pub(crate) fn recall_choices(&mut self) {
        self.recall_for_open_files();
        // A photo opened later starts with its predicted class, even if it was open before.
        if self.state.photo.is_some() && self.state.model().is_some() {
            self.persistence.memory.forget_last();
        }
    }

    fn recall_for_open_files(&mut self) {
        let Some(last) = &mut self.persistence.memory.recall else {
            return;
        };
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let is_last = |path: &Path, last: &Option<PathBuf>| {
            let same = |last: &PathBuf| path.canonicalize().is_ok_and(|path| path == *last);
            last.as_ref().is_some_and(same)
        };
        if !is_last(&model.path, &last.model) {
            return;
        }
        if let Some(layer) = last.layer.take()
            && self.start.layer.is_none()
            && let Ok(layer) = resolve_layer(&model, Some(&layer))
        {
            self.state.side_mut().layer = Some(layer);
        }
        let photo = self.state.photo.clone();
        if self.start.class.is_some() || !photo.is_some_and(|p| is_last(&p.path, &last.image)) {
            return;
        }
        let score = last.score.take();
        let score = score.and_then(|s| s.find(&model.labels, model.labels.len()));
        if let Some(score) = score {
            let side = self.state.side_mut();
            side.choice = ClassChoice::Chosen(score.into());
            side.scroll_to_class.send();
        }
    }

    /// Updates the settings from the current choices, and saves them when it is time.
    pub(crate) fn remember(&mut self, ctx: &Context) {
        let memory = &mut self.persistence.memory;
        memory.forget_missing();
        let settings = &mut memory.settings;
        settings.options = self.state.options;
        settings.gallery_unfolded = self.gallery.view.unfolded;
        settings.grid_tile = self.gallery.view.tile.into();
        settings.thumbnails_mib = (self.gallery.folder.limit() / MIB) as f64;
        settings.theme = ctx.options(|o| o.theme_preference);
        if has_settled(&mut memory.still_maximising, ctx) {
            settings.window.update(ctx);
        }
        memory
            .seen
            .update(&self.state, &self.gallery.folder, settings);
        settings.last.update(&self.state, &mut memory.seen);
        // While a session is being opened, its pins are not there yet.
        if !self.persistence.session.is_opening() {
            let missing = self.persistence.session.missing_pins();
            settings
                .last
                .update_pins(&self.state.pins, missing, &mut memory.seen);
        }
        memory.keeper.offer(settings);
        let waker = ctx.clone();
        let trouble = memory.keeper.tick(move || waker.request_repaint());
        if let Some(trouble) = trouble {
            self.notices
                .error("The settings could not be saved", trouble);
        }
        if let Some(due) = self.persistence.memory.keeper.due_in() {
            ctx.request_repaint_after(due);
        }
    }
}
