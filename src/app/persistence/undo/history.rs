//! Undo and redo of what a person chose: whole copies of a small state, so that no change needs an
//! inverse of its own.
//!
//! A drag of a slider changes the state many times and is one step to whoever made it. Changes of
//! one kind that follow each other quickly, or belong to one press of the pointer, are one step.

/// Steps that are kept; the oldest are forgotten.
const MOST: usize = 200;
/// Changes of one kind closer than this are one step, in seconds.
const QUICK: f64 = 0.8;

/// The states before and after the present one, which the caller holds.
#[derive(Debug, Clone)]
pub struct History<T, K> {
    past: Vec<T>,
    future: Vec<T>,
    /// What the newest step is still growing by, and when it grew last, in seconds.
    growing: Option<(K, f64)>,
}

impl<T, K> Default for History<T, K> {
    fn default() -> Self {
        History {
            past: Vec::new(),
            future: Vec::new(),
            growing: None,
        }
    }
}

impl<T: Clone + PartialEq, K: PartialEq> History<T, K> {
    /// Takes in that a person's change has made `after` of `before`. `kind` says what was changed
    /// where several changes in a row may be one step; `now` is any clock in seconds.
    pub fn record(&mut self, before: &T, after: &T, kind: Option<K>, now: f64) {
        if before == after {
            return;
        }
        let grows = match (&self.growing, &kind) {
            (Some((growing, since)), Some(kind)) => growing == kind && now - since < QUICK,
            _ => false,
        };
        if !grows {
            self.past.push(before.clone());
            let excess = self.past.len().saturating_sub(MOST);
            self.past.drain(..excess);
        }
        self.future.clear();
        self.growing = kind.map(|kind| (kind, now));
    }

    /// The pointer is still down: the step it began is not over, however long it rests.
    pub fn hold(&mut self, now: f64) {
        if let Some((_, since)) = &mut self.growing {
            *since = now;
        }
    }

    /// Whatever comes next is a step of its own.
    pub fn seal(&mut self) {
        self.growing = None;
    }

    /// The state before the newest step.
    pub fn undo(&mut self, current: &T) -> Option<T> {
        self.seal();
        // A step that has come to nothing, such as a slider dragged there and back, is none.
        let previous = pop_other(&mut self.past, current)?;
        self.future.push(current.clone());
        Some(previous)
    }

    /// The state that was undone last.
    pub fn redo(&mut self, current: &T) -> Option<T> {
        self.seal();
        let next = pop_other(&mut self.future, current)?;
        self.past.push(current.clone());
        Some(next)
    }

    /// Forgets the oldest step; tells whether there was one.
    pub fn forget_oldest(&mut self) -> bool {
        let any = !self.past.is_empty();
        self.past.drain(..usize::from(any));
        any
    }

    /// Every state that can be gone back or forward to.
    pub fn states(&self) -> impl Iterator<Item = &T> {
        self.past.iter().chain(&self.future)
    }

    /// The same, to bring them in line with what is no choice.
    pub fn states_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.past.iter_mut().chain(&mut self.future)
    }

    pub fn can_undo(&self, current: &T) -> bool {
        self.past.iter().any(|state| state != current)
    }

    pub fn can_redo(&self, current: &T) -> bool {
        self.future.iter().any(|state| state != current)
    }
}

/// The newest that is not the present state.
fn pop_other<T: PartialEq>(states: &mut Vec<T>, current: &T) -> Option<T> {
    let place = states.iter().rposition(|state| state != current)?;
    states.truncate(place + 1);
    states.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        Slider,
        Zoom,
    }

    /// A state that is changed as the window changes it.
    #[derive(Default)]
    struct Desk {
        now: i32,
        history: History<i32, Kind>,
    }

    impl Desk {
        fn set(&mut self, value: i32, kind: Option<Kind>, clock: f64) {
            let before = std::mem::replace(&mut self.now, value);
            self.history.record(&before, &value, kind, clock);
        }

        fn undo(&mut self) -> bool {
            let state = self.history.undo(&self.now);
            self.now = state.unwrap_or(self.now);
            state.is_some()
        }

        fn redo(&mut self) -> bool {
            let state = self.history.redo(&self.now);
            self.now = state.unwrap_or(self.now);
            state.is_some()
        }
    }

    #[test]
    fn steps_are_walked_back_and_forth_and_a_new_one_ends_the_future() {
        let mut desk = Desk::default();
        for value in 1..=3 {
            desk.set(value, None, 0.0);
        }
        assert!(desk.undo() && desk.now == 2);
        assert!(desk.undo() && desk.now == 1);
        assert!(desk.redo() && desk.now == 2);
        desk.set(9, None, 0.0);
        assert!(!desk.redo());
        assert!(desk.undo() && desk.now == 2);
        assert!(desk.undo() && desk.undo() && desk.now == 0);
        assert!(!desk.undo());
    }

    #[test]
    fn a_drag_is_one_step_however_long_the_pointer_rests() {
        let mut desk = Desk::default();
        for (value, clock) in [(1, 0.0), (2, 0.1), (3, 0.2)] {
            desk.set(value, Some(Kind::Slider), clock);
        }
        desk.history.hold(60.0);
        desk.set(4, Some(Kind::Slider), 60.1);
        desk.history.seal();
        desk.set(5, Some(Kind::Slider), 60.2);
        assert!(desk.undo() && desk.now == 4);
        assert!(desk.undo() && desk.now == 0);
        assert!(!desk.undo());
    }

    #[test]
    fn another_kind_or_a_pause_begins_another_step() {
        let mut desk = Desk::default();
        desk.set(1, Some(Kind::Slider), 0.0);
        desk.set(2, Some(Kind::Zoom), 0.1);
        desk.set(3, Some(Kind::Zoom), 0.1 + 2.0 * QUICK);
        desk.set(4, None, 2.0);
        desk.set(5, None, 2.0);
        for value in [4, 3, 2, 1, 0] {
            assert!(desk.undo());
            assert_eq!(desk.now, value);
        }
    }

    #[test]
    fn what_came_to_nothing_is_no_step() {
        let mut desk = Desk::default();
        desk.set(1, None, 0.0);
        desk.set(2, Some(Kind::Slider), 1.0);
        desk.set(1, Some(Kind::Slider), 1.1);
        desk.set(1, None, 5.0);
        assert!(desk.undo() && desk.now == 0);
        assert!(!desk.history.can_undo(&desk.now));
        assert!(desk.history.can_redo(&desk.now));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut desk = Desk::default();
        for value in 1..=(MOST as i32 + 50) {
            desk.set(value, None, 0.0);
        }
        let mut steps = 0;
        while desk.undo() {
            steps += 1;
        }
        assert_eq!((steps, desk.now), (MOST, 50));
    }
}
