//! The window: egui draws it and the engine computes for it. Nothing in here uses tensors.
//!
//! ```text
//! window        the window on the desktop, and one frame of it: panels draw, commands are executed
//! ui            the panels: functions of a scene, their own scratch and a list of commands
//! commands      everything the user can do, and the one place that executes it
//! tasks         work in progress: opening, explaining, exporting; finished work is taken in
//! gallery       the open folder
//! persistence   undo, sessions, settings
//! textures      images on the GPU
//! state         what is open, chosen and computed, as plain data
//! ```
//!
//! A frame is [`App::logic`] (take in finished work) followed by [`App::ui`] (draw, and collect the
//! user's commands). Panels change only their own scratch; `commands::execute` changes everything else.
//! This way, a panel can be understood without the rest of the window.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use crate::engine::{Engine, Error};
use crate::model::OpenOptions;
use crate::picture::photo::decode::Decoding;

mod commands;
mod gallery;
mod notices;
mod persistence;
mod scene;
mod state;
mod tasks;
mod textures;
mod ui;
mod window;
mod wording;

pub use persistence::memory::Memory;
pub use tasks::open::dialogs;
pub use window::{LostDisplay, NoWindow, run};

use dialogs::{Dialogs, SystemDialogs};
use gallery::{OpenFolder, predictor};
use notices::Notices;
use persistence::Persistence;
use persistence::session::file::looks_like_session;
use scene::Scene;
use state::State;
use tasks::Tasks;
use textures::Textures;
use ui::Panels;
use ui::dialogs::OpenDialogs;
use ui::kit::theme;
use ui::stage::cell;

/// What to open at the start.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// A photo, or a folder of them.
    pub image: Option<PathBuf>,
    /// More photos: they and the first are opened as a gallery.
    pub images: Vec<PathBuf>,
    /// A model file, opened rather than the last one or the default.
    pub model: Option<PathBuf>,
    /// How it is opened.
    pub options: OpenOptions,
    /// A layer's path.
    pub layer: Option<String>,
    /// An index, an exact label, or `topN`.
    pub class: Option<String>,
    /// How images are read, if not as last time.
    pub decoding: Decoding,
    /// The model to open if none is given and none was open last.
    pub default_model: Option<PathBuf>,
    /// A photo to try, which comes with the program.
    pub sample: Option<PathBuf>,
}

/// The explorer.
pub struct App {
    engine: Engine,
    /// The desktop's file pickers.
    file_dialogs: Arc<dyn Dialogs>,
    /// The parts of the command line that have not been used yet.
    start: Start,

    state: State,
    tasks: Tasks,
    gallery: OpenFolder,
    textures: Textures,
    persistence: Persistence,
    notices: Notices,

    /// The scratch of the panels.
    panels: Panels,
    dialogs: OpenDialogs,
}

impl App {
    /// Creates the explorer with the desktop's file pickers.
    ///
    /// # Errors
    /// If the engine's thread cannot be started.
    pub fn new(ctx: &Context, start: Start, memory: Memory) -> Result<App, Error> {
        App::with_dialogs(ctx, start, Arc::new(SystemDialogs::default()), memory)
    }

    /// [`App::new`] with other file pickers.
    ///
    /// # Errors
    /// If the engine's thread cannot be started.
    pub fn with_dialogs(
        ctx: &Context,
        start: Start,
        dialogs: Arc<dyn Dialogs>,
        memory: Memory,
    ) -> Result<App, Error> {
        theme::install(ctx);
        let waker = ctx.clone();
        let mut app = App {
            engine: Engine::start(move || waker.request_repaint())?,
            file_dialogs: dialogs,
            start,
            state: State::default(),
            tasks: Tasks::default(),
            gallery: OpenFolder::new(predictor::wake(ctx)),
            textures: Textures::default(),
            persistence: Persistence {
                memory,
                ..Persistence::default()
            },
            notices: Notices::default(),
            panels: Panels::default(),
            dialogs: OpenDialogs::default(),
        };
        app.restore_settings(ctx);
        if !app.start.decoding.is_usual() {
            app.state.options.decoding = app.start.decoding;
        }
        app.open_first();
        Ok(app)
    }

    /// Opens what the command line names, or else what was last open.
    fn open_first(&mut self) {
        self.state.sample = self.start.sample.take();
        let start = &self.start;
        let is_named = start.image.is_some() || start.model.is_some() || !start.images.is_empty();
        let last = self
            .persistence
            .memory
            .last_with_pins(&self.state.options)
            .filter(|_| !is_named);
        if let Some(last) = last {
            if last.live.sides.is_empty()
                && let Some(path) = self.start.default_model.take()
            {
                self.open_model(path);
            }
            self.reopen(last);
            return;
        }
        let (image, model) = (self.start.image.take(), self.start.model.take());
        let mut images = std::mem::take(&mut self.start.images);
        let default = self.start.default_model.take();
        let session = image.as_deref().is_some_and(looks_like_session);
        let options = std::mem::take(&mut self.start.options);
        let last = self.persistence.memory.last_model().filter(|_| !session);
        if let Some(path) = model {
            let side = self.state.sides.active_index();
            self.open_model_as(path, side, options);
        } else if let Some(last) = last {
            self.open_remembered_model(last);
        } else if let Some(path) = default.filter(|_| !session) {
            self.open_model(path);
        }
        if !images.is_empty() {
            images.extend(image);
            self.open_images(images);
        } else if let Some(path) = image {
            self.open_path(path);
        } else {
            if let Some(path) = self.persistence.memory.last_image() {
                self.open_image(path);
            }
            self.reopen_gallery(self.persistence.memory.last_folders());
        }
    }

    /// What the panels may read.
    fn scene(&self) -> Scene<'_> {
        Scene {
            state: &self.state,
            tasks: &self.tasks,
            gallery: &self.gallery,
            textures: &self.textures,
            persistence: &self.persistence,
            notices: &self.notices,
            progress: self.engine.progress(),
        }
    }

    /// The total number of requests sent to the engine.
    pub fn requests_sent(&self) -> u64 {
        self.engine.requests_sent()
    }

    /// Whether every panel shows the current choices, and nothing is in progress.
    pub fn is_settled(&self) -> bool {
        let scene = self.scene();
        scene.busy().is_none() && !scene.is_loading() && !cell::any_stale(scene)
    }

    /// Whether the layer strip and the tree show the maps of all layers.
    pub fn shows_all_maps(&self) -> bool {
        let known = self.state.fresh_layer_maps();
        known.is_some_and(|maps| maps.complete && self.textures.tiles.is_current(&self.state))
    }

    /// Whether the engine has nothing left to do.
    pub fn engine_rests(&self) -> bool {
        self.engine.progress().is_none()
    }

    /// The notices on screen, oldest first.
    pub fn notices(&self) -> Vec<String> {
        self.notices
            .iter()
            .map(|n| format!("{}: {}", n.title, n.text))
            .collect()
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        App::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        App::ui(self, ui);
    }

    fn on_exit(&mut self) {
        self.persistence.memory.close();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
