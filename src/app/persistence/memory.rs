//! What the window remembers from one start to the next: read once, kept in line with what is chosen,
//! and written by the [`Keeper`] once nothing has changed for a while.

use std::path::{Path, PathBuf};

use egui::Context;
use poll_promise::Promise;

use crate::engine::resolve_layer;
use crate::folder::Gallery;

use super::recent::one_path;
use super::settings::keeper::{self, Keeper};
use super::settings::{Last, Placement, Settings};
use super::stored::{StoredModel, StoredScore, StoredUsage};
use crate::app::App;
use crate::app::state::State;
use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::app::tasks::background;

/// Bytes in a mebibyte.
const MIB: usize = 1 << 20;

/// The settings of a window, kept in a folder or nowhere.
#[derive(Default)]
pub struct Memory {
    keeper: Keeper,
    settings: Settings,
    /// What to report about the file once there is a window.
    said: Option<String>,
    /// What was open last and has not been restored yet.
    recall: Option<Last>,
    /// Recent files being looked for.
    looking: Option<Promise<[Vec<PathBuf>; 2]>>,
    seen: Seen,
    /// Frames for which the window is still asked to fill the screen, as it did.
    still_maximising: u8,
}

/// The photo and the models that are known to be open, with the paths they are remembered by.
#[derive(Default)]
struct Seen {
    photo: Option<(u64, PathBuf)>,
    folders: Vec<PathBuf>,
    /// The folder that `folders` was looked up for.
    generation: Option<u64>,
    models: Vec<(u64, PathBuf)>,
    /// The model whose usage is remembered: one that is used otherwise has another id.
    used: Option<u64>,
}

impl Memory {
    /// Remembers nothing, and touches no file.
    pub fn nothing() -> Memory {
        Memory::default()
    }

    /// Remembers in `folder`, which need not be there yet.
    pub fn in_folder(folder: &Path) -> Memory {
        let (keeper, settings, said) = Keeper::open(folder);
        Memory {
            keeper,
            recall: Some(settings.last.clone()),
            still_maximising: if settings.window.maximised { 8 } else { 0 },
            settings,
            said,
            ..Memory::default()
        }
    }

    /// Remembers in this person's folder of settings, or in the one that `GRADCAM_CONFIG` names.
    pub fn of_this_person() -> Memory {
        keeper::folder().map_or_else(Memory::nothing, |folder| Memory::in_folder(&folder))
    }

    /// Where the window stood.
    pub fn placement(&self) -> Placement {
        self.settings.window
    }

    pub fn recent_images(&self) -> &[PathBuf] {
        self.settings.images.paths()
    }

    pub fn recent_models(&self) -> &[PathBuf] {
        self.settings.models.paths()
    }

    /// The image that was looked at last, if it is still there.
    pub(crate) fn last_image(&self) -> Option<PathBuf> {
        existing(self.recall.as_ref()?.image.as_ref())
    }

    /// The folders that were walked through last, as far as they are still there.
    pub(crate) fn last_folders(&self) -> Vec<PathBuf> {
        let last = self.recall.iter().flat_map(|last| &last.folders);
        last.filter(|folder| folder.is_dir()).cloned().collect()
    }

    /// The model that was looked through last, if it is still there, as it was used.
    pub(crate) fn last_model(&self) -> Option<StoredModel> {
        let last = self.recall.as_ref()?;
        let can_be = |usage: &&StoredUsage| usage.is_sound();
        Some(StoredModel {
            path: existing(last.model.as_ref())?,
            architecture: last.architecture.clone(),
            usage: last.usage.as_ref().filter(can_be).cloned(),
        })
    }

    /// What was looked at last is not to be taken up again.
    pub(crate) fn forget_last(&mut self) {
        self.recall = None;
    }

    /// Looks which recent files are still there, off the window's thread: a folder may lie on a
    /// machine that does not answer.
    pub(crate) fn look_for_recent(&mut self, ctx: &Context) {
        if self.looking.is_some() {
            return;
        }
        let (images, models) = (self.settings.images.clone(), self.settings.models.clone());
        let ctx = ctx.clone();
        let look = move || [images.missing(), models.missing()];
        let wake = move || ctx.request_repaint();
        self.looking = Some(background::run(
            "recent",
            look,
            |_| Default::default(),
            wake,
        ));
    }

    fn forget_missing(&mut self) {
        let Some(looking) = self.looking.take() else {
            return;
        };
        match looking.try_take() {
            Ok([images, models]) => {
                self.settings.images.remove(&images);
                self.settings.models.remove(&models);
            }
            Err(promise) => self.looking = Some(promise),
        }
    }

    /// Writes what is not yet written. The window is closing.
    pub(crate) fn close(&mut self) {
        // There is no window left to say in what went wrong.
        drop(self.keeper.close());
    }
}

fn existing(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| path.is_file()).cloned()
}

impl App {
    /// Restores the settings, before anything is opened.
    pub(crate) fn restore_settings(&mut self, ctx: &Context) {
        let memory = &mut self.persistence.memory;
        if let Some(said) = memory.said.take() {
            self.notices.error("The settings were not understood", said);
        }
        if memory.recall.is_none() {
            return;
        }
        let settings = &memory.settings;
        self.state.options = settings.options;
        self.gallery.view.unfolded = settings.gallery_unfolded;
        let limit = settings.thumbnails_mib as usize * MIB;
        self.gallery.folder.set_limit(limit);
        ctx.set_theme(settings.theme);
    }

    /// The layer that was chosen last, once its model is open; and the class, once the photo is
    /// open too. What the command line names takes precedence.
    pub(crate) fn recall_choices(&mut self) {
        self.recall_what_is_open();
        // For a photo that is opened later the model predicts a class, even if it was seen before.
        if self.state.photo.is_some() && self.state.model().is_some() {
            self.persistence.memory.forget_last();
        }
    }

    fn recall_what_is_open(&mut self) {
        let Some(last) = &mut self.persistence.memory.recall else {
            return;
        };
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let is = |path: &Path, last: &Option<PathBuf>| {
            let same = |last: &PathBuf| path.canonicalize().is_ok_and(|path| path == *last);
            last.as_ref().is_some_and(same)
        };
        if !is(&model.path, &last.model) {
            return;
        }
        if let Some(layer) = last.layer.take()
            && self.start.layer.is_none()
            && let Ok(layer) = resolve_layer(&model, Some(&layer))
        {
            self.state.side_mut().layer = Some(layer);
        }
        let photo = self.state.photo.clone();
        if self.start.class.is_some() || !photo.is_some_and(|p| is(&p.path, &last.image)) {
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

    /// Brings the settings in line with what is chosen, and writes them when it is time.
    pub(crate) fn remember(&mut self, ctx: &Context) {
        let memory = &mut self.persistence.memory;
        memory.forget_missing();
        let settings = &mut memory.settings;
        settings.options = self.state.options;
        settings.gallery_unfolded = self.gallery.view.unfolded;
        settings.thumbnails_mib = (self.gallery.folder.limit() / MIB) as f64;
        settings.theme = ctx.options(|o| o.theme_preference);
        if has_settled(&mut memory.still_maximising, ctx) {
            settings.window.take(ctx);
        }
        memory
            .seen
            .look(&self.state, &self.gallery.folder, settings);
        settings.last.take(&self.state, &mut memory.seen);
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
    /// Puts a file that is newly open among the recent ones.
    fn look(&mut self, state: &State, gallery: &Gallery, settings: &mut Settings) {
        let known = self.photo.as_ref().map(|(id, _)| *id);
        if let Some(photo) = state.photo.as_ref().filter(|p| known != Some(p.id)) {
            // Walking through a folder must not drive out everything else.
            let path = match gallery.list.find(&photo.path) {
                Some(_) => one_path(&photo.path),
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
    fn take(&mut self, state: &State, seen: &mut Seen) {
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
        }
        if self.layer != side.layer {
            self.layer.clone_from(&side.layer);
        }
        if state.photo.is_some() {
            let score = side.choice.explained().map(Explained::joint_score);
            self.score = score.map(|score| StoredScore::new(score, &model.labels));
        }
    }
}

fn set(path: &mut Option<PathBuf>, to: &Path) {
    if path.as_deref() != Some(to) {
        *path = Some(to.to_owned());
    }
}

/// Whether the window has settled. X11 does not hear that a window is to fill the screen before it
/// is shown, so it is told again.
fn has_settled(still: &mut u8, ctx: &Context) -> bool {
    if ctx.input(|i| i.viewport().maximized) == Some(true) {
        *still = 0;
    }
    if *still == 0 {
        return true;
    }
    *still -= 1;
    ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true));
    ctx.request_repaint();
    false
}

impl Placement {
    /// Where the window stands, as far as the desktop tells it.
    fn take(&mut self, ctx: &Context) {
        let (viewport, content) = ctx.input(|i| (i.viewport().clone(), i.content_rect()));
        let is = |state: Option<bool>| state == Some(true);
        if is(viewport.minimized) || is(viewport.fullscreen) {
            return;
        }
        self.maximised = is(viewport.maximized);
        if self.maximised {
            return;
        }
        let size = viewport
            .inner_rect
            .map_or(content.size(), |rect| rect.size());
        // The window is made before anyone can have zoomed the whole of it.
        let zoom = ctx.zoom_factor();
        let points = |value: f32| f64::from((value * zoom).round());
        if size.x > 1.0 && size.y > 1.0 {
            (self.width, self.height) = (points(size.x), points(size.y));
        }
        if let Some(outer) = viewport.outer_rect {
            self.corner = Some([points(outer.min.x), points(outer.min.y)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{RawInput, ViewportCommand, ViewportId};

    use super::*;

    /// One frame of a window that is told to be maximised or not: whether it has settled, and
    /// whether it was asked again to fill the screen.
    fn frame(ctx: &Context, still: &mut u8, maximised: bool) -> (bool, bool) {
        let mut input = RawInput::default();
        let root = input.viewports.entry(ViewportId::ROOT).or_default();
        root.maximized = Some(maximised);
        let mut settled = false;
        let output = ctx.run_ui(input, |ui| settled = has_settled(still, ui.ctx()));
        let root = &output.viewport_output[&ViewportId::ROOT];
        let asked = root.commands.contains(&ViewportCommand::Maximized(true));
        output.drop_without_applying_deltas();
        (settled, asked)
    }

    #[test]
    fn a_window_is_asked_to_fill_the_screen_until_it_does() {
        let (ctx, mut still) = (Context::default(), 8);
        assert_eq!(frame(&ctx, &mut still, false), (false, true));
        assert_eq!(frame(&ctx, &mut still, false), (false, true));
        assert_eq!(frame(&ctx, &mut still, true), (true, false));
        // Made smaller by hand afterwards it stays small.
        assert_eq!(frame(&ctx, &mut still, false), (true, false));
    }

    #[test]
    fn a_desktop_that_does_not_maximise_is_not_asked_for_ever() {
        let (ctx, mut still) = (Context::default(), 2);
        let asked: Vec<bool> = (0..4).map(|_| frame(&ctx, &mut still, false).1).collect();
        assert_eq!(asked, [true, true, false, false]);
    }

    #[test]
    fn a_window_that_did_not_fill_the_screen_is_settled_at_once() {
        let mut still = 0;
        assert_eq!(frame(&Context::default(), &mut still, false), (true, false));
    }
}
