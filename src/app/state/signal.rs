//! Requests that a panel handles once, without anyone having to reset them.
//!
//! Panels only read the state while they draw, so they could not clear a flag. Instead, each request
//! has a new number, and the panel keeps the last one that it handled.

use std::sync::atomic::{AtomicU64, Ordering};

/// The newest request of one kind, such as "scroll to the chosen layer".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signal(u64);

impl Signal {
    /// A request that no panel has handled.
    pub fn new() -> Signal {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Signal(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a new request.
    pub fn send(&mut self) {
        *self = Signal::new();
    }

    /// Whether this request differs from the last one handled. Marks it as handled.
    pub fn is_new(self, handled: &mut Signal) -> bool {
        let new = self != *handled && self != Signal::default();
        *handled = self;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn each_request_is_handled_once() {
        let (mut signal, mut handled) = (Signal::default(), Signal::default());
        assert!(!signal.is_new(&mut handled), "nothing was requested");
        signal.send();
        assert!(signal.is_new(&mut handled));
        assert!(!signal.is_new(&mut handled));
        signal.send();
        assert!(signal.is_new(&mut handled));
    }
}
