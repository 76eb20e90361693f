//! The window: egui draws it, the engine computes for it, and nothing in here knows a tensor.
//!
//! A frame is `logic` (take in what is finished) and then `ui` (draw, and collect what the person
//! asks for as [`Command`](commands::Command)s). Panels change nothing themselves: `execute` does.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use egui::{Context, Rect, Vec2, vec2};

use crate::engine::{Engine, Error};

mod arrange;
mod channels_ui;
mod choices;
mod classes_ui;
mod commands;
mod compare;
mod compare_ui;
mod controls_ui;
pub mod dialogs;
mod export;
mod first_choice;
mod fuzzy;
mod history;
mod keys;
mod keys_ui;
mod layers_ui;
mod logic;
mod model_ui;
mod notices;
mod open;
mod palette_ui;
mod panels_ui;
mod picture_ui;
mod readout_ui;
mod recent;
mod results;
mod rows;
mod scale;
mod score_ui;
mod session_file;
mod settings;
mod slot;
mod state;
mod status_ui;
mod stored;
mod strip_ui;
mod textures;
mod theme;
mod tiles;
mod toolbar;
mod ui;
mod view;
mod widgets;

use dialogs::{Dialogs, SystemDialogs};
use state::State;

/// What to open first.
#[derive(Debug, Clone, Default)]
pub struct Start {
    pub image: Option<PathBuf>,
    pub model: Option<PathBuf>,
    /// A layer's path.
    pub layer: Option<String>,
    /// An index, an exact label, or `topN`.
    pub class: Option<String>,
}

/// The explorer.
pub struct App {
    engine: Engine,
    dialogs: Arc<dyn Dialogs>,
    state: State,
    work: logic::Work,
    textures: textures::Textures,
    notices: notices::Notices,
    picking: Option<open::Picking>,
    exporting: Option<export::Exporting>,
    /// Where the last export went.
    exported_to: Option<PathBuf>,
    /// What the command line asked for and has not been used yet.
    first: Start,
    /// Where a panel's picture stood in the last frame, and the picture's size in pixels.
    frame: Option<(Rect, Vec2)>,
    /// The row whose picture the pointer is over.
    hovered: Option<rows::RowId>,
    /// The chosen layer's row is to be brought into sight.
    scroll_to_layer: bool,
    /// And its tile in the strip.
    reveal_tile: bool,
    channel_pictures: channels_ui::ChannelPictures,
    /// How wide the controls were in the last frame.
    controls_width: f32,
}

impl App {
    /// An explorer in `ctx`, with the desktop's file pickers.
    ///
    /// # Errors
    /// Where the engine's thread cannot be started.
    pub fn new(ctx: &Context, start: Start) -> Result<App, Error> {
        App::with_dialogs(ctx, start, Arc::new(SystemDialogs))
    }

    /// The same with other pickers.
    ///
    /// # Errors
    /// Where the engine's thread cannot be started.
    pub fn with_dialogs(
        ctx: &Context,
        start: Start,
        dialogs: Arc<dyn Dialogs>,
    ) -> Result<App, Error> {
        theme::install(ctx);
        let waker = ctx.clone();
        let mut app = App {
            engine: Engine::start(move || waker.request_repaint())?,
            dialogs,
            state: State::default(),
            work: logic::Work::default(),
            textures: textures::Textures::default(),
            notices: notices::Notices::default(),
            picking: None,
            exporting: None,
            exported_to: None,
            first: start,
            frame: None,
            hovered: None,
            scroll_to_layer: false,
            reveal_tile: false,
            channel_pictures: channels_ui::ChannelPictures::default(),
            controls_width: 0.0,
        };
        if let Some(path) = app.first.model.take() {
            open::model(&mut app, path);
        }
        if let Some(path) = app.first.image.take() {
            open::image(&mut app, path);
        }
        Ok(app)
    }

    /// How many requests ever reached the engine's worker.
    pub fn requests_sent(&self) -> u64 {
        self.engine.requests_sent()
    }

    /// Whether every panel shows what is chosen, and nothing is under way.
    pub fn is_settled(&self) -> bool {
        self.busy().is_none() && !self.is_loading() && !panels_ui::any_stale(self)
    }

    /// The messages on screen, oldest first.
    pub fn notices(&self) -> Vec<String> {
        self.notices
            .iter()
            .map(|n| format!("{}: {}", n.title, n.text))
            .collect()
    }

    fn is_loading(&self) -> bool {
        self.picking.is_some()
            || self.work.photo.is_some()
            || !self.work.models.is_empty()
            || self.work.awaits_answers()
            || self.exporting.is_some()
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        App::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        App::ui(self, ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// Where no window can be opened, or the engine cannot be started.
pub fn run(start: Start) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("gradcam")
        .with_app_id("gradcam")
        .with_inner_size(vec2(1440.0, 900.0))
        .with_min_inner_size(vec2(960.0, 560.0))
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions {
        viewport,
        centered: true,
        // A pixel on screen is the pixel in the file; noise would be neither.
        dithering: false,
        ..Default::default()
    };
    let create: eframe::AppCreator = Box::new(|cc| Ok(Box::new(App::new(&cc.egui_ctx, start)?)));
    eframe::run_native("gradcam", options, create).map_err(|error| match error {
        // What the windowing library says names its own source files.
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            NoWindow("the display does not answer".into()).into()
        }
        other => anyhow!("the window could not be opened: {other}"),
    })
}

/// There is nowhere to open a window. Says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no display to open a window on ({0}); `gradcam export` and `gradcam classes` need none"
)]
pub struct NoWindow(pub String);
