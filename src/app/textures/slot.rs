//! A texture made on a background thread. The old one stays in use until the new one is ready.

use egui::Context;
use poll_promise::Promise;

use crate::app::tasks::background;

/// What is shown, and its replacement while that is being made. Only one replacement is made at a
/// time; the next one is made for the newest key.
pub struct Slot<K, T: Send + 'static> {
    shown: Option<(K, T)>,
    making: Option<(K, Promise<Option<T>>)>,
    /// The key that failed, so that it is not retried forever.
    failed: Option<K>,
}

impl<K, T: Send + 'static> Default for Slot<K, T> {
    fn default() -> Self {
        Slot {
            shown: None,
            making: None,
            failed: None,
        }
    }
}

impl<K, T: Send + 'static> Slot<K, T> {
    pub fn is_making(&self) -> bool {
        self.making.is_some()
    }
}

impl<K: PartialEq, T: Send + 'static> Slot<K, T> {
    pub fn shown(&self) -> Option<&(K, T)> {
        self.shown.as_ref()
    }

    fn shows(&self, key: &K) -> bool {
        self.shown.as_ref().is_some_and(|(k, _)| k == key)
    }

    pub fn lacks(&self, key: &K) -> bool {
        self.making.is_none() && self.failed.as_ref() != Some(key) && !self.shows(key)
    }

    /// Starts making the texture for `key`.
    pub fn make(&mut self, ctx: &Context, key: K, work: impl FnOnce() -> T + Send + 'static) {
        let ctx = ctx.clone();
        let wake = move || ctx.request_repaint();
        let made = background::run("display copy", || Some(work()), |_| None, wake);
        self.making = Some((key, made));
    }

    /// Takes the finished texture, unless the current one matches `wanted` and the finished one does
    /// not.
    pub fn drain(&mut self, wanted: Option<&K>) {
        let Some((key, promise)) = self.making.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Some(made)) => {
                let fresh = wanted.is_some_and(|wanted| self.shows(wanted));
                if !fresh || Some(&key) == wanted {
                    self.shown = Some((key, made));
                }
            }
            Ok(None) => self.failed = Some(key),
            Err(promise) => self.making = Some((key, promise)),
        }
    }
}
