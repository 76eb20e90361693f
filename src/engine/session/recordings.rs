//! The recorded passes of one model, a few at most: each takes the memory of all activations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::Prediction;
use crate::model::Tape;
use crate::picture::photo::geometry::Fit;

/// By default one at a time.
#[derive(Default)]
pub(crate) struct Recordings {
    /// The last one used stands last.
    all: Vec<Recording>,
    /// How many may stay while another is made.
    beside: usize,
}

struct Recording {
    photo: u64,
    fit: Fit,
    tape: Tape,
    answer: Arc<Prediction>,
    /// When it was last used, by a clock that all sessions share.
    used: u64,
}

/// Goes up by one at each look.
fn tick() -> u64 {
    static CLOCK: AtomicU64 = AtomicU64::new(1);
    CLOCK.fetch_add(1, Ordering::Relaxed)
}

impl Recordings {
    pub(crate) fn keeping(beside: usize) -> Recordings {
        Recordings {
            all: Vec::new(),
            beside,
        }
    }

    /// None yet, and as many to keep as here.
    pub(crate) fn as_many(&self) -> Recordings {
        Recordings::keeping(self.beside)
    }

    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// When the one least recently used was, by the clock of all sessions.
    pub(crate) fn oldest_use(&self) -> Option<u64> {
        self.all.first().map(|recording| recording.used)
    }

    /// The one used last.
    pub(crate) fn newest(&self) -> Option<&Tape> {
        self.all.last().map(|recording| &recording.tape)
    }

    /// The answer of the recording of just this, which counts as used from now on.
    pub(crate) fn recall(&mut self, photo: u64, fit: Fit) -> Option<Arc<Prediction>> {
        let same = |recording: &Recording| (recording.photo, recording.fit) == (photo, fit);
        let mut recording = self.all.remove(self.all.iter().position(same)?);
        recording.used = tick();
        let answer = Arc::clone(&recording.answer);
        self.all.push(recording);
        Some(answer)
    }

    /// Forgets so many that another can be made.
    pub(crate) fn make_room(&mut self) {
        while self.all.len() > self.beside {
            self.forget_oldest();
        }
    }

    pub(crate) fn add(&mut self, photo: u64, fit: Fit, tape: Tape, answer: Arc<Prediction>) {
        self.all.push(Recording {
            photo,
            fit,
            tape,
            answer,
            used: tick(),
        });
    }

    pub(crate) fn forget_oldest(&mut self) {
        if !self.all.is_empty() {
            self.all.remove(0);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }
}
