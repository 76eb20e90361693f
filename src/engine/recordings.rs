//! The recorded passes of one model, a few at most: each takes the memory of all activations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Answer;
use crate::model::Tape;
use crate::picture::geometry::Fit;

/// By default one at a time.
#[derive(Default)]
pub(super) struct Recordings {
    /// The last one used stands last.
    all: Vec<Recording>,
    /// How many may stay while another is made.
    beside: usize,
}

struct Recording {
    photo: u64,
    fit: Fit,
    tape: Tape,
    answer: Arc<Answer>,
    /// When it was last used, by a clock that all sessions share.
    used: u64,
}

/// Goes up by one at each look.
fn tick() -> u64 {
    static CLOCK: AtomicU64 = AtomicU64::new(1);
    CLOCK.fetch_add(1, Ordering::Relaxed)
}

impl Recordings {
    pub(super) fn keeping(beside: usize) -> Recordings {
        Recordings {
            all: Vec::new(),
            beside,
        }
    }

    /// None yet, and as many to keep as here.
    pub(super) fn as_many(&self) -> Recordings {
        Recordings::keeping(self.beside)
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// When the one least recently used was, by the clock of all sessions.
    pub(super) fn oldest_use(&self) -> Option<u64> {
        self.all.first().map(|recording| recording.used)
    }

    /// The one used last.
    pub(super) fn newest(&self) -> Option<&Tape> {
        self.all.last().map(|recording| &recording.tape)
    }

    /// The answer of the recording of just this, which counts as used from now on.
    pub(super) fn recall(&mut self, photo: u64, fit: Fit) -> Option<Arc<Answer>> {
        let same = |recording: &Recording| (recording.photo, recording.fit) == (photo, fit);
        let mut recording = self.all.remove(self.all.iter().position(same)?);
        recording.used = tick();
        let answer = Arc::clone(&recording.answer);
        self.all.push(recording);
        Some(answer)
    }

    /// Forgets so many that another can be made.
    pub(super) fn make_room(&mut self) {
        while self.all.len() > self.beside {
            self.forget_oldest();
        }
    }

    pub(super) fn add(&mut self, photo: u64, fit: Fit, tape: Tape, answer: Arc<Answer>) {
        self.all.push(Recording {
            photo,
            fit,
            tape,
            answer,
            used: tick(),
        });
    }

    pub(super) fn forget_oldest(&mut self) {
        if !self.all.is_empty() {
            self.all.remove(0);
        }
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
    }
}
