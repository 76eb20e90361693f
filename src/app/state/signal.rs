//! Requests that a panel answers once, without anyone having to reset them.
//!
//! Panels only read the state while they draw. A flag would have to be cleared by whoever draws;
//! a number that changes with each request does not: the panel remembers the last one it answered.

use std::sync::atomic::{AtomicU64, Ordering};

/// The newest request of one kind, such as "scroll to the chosen layer".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signal(u64);

impl Signal {
    /// A request that no panel has answered.
    pub fn new() -> Signal {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Signal(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Asks again.
    pub fn send(&mut self) {
        *self = Signal::new();
    }

    /// Whether this is a request that `answered` is not; from then on it is answered.
    pub fn is_new(self, answered: &mut Signal) -> bool {
        let new = self != *answered && self != Signal::default();
        *answered = self;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn each_request_is_answered_once() {
        let (mut asked, mut answered) = (Signal::default(), Signal::default());
        assert!(!asked.is_new(&mut answered), "nothing was asked");
        asked.send();
        assert!(asked.is_new(&mut answered));
        assert!(!asked.is_new(&mut answered));
        asked.send();
        assert!(asked.is_new(&mut answered));
    }
}
