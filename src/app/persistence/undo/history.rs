//! Undo and redo as snapshots of a small state, so that no change needs its own inverse.
//!
//! Dragging a slider changes the state many times, but to the user it is one step. Changes of one
//! kind that follow each other quickly, or that belong to one press of the pointer, are one step.

/// The maximum number of steps. The oldest are dropped.
const MAX_STEPS: usize = 200;
/// Changes of one kind within this time are one step, in seconds.
const MERGE_S: f64 = 0.8;

/// The states before and after the current one. The caller holds the current state.
#[derive(Debug, Clone)]
pub struct History<T, K> {
    past: Vec<T>,
    future: Vec<T>,
    /// The kind of change that may still extend the newest step, and the time of the last one in
    /// seconds.
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
    /// Records that the user changed `before` to `after`. Consecutive changes of the same `kind` may
    /// be merged into one step. `now` is the time in seconds on any clock.
    pub fn record(&mut self, before: &T, after: &T, kind: Option<K>, now: f64) {
        if before == after {
            return;
        }
        let grows = match (&self.growing, &kind) {
            (Some((growing, since)), Some(kind)) => growing == kind && now - since < MERGE_S,
            _ => false,
        };
        if !grows {
            self.past.push(before.clone());
            let excess = self.past.len().saturating_sub(MAX_STEPS);
            self.past.drain(..excess);
        }
        self.future.clear();
        self.growing = kind.map(|kind| (kind, now));
    }

    /// Keeps the newest step open while the pointer is pressed, however long it rests.
    pub fn hold(&mut self, now: f64) {
        if let Some((_, since)) = &mut self.growing {
            *since = now;
        }
    }

    /// Closes the newest step: the next change starts a new one.
    pub fn seal(&mut self) {
        self.growing = None;
    }

    /// The state before the newest step.
    pub fn undo(&mut self, current: &T) -> Option<T> {
        self.seal();
        // Skips steps without effect, such as a slider dragged there and back.
        let previous = pop_different(&mut self.past, current)?;
        self.future.push(current.clone());
        Some(previous)
    }

    /// The state that was undone most recently.
    pub fn redo(&mut self, current: &T) -> Option<T> {
        self.seal();
        let next = pop_different(&mut self.future, current)?;
        self.past.push(current.clone());
        Some(next)
    }

    /// Drops the oldest step. Returns whether there was one.
    pub fn forget_oldest(&mut self) -> bool {
        let any = !self.past.is_empty();
        self.past.drain(..usize::from(any));
        any
    }

    /// Every state that can be reached by undo or redo.
    pub fn states(&self) -> impl Iterator<Item = &T> {
        self.past.iter().chain(&self.future)
    }

    /// [`History::states`] for updating what is not a choice.
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

/// Pops states up to and including the newest that differs from the current one.
fn pop_different<T: PartialEq>(states: &mut Vec<T>, current: &T) -> Option<T> {
    let index = states.iter().rposition(|state| state != current)?;
    states.truncate(index + 1);
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

    /// A state with its history, changed as the window changes it.
    #[derive(Default)]
    struct Editor {
        now: i32,
        history: History<i32, Kind>,
    }

    impl Editor {
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
    fn undoes_and_redoes_and_a_new_step_clears_the_redo_steps() {
        let mut editor = Editor::default();
        for value in 1..=3 {
            editor.set(value, None, 0.0);
        }
        assert!(editor.undo() && editor.now == 2);
        assert!(editor.undo() && editor.now == 1);
        assert!(editor.redo() && editor.now == 2);
        editor.set(9, None, 0.0);
        assert!(!editor.redo());
        assert!(editor.undo() && editor.now == 2);
        assert!(editor.undo() && editor.undo() && editor.now == 0);
        assert!(!editor.undo());
    }

    #[test]
    fn a_drag_is_one_step_however_long_the_pointer_rests() {
        let mut editor = Editor::default();
        for (value, clock) in [(1, 0.0), (2, 0.1), (3, 0.2)] {
            editor.set(value, Some(Kind::Slider), clock);
        }
        editor.history.hold(60.0);
        editor.set(4, Some(Kind::Slider), 60.1);
        editor.history.seal();
        editor.set(5, Some(Kind::Slider), 60.2);
        assert!(editor.undo() && editor.now == 4);
        assert!(editor.undo() && editor.now == 0);
        assert!(!editor.undo());
    }

    #[test]
    fn another_kind_or_a_pause_starts_a_new_step() {
        let mut editor = Editor::default();
        editor.set(1, Some(Kind::Slider), 0.0);
        editor.set(2, Some(Kind::Zoom), 0.1);
        editor.set(3, Some(Kind::Zoom), 0.1 + 2.0 * MERGE_S);
        editor.set(4, None, 2.0);
        editor.set(5, None, 2.0);
        for value in [4, 3, 2, 1, 0] {
            assert!(editor.undo());
            assert_eq!(editor.now, value);
        }
    }

    #[test]
    fn skips_steps_without_effect() {
        let mut editor = Editor::default();
        editor.set(1, None, 0.0);
        editor.set(2, Some(Kind::Slider), 1.0);
        editor.set(1, Some(Kind::Slider), 1.1);
        editor.set(1, None, 5.0);
        assert!(editor.undo() && editor.now == 0);
        assert!(!editor.history.can_undo(&editor.now));
        assert!(editor.history.can_redo(&editor.now));
    }

    #[test]
    fn drops_the_oldest_steps() {
        let mut editor = Editor::default();
        for value in 1..=(MAX_STEPS as i32 + 50) {
            editor.set(value, None, 0.0);
        }
        let mut steps = 0;
        while editor.undo() {
            steps += 1;
        }
        assert_eq!((steps, editor.now), (MAX_STEPS, 50));
    }
}
