//! What the window's thread and the worker both see: how they agree on what is newest.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::cache::{Cache, View};
use super::{Error, ModelInfo, Progress, Stage};
use crate::explain::Score;

/// What the window's thread and the worker both see.
pub(super) struct Shared {
    pub cache: Cache,
    /// The generation of the newest batch: older work ends at its next stage.
    newest: AtomicU64,
    /// What its first request is about.
    in_view: Mutex<Option<(View, Score)>>,
    /// The newest call for channels.
    turn: AtomicU64,
    /// How often the openings of models have been cancelled.
    openings: AtomicU64,
    /// Messages sent and not yet taken that pictures for later give way to.
    urgent: AtomicUsize,
    /// Someone drags something in the window.
    interacting: AtomicBool,
    /// Of every open model.
    infos: Mutex<Vec<Arc<ModelInfo>>>,
    progress: Mutex<Option<Progress>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    pub(super) fn new(wake: impl Fn() + Send + Sync + 'static) -> Shared {
        Shared {
            cache: Cache::new(),
            newest: AtomicU64::new(0),
            in_view: Mutex::new(None),
            turn: AtomicU64::new(0),
            openings: AtomicU64::new(0),
            urgent: AtomicUsize::new(0),
            interacting: AtomicBool::new(false),
            infos: Mutex::new(Vec::new()),
            progress: Mutex::new(None),
            wake: Box::new(wake),
        }
    }

    pub(super) fn wake(&self) {
        (self.wake)();
    }

    pub(super) fn begin(&self, stage: Stage, since: Instant) {
        let before = locked(&self.progress).replace(Progress {
            stage,
            part: None,
            since,
        });
        // While something is under way, the window looks at the progress by itself.
        if before.is_none() {
            self.wake();
        }
    }

    /// How much of the stage begun last is done.
    pub(super) fn tell(&self, part: f32) {
        if let Some(progress) = &mut *locked(&self.progress) {
            progress.part = Some(part);
        }
    }

    /// Openings asked for by now are wanted no more.
    pub(super) fn cancel_openings(&self) {
        self.openings.fetch_add(1, Ordering::SeqCst);
    }

    /// The number that an opening asked for now is wanted under.
    pub(super) fn openings(&self) -> u64 {
        self.openings.load(Ordering::SeqCst)
    }

    pub(super) fn idle(&self) {
        *locked(&self.progress) = None;
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        *locked(&self.progress)
    }

    pub(super) fn add_card(&self, info: Arc<ModelInfo>) {
        locked(&self.infos).push(info);
    }

    /// Takes the cards of all models but these, and tells which they were of.
    pub(super) fn drop_cards_but(&self, kept: &[u64]) -> Vec<u64> {
        let mut infos = locked(&self.infos);
        let all = std::mem::take(&mut *infos);
        let (kept, dropped) = all.into_iter().partition(|info| kept.contains(&info.id));
        *infos = kept;
        let dropped: Vec<Arc<ModelInfo>> = dropped;
        dropped.iter().map(|info| info.id).collect()
    }

    pub(super) fn info(&self, model: u64) -> Option<Arc<ModelInfo>> {
        let infos = locked(&self.infos);
        infos.iter().find(|info| info.id == model).cloned()
    }

    pub(super) fn is_newest(&self, generation: u64) -> bool {
        self.newest.load(Ordering::SeqCst) == generation
    }

    /// Whether a walk for this score is still of use: to its own batch or to a newer one.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where it is not.
    pub(super) fn wanted(&self, generation: u64, view: View, score: Score) -> Result<(), Error> {
        if self.is_newest(generation) || *locked(&self.in_view) == Some((view, score)) {
            Ok(())
        } else {
            Err(Error::Overtaken)
        }
    }

    /// Begins a generation, whose number it returns.
    pub(super) fn overtake(&self, in_view: Option<(View, Score)>) -> u64 {
        *locked(&self.in_view) = in_view;
        self.newest.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Begins a turn of the channels, whose number it returns.
    pub(super) fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn is_newest_turn(&self, turn: u64) -> bool {
        self.turn.load(Ordering::SeqCst) == turn
    }

    /// Whether a picture for later may go on.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where something else has come.
    pub(super) fn nobody_waits(&self) -> Result<(), Error> {
        match self.urgent.load(Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err(Error::Overtaken),
        }
    }

    pub(super) fn set_interacting(&self, interacting: bool) {
        self.interacting.store(interacting, Ordering::Relaxed);
    }

    pub(super) fn is_interacting(&self) -> bool {
        self.interacting.load(Ordering::Relaxed)
    }

    pub(super) fn urgent_sent(&self) {
        self.urgent.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn urgent_taken(&self) {
        self.urgent.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Each lock guards one plain value that is replaced whole, so a panic cannot leave it half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
