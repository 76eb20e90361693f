//! The rate of events over the last few seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The time window. A longer one would lag behind, a shorter one would flicker.
const SPAN: Duration = Duration::from_secs(5);

/// The times of the last events.
#[derive(Debug, Default)]
pub struct Rate {
    done: VecDeque<Instant>,
}

impl Rate {
    /// Counts an event.
    pub fn count(&mut self, now: Instant) {
        self.done.push_back(now);
        while self.done.front().is_some_and(|first| now - *first > SPAN) {
            self.done.pop_front();
        }
    }

    /// Events per second; `None` until there are events at two different times in the window.
    pub fn per_second(&self, now: Instant) -> Option<f64> {
        let recent = |at: &&Instant| now.saturating_duration_since(**at) <= SPAN;
        let first = self.done.iter().find(recent)?;
        // The first moment only marks the start, however many events it has.
        let count = self.done.iter().filter(|at| *at > first).count();
        let span = now.saturating_duration_since(*first).as_secs_f64();
        (count > 0 && span > 0.0).then(|| count as f64 / span)
    }

    pub fn clear(&mut self) {
        self.done.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_events_that_come_in_batches() {
        let start = Instant::now();
        let mut rate = Rate::default();
        for heap in 0..2 {
            for _ in 0..6 {
                rate.count(start + Duration::from_millis(500 * heap));
            }
        }
        let measured = rate.per_second(start + Duration::from_millis(500)).unwrap();
        assert!((measured - 12.0).abs() < 1e-9, "{measured}");
    }

    #[test]
    fn forgets_events_before_the_time_window() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(at(0)), None);
        for step in 0..=10 {
            rate.count(at(100 * step));
        }
        let measured = rate.per_second(at(1000)).unwrap();
        assert!((measured - 10.0).abs() < 1e-9, "{measured}");
        // Ten seconds later there are none left.
        assert_eq!(rate.per_second(at(11_000)), None);
        for step in 0..=100 {
            rate.count(at(20_000 + 500 * step));
        }
        let slower = rate.per_second(at(70_000)).unwrap();
        assert!((slower - 2.0).abs() < 1e-9, "{slower}");
        assert!(rate.done.len() <= 11);
    }
}
