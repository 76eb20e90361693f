//! What happens between frames: taking in finished work and sending new work to the engine.
//!
//! This also runs while the window is hidden, and draws nothing. Files in this folder may read and
//! change the state. They access panels only to make them scroll.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use crate::engine::{Error, ModelInfo, Trial};
use crate::explain::Channels;
use crate::model::error::Candidate;
use crate::picture::photo::decode::{Decoding, Photo};

use super::App;
use super::state::rows::subject::HeatKey;
use explain::Requests;
use export::arrays::Arrays;
use export::preview::Preview;
use open::Picking;
use open::paste::Pasting;
use save_as::Saving;

pub(crate) mod background;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod finished;
pub(crate) mod first_choice;
pub(crate) mod open;
pub(crate) mod purpose;
pub(crate) mod save_as;
mod told;
pub(crate) mod trials;
pub(crate) mod typed_path;

/// How often progress is redrawn. Drawing the window takes CPU time away from the work in progress,
/// and all of it under software rendering.
pub const BUSY_STEP: Duration = Duration::from_millis(250);

/// A pending result from the engine.
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
    /// The id of the side's current model, if that is being reopened with another usage. Its choices
    /// are kept.
    pub reopened: Option<u64>,
    /// Whether the usage comes from the settings. If it no longer fits, the file is opened with its
    /// own usage.
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

/// All work in progress.
#[derive(Default)]
pub struct Tasks {
    /// The photo being opened. A newer one replaces it.
    pub photo: Option<Opening<Photo>>,
    /// The models being opened, in order.
    pub models: VecDeque<OpeningModel>,
    /// The sides whose second pictures do not fit the way of reading, with the model and that way, once it has
    /// been tried to read them so.
    pub reread: Vec<(usize, u64, Decoding)>,
    pub requests: Option<Requests>,
    pub channels: Option<(HeatKey, EnginePromise<Channels>)>,
    /// The usual preprocessings, being tried.
    pub trials: Option<EnginePromise<Vec<Trial>>>,
    /// A file picker on screen.
    pub picking: Option<Picking>,
    pub export: Option<Saving>,
    /// Arrays to be written.
    pub arrays: Option<Arrays>,
    /// What the dialog of figures shows.
    pub preview: Preview,
    /// A picture being pasted.
    pub pasting: Option<Pasting>,
    /// A file being shown in the file manager.
    pub revealing: Option<Promise<Result<(), String>>>,
    /// The folder of the last export.
    pub exported_to: Option<PathBuf>,
}

impl Tasks {
    /// Whether anything in progress will change what is shown.
    pub fn is_loading(&self) -> bool {
        self.picking.is_some()
            || self.photo.is_some()
            || !self.models.is_empty()
            || self.awaits_results()
            || self.export.is_some()
            || self.pasting.is_some()
            || self.awaits_arrays()
            || self.trials.is_some()
    }

    /// Whether arrays are computed that will be written.
    pub fn awaits_arrays(&self) -> bool {
        self.arrays.as_ref().is_some_and(Arrays::are_pending)
    }
}

impl App {
    /// Takes in finished work. Called before every frame, even while the window is hidden.
    pub fn logic(&mut self, ctx: &Context) {
        if let Some((purpose, path)) = self.take_picked() {
            self.use_path(ctx, purpose, path, false);
        }
        self.drain_pasted();
        self.drain_revealed();
        self.drain_photo();
        self.reread_photo();
        self.reread_second_pictures();
        self.drain_models();
        self.drain_trials();
        self.drain_results();
        self.drain_gallery(ctx);
        self.drain_export();
        self.drain_arrays(ctx);
        self.update_preview(ctx);
        self.drain_session(ctx);
        self.persistence.undo.take_in_changes(&self.state);
        self.remember(ctx);
        self.textures.update(ctx, &self.state);
        if self.scene().busy().is_some() {
            // Keeps the elapsed time in the status bar running while nothing else changes.
            ctx.request_repaint_after(BUSY_STEP);
        }
    }
}
