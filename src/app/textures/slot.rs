//! A picture that is made off the window's thread and keeps its place until a newer one is there.

use egui::Context;
use poll_promise::Promise;

use crate::app::tasks::background;

/// What is shown, and what is being made to take its place. One thing is made at a time; the newest
/// wish is next.
pub struct Slot<K, T: Send + 'static> {
    shown: Option<(K, T)>,
    making: Option<(K, Promise<Option<T>>)>,
    /// What could not be made, so that it is not tried for ever.
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

    /// Starts making what answers `key`.
    pub fn make(&mut self, ctx: &Context, key: K, work: impl FnOnce() -> T + Send + 'static) {
        let ctx = ctx.clone();
        let wake = move || ctx.request_repaint();
        let made = background::run("display copy", || Some(work()), |_| None, wake);
        self.making = Some((key, made));
    }

    /// Takes what is finished, unless what is shown already answers `wanted` and this does not.
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
