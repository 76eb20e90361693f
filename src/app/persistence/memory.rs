//! What the window keeps from one start to the next. It is read once, updated with every choice, and
//! saved by the [`Keeper`] once nothing has changed for a while.

use std::path::{Path, PathBuf};

use egui::Context;
use poll_promise::Promise;

use crate::engine::resolve_layer;
use crate::folder::{Choices, Gallery, Given};

use super::placement::has_settled;
use super::recent::canonical_path;
use super::settings::keeper::{self, Keeper};
use super::settings::{Last, Placement, Settings};
use super::stored::{StoredModel, StoredScore, StoredUsage};
use super::stored_input::StoredInput;
use crate::app::App;
use crate::app::state::State;
use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::app::tasks::background;

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
    checking: Option<Promise<[Vec<PathBuf>; 2]>>,
    seen: Seen,
    /// The number of frames in which the window is still asked to be maximised, as it was last time.
    still_maximising: u8,
}

/// The open photo and models that have been recorded, with the paths they are stored under.
#[derive(Default)]
struct Seen {
    photo: Option<(u64, PathBuf)>,
    folders: Vec<PathBuf>,
    /// The generation of the gallery that `folders` was recorded for.
    generation: Option<u64>,
    models: Vec<(u64, PathBuf)>,
    /// The id of the model whose usage was recorded. A model with another usage has another id.
    used: Option<u64>,
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
            still_maximising: if settings.window.maximised { 8 } else { 0 },
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

    /// The images and folders that were opened recently, newest first.
    pub fn recent_images(&self) -> &[PathBuf] {
        self.settings.images.paths()
    }

    /// The model files that were opened recently, newest first.
    pub fn recent_models(&self) -> &[PathBuf] {
        self.settings.models.paths()
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
            inputs: last.inputs.clone(),
            picture: last.picture.clone(),
            usage: last.usage.as_ref().filter(sound).cloned(),
        })
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
        let (images, models) = (self.settings.images.clone(), self.settings.models.clone());
        let ctx = ctx.clone();
        let check = move || [images.missing(), models.missing()];
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
            Ok([images, models]) => {
                self.settings.images.remove(&images);
                self.settings.models.remove(&models);
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

impl Seen {
    /// Adds newly opened files to the recent files.
    fn update(&mut self, state: &State, gallery: &Gallery, settings: &mut Settings) {
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
    fn update(&mut self, state: &State, seen: &mut Seen) {
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
        }
        if self.layer != side.layer {
            self.layer.clone_from(&side.layer);
        }
        if state.photo.is_some() {
            let score = side.choice.explained().map(Explained::joint_score);
            self.score = score.map(|score| StoredScore::new(score, model.lasting_labels()));
        }
    }
}

fn set(path: &mut Option<PathBuf>, to: &Path) {
    if path.as_deref() != Some(to) {
        *path = Some(to.to_owned());
    }
}
