//! A model for tests.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::outcome;
use crate::folder::predictions::{Pending, Predictor, Reply, Whose};
use crate::picture::photo::decode::Photo;

/// Predicts the red value of the first pixel as the class.
#[derive(Default)]
pub struct Model {
    pub asked: RefCell<Vec<PathBuf>>,
    /// Whose prediction each was.
    pub whose: RefCell<Vec<Whose>>,
    pub pending: Rc<Cell<usize>>,
    pub max_pending: Cell<usize>,
    /// While it is set, nothing is finished.
    pub busy: Rc<Cell<bool>>,
    /// Counts calls of `forget`, which drops everything submitted before.
    pub forgotten: Rc<Cell<usize>>,
    /// Reports each image as overtaken once.
    pub interrupted: Cell<bool>,
}

impl Predictor for Model {
    fn predict(&self, whose: Whose, photo: Arc<Photo>) -> Pending {
        self.whose.borrow_mut().push(whose);
        let first = !self.asked.borrow().contains(&photo.path);
        self.asked.borrow_mut().push(photo.path.clone());
        let reply = match photo.rgb.get_pixel(0, 0).0 {
            _ if first && self.interrupted.get() => Reply::Overtaken,
            [255, ..] => Reply::Failed("not finite".to_owned()),
            [class, ..] => Reply::Prediction(outcome(match whose {
                Whose::First => usize::from(class),
                // The green value, which is 9 in most pictures.
                Whose::Second => usize::from(photo.rgb.get_pixel(0, 0).0[1]) % 3,
            })),
        };
        self.pending.set(self.pending.get() + 1);
        self.max_pending
            .set(self.max_pending.get().max(self.pending.get()));
        let (pending, busy) = (Rc::clone(&self.pending), Rc::clone(&self.busy));
        let (forgotten, then) = (Rc::clone(&self.forgotten), self.forgotten.get());
        Box::new(move || {
            let dropped = forgotten.get() > then;
            if busy.get() && !dropped {
                return None;
            }
            pending.set(pending.get() - 1);
            Some(if dropped {
                Reply::Overtaken
            } else {
                reply.clone()
            })
        })
    }

    fn forget(&self) {
        self.forgotten.set(self.forgotten.get() + 1);
        self.pending.set(0);
    }
}
