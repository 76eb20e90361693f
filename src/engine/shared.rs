//! State shared by the window's thread and the worker: how they agree on what is newest.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::cache::{Cache, View};
use super::{Error, ModelInfo, Progress, Stage};
use crate::explain::Score;

/// State shared by the window's thread and the worker.
pub(super) struct Shared {
    pub cache: Cache,
    /// The generation of the newest batch. Work for older ones ends at its next stage.
    newest: AtomicU64,
    /// The view and the score of its first request.
    in_view: Mutex<Option<(View, Score)>>,
    /// The newest call for channels.
    turn: AtomicU64,
    /// Counts how often opening models has been cancelled.
    openings: AtomicU64,
    /// The number of messages in the inbox that interrupt the pictures of a folder.
    urgent: AtomicUsize,
    /// Whether the user is dragging something in the window.
    interacting: AtomicBool,
    /// One for every open model.
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

    /// Reports how much of the current stage is done, from 0 to 1.
    pub(super) fn report(&self, part: f32) {
        if let Some(progress) = &mut *locked(&self.progress) {
            progress.part = Some(part);
        }
    }

    /// Cancels the opening of all models requested so far.
    pub(super) fn cancel_openings(&self) {
        self.openings.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of cancellations so far. An opening is cancelled if it has grown since the request.
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

    /// Removes the info of all models but these, and returns the ids of those removed.
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

    /// Checks that a backward pass for this score is still needed, by its own batch or by a newer one.
    ///
    /// # Errors
    /// [`Error::Overtaken`] if it is not.
    pub(super) fn wanted(&self, generation: u64, view: View, score: Score) -> Result<(), Error> {
        if self.is_newest(generation) || *locked(&self.in_view) == Some((view, score)) {
            Ok(())
        } else {
            Err(Error::Overtaken)
        }
    }

    /// Starts a new generation and returns its number.
    pub(super) fn overtake(&self, in_view: Option<(View, Score)>) -> u64 {
        *locked(&self.in_view) = in_view;
        self.newest.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Starts a new turn for channels and returns its number.
    pub(super) fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn is_newest_turn(&self, turn: u64) -> bool {
        self.turn.load(Ordering::SeqCst) == turn
    }

    /// Checks that nothing urgent waits in the inbox.
    ///
    /// # Errors
    /// [`Error::Overtaken`] if something does.
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

/// Each lock guards one plain value that is replaced as a whole, so a panic cannot leave it half
/// written.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
