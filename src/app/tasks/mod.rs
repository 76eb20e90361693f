//! What happens between two frames: finished work is taken in, new work is sent to the engine.
//!
//! It runs while the window is hidden too, and draws nothing. Files in here may read and change the
//! state; they know panels only where finished work asks one to scroll.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use crate::engine::{Error, ModelInfo};
use crate::explain::Channels;
use crate::model::error::Candidate;
use crate::picture::photo::decode::Photo;

use super::App;
use super::state::subject::HeatKey;
use explain::Asked;
use open::Picking;
use save_as::Saving;

pub(crate) mod background;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod finished;
pub(crate) mod first_choice;
pub(crate) mod open;
pub(crate) mod path_prompt;
pub(crate) mod purpose;
pub(crate) mod save_as;

/// How often anything that shows progress is redrawn: drawing the window takes the processor from
/// the very work that is waited for, and all of it where no graphics card draws.
pub const BUSY_STEP: Duration = Duration::from_millis(250);

/// What the engine promises.
pub type EnginePromise<T> = Promise<Result<Arc<T>, Error>>;

/// A file being opened.
pub struct Opening<T: Send + Sync + 'static> {
    pub path: PathBuf,
    pub since: Instant,
    pub promise: EnginePromise<T>,
}

/// A model being opened, and the side it is for.
pub struct OpeningModel {
    pub side: usize,
    /// The id of the side's own model where that is opened again to be used in another way: what is
    /// chosen of it stays.
    pub reopened: Option<u64>,
    /// How it is used comes from the settings: where that does not fit any more, the file is opened
    /// as it is.
    pub remembered: bool,
    pub opening: Opening<ModelInfo>,
}

/// A checkpoint whose weights fit several networks.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchitectureQuestion {
    /// The side that the model is for.
    pub side: usize,
    pub path: PathBuf,
    pub candidates: Vec<Candidate>,
}

/// Everything in progress.
#[derive(Default)]
pub struct Tasks {
    /// The newest photo asked for; an older one is dropped.
    pub photo: Option<Opening<Photo>>,
    /// All of them in order.
    pub models: VecDeque<OpeningModel>,
    pub asked: Option<Asked>,
    pub channels: Option<(HeatKey, EnginePromise<Channels>)>,
    /// A file picker on screen.
    pub picking: Option<Picking>,
    pub export: Option<Saving>,
    /// The folder of the last export.
    pub exported_to: Option<PathBuf>,
}

impl Tasks {
    /// Whether anything is on its way that will change what is shown.
    pub fn is_loading(&self) -> bool {
        self.picking.is_some()
            || self.photo.is_some()
            || !self.models.is_empty()
            || self.awaits_results()
            || self.export.is_some()
    }
}

impl App {
    /// Takes in what is finished. Called before every frame, hidden or not.
    pub fn logic(&mut self, ctx: &Context) {
        if let Some((purpose, path)) = self.take_picked() {
            self.use_path(ctx, purpose, path, false);
        }
        self.drain_photo();
        self.drain_models();
        self.drain_results();
        self.drain_gallery(ctx);
        self.drain_export(ctx);
        self.drain_session(ctx);
        self.persistence.undo.take_in_changes(&self.state);
        self.remember(ctx);
        self.textures.update(ctx, &self.state);
        if self.scene().busy().is_some() {
            // The elapsed time in the status line goes on while nothing else changes.
            ctx.request_repaint_after(BUSY_STEP);
        }
    }
}
