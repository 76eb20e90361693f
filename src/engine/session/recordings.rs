//! The recorded forward passes of one model: a few at most, because each takes the memory of all
//! activations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::Prediction;
use crate::model::Tape;
use crate::picture::photo::geometry::Fit;

/// One at a time by default.
#[derive(Default)]
pub(crate) struct Recordings {
    /// The most recently used one is last.
    all: Vec<Recording>,
    /// How many are kept while another is made.
    beside: usize,
}

pub(crate) struct Recording {
    photo: u64,
    /// How the photo was fitted, and with it any other picture of the model.
    pub fit: Fit,
    pub tape: Tape,
    pub answer: Arc<Prediction>,
    /// When it was last used, on a clock shared by all sessions.
    used: u64,
}

/// The clock: it advances by one with each call.
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

    /// An empty collection with the same limit.
    pub(crate) fn as_many(&self) -> Recordings {
        Recordings::keeping(self.beside)
    }

    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// When the least recently used one was used, on the shared clock.
    pub(crate) fn oldest_use(&self) -> Option<u64> {
        self.all.first().map(|recording| recording.used)
    }

    /// The most recently used one.
    pub(crate) fn newest(&self) -> Option<&Recording> {
        self.all.last()
    }

    /// The prediction of the recording of this photo and fit, which is then the most recently used.
    pub(crate) fn recall(&mut self, photo: u64, fit: Fit) -> Option<Arc<Prediction>> {
        let same = |recording: &Recording| (recording.photo, recording.fit) == (photo, fit);
        let mut recording = self.all.remove(self.all.iter().position(same)?);
        recording.used = tick();
        let answer = Arc::clone(&recording.answer);
        self.all.push(recording);
        Some(answer)
    }

    /// Drops old recordings to make room for a new one.
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
