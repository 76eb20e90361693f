//! The window: egui draws it, the engine computes for it, and nothing in here knows a tensor.
//!
//! A frame is `logic` (take in what is finished) and then `ui` (draw, and collect what the person
//! asks for as [`Command`](commands::Command)s). Panels change nothing themselves: `execute` does.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use egui::{Context, Rect, Vec2, pos2, vec2};

use crate::engine::{Engine, Error};
use crate::folder::Gallery;

mod commands;
mod gallery;
mod persistence;
mod state;
mod tasks;
mod textures;
mod ui;
pub(crate) mod window;

pub use persistence::Memory;
use persistence::{session, undo};
use state::{State, rows};
pub use tasks::open::dialogs;
use tasks::{export, open};
use ui::bars::notices;
use ui::dialogs::{architecture_ui, palette_ui};
use ui::kit::{list_width, theme};
use ui::side_panels::{channels_ui, usage_ui};
use ui::stage::panels_ui;
use window::lost_display;

use tasks::open::dialogs::{Dialogs, SystemDialogs};

/// What to open first.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// A photo, or a folder of them.
    pub image: Option<PathBuf>,
    /// More photos: they and the first stand in a strip to walk through.
    pub images: Vec<PathBuf>,
    pub model: Option<PathBuf>,
    /// The network that a file of weights is taken for, where they fit several.
    pub architecture: Option<String>,
    /// A layer's path.
    pub layer: Option<String>,
    /// An index, an exact label, or `topN`.
    pub class: Option<String>,
    /// The model where none is named and none is remembered.
    pub default_model: Option<PathBuf>,
}

/// The explorer.
pub struct App {
    engine: Engine,
    dialogs: Arc<dyn Dialogs>,
    state: State,
    work: tasks::Work,
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
    /// The chosen layer's row is to be brought into sight, in so many frames.
    scroll_to_layer: u8,
    /// How high the list of layers is.
    list_height: f32,
    /// And its tile in the strip, in so many frames.
    reveal_tile: u8,
    /// How wide a tile of the strip is, and the strip.
    strip_widths: (f32, f32),
    /// A row of several that is to be brought into sight, once.
    reveal_row: Option<rows::RowId>,
    channel_pictures: channels_ui::ChannelPictures,
    /// The preparation of pictures while it is being changed.
    draft: usage_ui::Draft,
    /// The open folder, if one is open, and how the window stands before it.
    gallery: Gallery,
    gallery_view: gallery::GalleryView,
    /// How wide the controls were in the last frame.
    controls_width: f32,
    list_widths: list_width::ListWidths,
    memory: Memory,
    undo: undo::Undo,
    session: session::SessionFile,
    finder: palette_ui::CommandPalette,
    /// Where a path is typed, for want of a file picker.
    path_field: Option<state::path_prompt::PathPrompt>,
    /// The sheet of commands and keys is open.
    keys_shown: bool,
    /// Files of weights that fit several networks, in the order they were opened.
    choosing: VecDeque<architecture_ui::Choosing>,
}

impl App {
    /// An explorer in `ctx`, with the desktop's file pickers.
    ///
    /// # Errors
    /// Where the engine's thread cannot be started.
    pub fn new(ctx: &Context, start: Start, memory: Memory) -> Result<App, Error> {
        App::with_dialogs(ctx, start, Arc::new(SystemDialogs), memory)
    }

    /// The same with other pickers.
    ///
    /// # Errors
    /// Where the engine's thread cannot be started.
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
            dialogs,
            state: State::default(),
            work: tasks::Work::default(),
            textures: textures::Textures::default(),
            notices: notices::Notices::default(),
            picking: None,
            exporting: None,
            exported_to: None,
            first: start,
            frame: None,
            hovered: None,
            scroll_to_layer: 0,
            list_height: 0.0,
            reveal_tile: 0,
            strip_widths: (0.0, 0.0),
            reveal_row: None,
            channel_pictures: channels_ui::ChannelPictures::default(),
            draft: usage_ui::Draft::default(),
            gallery: Gallery::new(gallery::wake(ctx)),
            gallery_view: gallery::GalleryView::default(),
            controls_width: 0.0,
            list_widths: list_width::ListWidths::default(),
            memory,
            undo: undo::Undo::default(),
            session: session::SessionFile::default(),
            finder: palette_ui::CommandPalette::default(),
            path_field: None,
            keys_shown: false,
            choosing: VecDeque::new(),
        };
        app.begin_from_memory(ctx);
        app.open_first();
        Ok(app)
    }

    /// Opens what the command line names, else what was looked at last.
    fn open_first(&mut self) {
        let (image, model) = (self.first.image.take(), self.first.model.take());
        let mut images = std::mem::take(&mut self.first.images);
        let default = self.first.default_model.take();
        let session = image
            .as_deref()
            .is_some_and(session::file::looks_like_session);
        let architecture = self.first.architecture.take();
        let last = self.memory.last_model().filter(|_| !session);
        if let Some(path) = model {
            open::model_as(self, path, self.state.active, architecture);
        } else if let Some(last) = last {
            open::remembered_model(self, last);
        } else if let Some(path) = default.filter(|_| !session) {
            open::model(self, path);
        }
        if !images.is_empty() {
            images.extend(image);
            open::images(self, images);
        } else if let Some(path) = image {
            open::path(self, path);
        } else {
            if let Some(path) = self.memory.last_image() {
                open::image(self, path);
            }
            self.reopen_gallery(self.memory.last_folders());
        }
    }

    /// How many requests ever reached the engine's worker.
    pub fn requests_sent(&self) -> u64 {
        self.engine.requests_sent()
    }

    /// Whether every panel shows what is chosen, and nothing is under way.
    pub fn is_settled(&self) -> bool {
        self.busy().is_none() && !self.is_loading() && !panels_ui::any_stale(self)
    }

    /// Whether the strip and the tree show the maps of all layers.
    pub fn shows_all_maps(&self) -> bool {
        let known = self.state.fresh_layer_maps();
        known.is_some_and(|maps| maps.complete && self.textures.tiles.show(&self.state))
    }

    /// Whether the engine has nothing left to do.
    pub fn engine_rests(&self) -> bool {
        self.engine.progress().is_none()
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
            || self.session.busy().is_some()
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
        self.memory.close();
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
    let memory = Memory::of_this_person();
    let window = memory.placement();
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("gradcam")
        .with_app_id("gradcam")
        .with_inner_size(vec2(window.width as f32, window.height as f32))
        .with_maximized(window.maximised)
        .with_min_inner_size(vec2(960.0, 560.0))
        .with_drag_and_drop(true);
    if let Some([x, y]) = window.corner {
        viewport = viewport.with_position(pos2(x as f32, y as f32));
    }
    let options = eframe::NativeOptions {
        viewport,
        centered: window.corner.is_none(),
        // A pixel on screen is the pixel in the file; noise would be neither.
        dithering: false,
        ..Default::default()
    };
    let create: eframe::AppCreator = Box::new(|cc| {
        if window.corner.is_some() && !is_on_a_screen(cc) {
            let centre = egui::ViewportCommand::center_on_screen(&cc.egui_ctx);
            if let Some(command) = centre {
                cc.egui_ctx.send_viewport_cmd(command);
            }
        }
        Ok(Box::new(App::new(&cc.egui_ctx, start, memory)?))
    });
    let ran = lost_display::watched(|| eframe::run_native("gradcam", options, create));
    let Some(ran) = ran else {
        return Err(LostDisplay.into());
    };
    ran.map_err(|error| match error {
        // What the windowing library says names its own source files.
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            NoWindow("the display does not answer".into()).into()
        }
        other => anyhow!("the window could not be opened: {other}"),
    })
}

/// Whether a part of the window that it can be moved by lies on a screen: the screen that it stood
/// on may be gone.
fn is_on_a_screen(cc: &eframe::CreationContext<'_>) -> bool {
    const ENOUGH: i32 = 64;
    let Some(window) = cc.winit_window() else {
        return true;
    };
    let Ok(corner) = window.outer_position() else {
        return true;
    };
    let width = window.outer_size().width as i32;
    let mut screens = window.available_monitors().peekable();
    let seen = |from: i32, to: i32, start: i32, length: u32| {
        to.min(start.saturating_add(length as i32)) - from.max(start) >= ENOUGH
    };
    // Where no screen is told of, nothing can be judged.
    screens.peek().is_none()
        || screens.any(|screen| {
            let (place, size) = (screen.position(), screen.size());
            seen(
                corner.x,
                corner.x.saturating_add(width),
                place.x,
                size.width,
            ) && seen(
                corner.y,
                corner.y.saturating_add(ENOUGH),
                place.y,
                size.height,
            )
        })
}

/// The display went away, and the window with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the display went away, and the window with it")]
pub struct LostDisplay;

/// There is nowhere to open a window. Says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no display to open a window on ({0}); `gradcam export` and `gradcam classes` need none"
)]
pub struct NoWindow(pub String);
